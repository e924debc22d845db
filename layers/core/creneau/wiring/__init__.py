"""The one composition root: which adapters the use cases run on. Everything is built when first used."""

import os

from creneau.wiring.app import App
from creneau.wiring.sending import DELIVERERS

__all__ = ["DELIVERERS", "App", "app", "use"]


_present: App | None = None


def app() -> App:
    """The process's application."""
    global _present
    if _present is None:
        _present = App(os.environ)
    return _present


def use(other: App | None) -> None:
    """Tests: what `app()` answers from now on (None: the process's own again)."""
    global _present
    _present = other
