"""What a clinic may write in a message: a subject and a body in which only fields stand for anything (M-08)."""

from creneau.messaging.message import Channel, Kind
from creneau.messaging.wording.fields import FIELDS, NEEDED, Field, Part
from creneau.messaging.wording.parse import Parsed, faults_of, parse
from creneau.shared.errors import Fault, Invalid
from creneau.shared.model import Value


class Wording(Value, frozen=True, kw_only=True):
    """The words of one message in one language; an SMS has no subject.

    In the body of an email, blank lines part paragraphs, and a first line that begins with `# ` is its heading.
    """

    subject: str = ""
    body: str


def faults_in(wording: Wording, kind: Kind, channel: Channel, at: str = "") -> list[Fault]:
    """All that is wrong with a wording; `at` is the path of what holds it, as in `wordings.fr.`."""
    body_at, subject_at = f"{at}body", f"{at}subject"
    if channel is Channel.SMS:
        faults = faults_of(wording.body, Part.SMS, kind, channel, body_at)
        if wording.subject:
            faults.append(Fault(subject_at, "an SMS has no subject", "leave it out"))
    else:
        faults = faults_of(wording.subject, Part.SUBJECT, kind, channel, subject_at)
        faults += faults_of(wording.body, Part.BODY, kind, channel, body_at)
    return faults or _faults_as_a_whole(wording, kind, channel, at)


def checked(wording: Wording, kind: Kind, channel: Channel, at: str = "") -> Wording:
    """The wording, if nothing is wrong with it. Raises Invalid with every fault."""
    refuse(faults_in(wording, kind, channel, at))
    return wording


def refuse(faults: list[Fault]) -> None:
    """Raises Invalid when there are faults."""
    if faults:
        what = "one thing is" if len(faults) == 1 else f"{len(faults)} things are"
        raise Invalid(f"{what} wrong with the wording", code="invalid", remedy="see errors", faults=tuple(faults))


def _faults_as_a_whole(wording: Wording, kind: Kind, channel: Channel, prefix: str) -> list[Fault]:
    body = parse(wording.body, Part.SMS if channel is Channel.SMS else Part.BODY)
    at = f"{prefix}body"
    faults = [
        Fault(f"{prefix}subject", f"{{{{ {name} }}}} can be empty, and a subject is never left out", "take it out")
        for name in sorted(_optional_in(wording.subject, channel))
    ]
    needed = NEEDED.get(kind, ())
    if needed and not body.fields & set(needed):
        names = " or ".join(f"{{{{ {name} }}}}" for name in needed)
        faults.append(Fault(at, f"messages of kind {kind} need {names}", "add it"))
    if not _always_there(body):
        unit = "line" if channel is Channel.SMS else "paragraph"
        problem = f"every {unit} holds a field that can be empty, and is left out then: nothing would be left"
        faults.append(Fault(at, problem, f"keep one {unit} without such a field, or put the field on one of its own"))
    return faults


def _optional_in(subject: str, channel: Channel) -> set[str]:
    used = parse(subject, Part.SUBJECT).fields if channel is Channel.EMAIL else frozenset()
    return {name for name in used if FIELDS[name].optional}


def _always_there(body: Parsed) -> bool:
    """Whether something is said even when every optional field is empty."""
    return any(
        not any(isinstance(piece, Field) and piece.optional for line in paragraph for piece in line)
        for paragraph in body.paragraphs
        if any(paragraph)
    )
