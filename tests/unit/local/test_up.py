"""What somebody reads who has just started the sample clinic: where to look, and what to do to make offers go out."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from local import up
from local.addresses import TOKEN_LASTS, OpenOffer, shown
from local.sample_clinic.to_cancel import ENOUGH, to_cancel

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)


def appointment(name: str, days: int, attendance: str = "booked") -> dict:
    start = NOW + timedelta(days=days)
    end = start + timedelta(minutes=30)
    times = {"start": start.isoformat(), "end": end.isoformat()}
    return {"id": name, "agenda_id": "agd_1", "attendance": attendance, **times}


class FakeStaff:
    """One agenda; `waiting` is how many wait in it for half an hour."""

    def __init__(self, appointments: list[dict], waiting: int) -> None:
        self.appointments, self.waiting = appointments, waiting

    def listed(self, path: str, **query):
        match path:
            case "/agendas":
                return iter([{"id": "agd_1"}])
            case "/appointments":
                return iter(a for a in self.appointments if query["start_from"] <= a["start"] < query["start_before"])
            case "/waitlist":
                return iter([{}] * (self.waiting if query == {"agenda_id": "agd_1", "duration": 30} else 0))
        raise AssertionError(path)

    def get(self, path: str) -> dict:
        return {"/agendas/agd_1": {"name": "Dre Rochat, Lausanne"}}[path]


@pytest.mark.parametrize(
    ("appointments", "waiting", "found"),
    [
        ([appointment("cancelled", 3, "cancelled_by_patient"), appointment("booked", 4)], ENOUGH, "booked"),
        ([appointment("tomorrow", 1), appointment("soon", 8), appointment("later", 12)], ENOUGH, "soon"),
        ([appointment("booked", 4)], ENOUGH - 1, None),
        ([], ENOUGH, None),
    ],
)
def test_what_to_cancel_is_booked_soon_and_waited_for(appointments, waiting, found):
    staff: Any = FakeStaff(appointments, waiting)
    chosen = to_cancel(staff, NOW)
    assert (chosen and chosen["id"]) == found


def stack(staff: FakeStaff) -> Any:
    users = [{"role": "admin", "name": "admin@clinic.example", "password": "p"}]
    return SimpleNamespace(
        site="http://127.0.0.1:1",
        state={"zone": "Europe/Zurich", "users": users},
        engine=SimpleNamespace(now=lambda: NOW),
        staff=lambda: staff,
    )


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Any:
    found = stack(FakeStaff([appointment("apt_9", 3)], ENOUGH))
    monkeypatch.setattr("local.stack.Stack.attach", lambda home: found)
    return found


@pytest.mark.usefixtures("running")
def test_a_second_up_says_that_it_was_running_and_what_to_try(capsys):
    assert up.main() == 0
    said = capsys.readouterr().out
    assert said.startswith("It was already running")
    assert "Cancel Thu 04 Jun, 10:00, Dre Rochat, Lausanne, where 12 patients wait" in said
    commands = said.replace("\\\n", "")
    assert "curl -s http://127.0.0.1:1/v1/appointments/apt_9/attendance " in commands
    assert """-d '{"to": "cancelled_by_patient"}'""" in commands
    assert "“5 minutes”" in said


def test_where_nobody_waits_nothing_is_suggested():
    assert up.first_steps(stack(FakeStaff([], 0))) == []


def test_the_clock_comes_first_the_token_says_how_long_it_lasts_and_an_offer_whose_it_is():
    lines = shown(stack(FakeStaff([], 0)), OpenOffer("http://127.0.0.1:1/o/x", "Bruno Cattaneo, Italian")).splitlines()
    places = [line for line in lines if line.startswith("  ")]
    assert places[0].split("  ")[1] == "Start page, with the clock"
    assert any("An open offer" in line and line.endswith("/o/x  (Bruno Cattaneo, Italian)") for line in places)
    token = next(n for n, line in enumerate(lines) if "TOKEN=" in line)
    assert TOKEN_LASTS in lines[token + 2]
    assert lines[-1].startswith("Stop it: make down.")
