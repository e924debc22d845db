"""What the demo leaves behind: in a terminal a running stack, everywhere else nothing; KEEP decides otherwise."""

from pathlib import Path

import pytest

from local.addresses import OpenOffer
from local.demo import __main__ as demo
from local.demo.story import Untrue


class FakeStack:
    state = {"users": [{"role": "admin", "name": "a", "password": "p"}], "zone": "Europe/Zurich"}
    site = "http://127.0.0.1:1"
    engine = None

    def staff(self, role: str) -> None:
        return None


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    ended: list[Path] = []
    monkeypatch.setattr("local.stack.Stack.start", lambda home: FakeStack())
    monkeypatch.setattr(demo, "load", lambda stack, quiet_days: None)
    monkeypatch.setattr(demo, "tell_payments", lambda scene: None)
    monkeypatch.setattr(
        demo, "tell", lambda scene, meanwhile: OpenOffer("http://127.0.0.1:1/o/x", "Ivo Nessi, Italian")
    )
    monkeypatch.setattr(demo, "tell_invoices", lambda scene: None)
    monkeypatch.setattr(demo, "stop", ended.append)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.delenv("DEMO_LOG", raising=False)
    monkeypatch.delenv("KEEP", raising=False)
    return ended


@pytest.mark.parametrize(
    ("terminal", "keep", "stays"), [(True, None, True), (True, "0", False), (False, None, False), (False, "1", True)]
)
def test_the_stack_stays_up_in_a_terminal_or_when_asked(monkeypatch, capsys, stopped, terminal, keep, stays):
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    if keep is not None:
        monkeypatch.setenv("KEEP", keep)
    assert demo.main() == 0
    assert bool(stopped) is not stays
    said = capsys.readouterr().out
    assert ("make down" in said) is stays
    assert ("Cleaned up" in said) is not stays
    assert ("no terminal; KEEP=1 keeps it" in said) is (not stays and not terminal)


def test_what_is_not_as_promised_is_said_and_cleaned_up(monkeypatch, capsys, stopped):
    def untrue(scene, meanwhile):
        raise Untrue("the offer is gone")

    monkeypatch.setattr(demo, "tell", untrue)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert demo.main() == 1
    assert "the offer is gone" in capsys.readouterr().out
    assert stopped
