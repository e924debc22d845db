"""Decides whether anything is still under way, by asking each part of the engine that can be busy."""

from collections.abc import Callable, Iterable

_probes: list[Callable[[], Iterable[str]]] = []


def busy_when(probe: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
    """Registers a probe that yields the reasons for which the clock should not be moved yet."""
    _probes.append(probe)
    return probe


def why_busy() -> list[str]:
    return [reason for probe in _probes for reason in probe()]
