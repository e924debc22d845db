"""What a clinic writes is refused with the place of each fault, or stands as it was written: none of it is ever run."""

import pytest

from creneau.messaging.message import Channel, Kind
from creneau.messaging.wording.fields import FIELDS, NEEDED, Part, Privacy, fields_of
from creneau.messaging.wording.parse import LIMITS, faults_of, parse
from creneau.messaging.wording.wording import Wording, checked, faults_in
from creneau.shared.errors import Invalid

pytestmark = pytest.mark.rule("M-08")


def problems(body: str, kind=Kind.CONFIRMED, channel=Channel.EMAIL, subject="Bonjour") -> list[str]:
    wording = Wording(subject=subject if channel is Channel.EMAIL else "", body=body)
    return [f"{fault.field}: {fault.problem}" for fault in faults_in(wording, kind, channel)]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("Hi {{ patient.nme }}", "line 1, column 4: there is no field {{ patient.nme }}"),
        ("Hi,\n\nyou {{patient.nme}}", "line 3, column 5: there is no field {{patient.nme}}"),
        ("{{7*7}}", "line 1, column 1: there is no field {{7*7}}"),
        ("{{ x.__class__.__mro__ }}", "line 1, column 1: there is no field {{ x.__class__.__mro__ }}"),
        ("{{ clinic.name | upper }}", "line 1, column 1: there is no field {{ clinic.name | upper }}"),
        ("{{ clinic.name() }}", "line 1, column 1: there is no field {{ clinic.name() }}"),
        ("{{}}", "line 1, column 1: there is no field {{}}"),
        ("a {{ clinic.name", "line 1, column 3: a field is opened here and not closed on the same line"),
        ("a {{ clinic.\nname }}", "line 1, column 3: a field is opened here and not closed on the same line"),
        ("clinic.name }} b", "line 1, column 13: a field is closed here that was not opened"),
        ("a { clinic.name } b", "line 1, column 3: a field stands between two braces, not one: { clinic.name }"),
        ("{% if x %}", "line 1, column 1: only fields are understood, no commands"),
        ("a\n{# b #}", "line 2, column 1: only fields are understood, no comments"),
        ("a\x00b", "line 1, column 2: there is an invisible control character"),
        ("a\u202eb", "line 1, column 2: there is an invisible control character"),
        ("a\u2028b", "line 1, column 2: there is an invisible control character"),
        ("a\ud800b", "line 1, column 2: there is an invisible control character"),
        ("{{ offer.start }}", "line 1, column 1: {{ offer.start }} is not known in a confirmed message"),
        ("Hi {{ appointment.details }}", "line 1, column 4: {{ appointment.details }} shares its paragraph"),
        ("a\n\nb\n{{ appointment.details }}", "line 4, column 1: {{ appointment.details }} shares its paragraph"),
        (
            "{{ appointment.details }}\n{{ appointment.video_button }}",
            "line 1, column 1: {{ appointment.details }} shares its paragraph",
        ),
        ("", "it is empty"),
        (" \n\t\n", "it is empty"),
    ],
)
def test_each_fault_is_told_with_its_place(body, problem):
    assert problems(body)[0] == f"body: {problem}"


def test_all_faults_are_told_at_once_in_their_order():
    text = "Hi {{ patient.nme }}\r\n\r\n{% x %}\r\n{{ clinic.name"
    assert [p.split(": ")[1] for p in problems(text, subject="{{ y }}")] == [
        "line 1, column 1",
        "line 1, column 4",
        "line 3, column 1",
        "line 3, column 6",
        "line 4, column 1",
    ]
    with pytest.raises(Invalid) as told:
        checked(Wording(subject="{{ y }}", body=text), Kind.CONFIRMED, Channel.EMAIL, "wordings.fr.")
    assert [fault.field for fault in told.value.faults] == ["wordings.fr.subject"] + ["wordings.fr.body"] * 4


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("patient.nme", "patient.name"),
        ("Patient.Name", "patient.name"),
        ("appointment.strat", "appointment.start"),
        ("appointment-start", "appointment.start"),
        ("clinic_phone", "clinic.phone"),
    ],
)
def test_the_nearest_field_is_named(written, meant):
    (fault,) = faults_of(f"{{{{ {written} }}}}", Part.BODY, Kind.CONFIRMED, Channel.EMAIL, "body")
    assert fault.remedy == f"did you mean {{{{ {meant} }}}}?"


def test_no_nearest_field_that_could_not_stand_there():
    (fault,) = faults_of("{{ appointment.servce }}", Part.SMS, Kind.REMINDER, Channel.SMS, "body")
    assert "appointment.service" not in fault.remedy


@pytest.mark.parametrize("name", [f.name for f in FIELDS.values() if f.privacy is Privacy.HEALTH])
@pytest.mark.parametrize("part", [Part.SUBJECT, Part.SMS])
def test_nothing_about_health_outside_an_emails_body(name, part):
    channel = Channel.SMS if part is Part.SMS else Channel.EMAIL
    where = "an SMS" if part is Part.SMS else "a subject"
    (fault,) = faults_of(f"x {{{{ {name} }}}}", part, Kind.REMINDER, channel, "x")
    assert fault.problem == f"line 1, column 3: {{{{ {name} }}}} tells about health, which {where} never does"
    assert FIELDS[name] not in fields_of(Kind.REMINDER, Channel.SMS)
    assert faults_of(f"{{{{ {name} }}}}", Part.BODY, Kind.REMINDER, Channel.EMAIL, "x") == []


def test_what_tells_about_health_is_classed_so():
    health = {name for name, field in FIELDS.items() if field.privacy is Privacy.HEALTH}
    assert health >= {
        "appointment.service",
        "appointment.minutes",
        "appointment.price",
        "appointment.instructions",
        "appointment.details",
    }


@pytest.mark.parametrize("name", [f.name for f in FIELDS.values() if f.block])
def test_boxes_and_buttons_stand_in_an_emails_body_only(name):
    kind = min(FIELDS[name].kinds)
    for part, channel in ((Part.SUBJECT, Channel.EMAIL), (Part.SMS, Channel.SMS)):
        assert len(faults_of(f"{{{{ {name} }}}}", part, kind, channel, "x")) == 1
    assert faults_of(f"a\n\n{{{{ {name} }}}}\n\nb", Part.BODY, kind, Channel.EMAIL, "x") == []


@pytest.mark.parametrize("part", list(Part))
def test_a_text_that_is_too_long_is_refused_where_it_would_be_cut(part):
    channel, limit = (Channel.SMS if part is Part.SMS else Channel.EMAIL), LIMITS[part]
    assert faults_of("x" * limit, part, Kind.REMINDER, channel, "x") == []
    (fault,) = faults_of("x" * (limit + 1), part, Kind.REMINDER, channel, "x")
    assert fault.problem == f"line 1, column {limit + 1}: it is too long: {limit + 1} characters"


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
def test_a_subject_is_one_line(break_):
    (fault,) = faults_of(f"Bonjour{break_}Bcc: all@evil.example", Part.SUBJECT, Kind.REMINDER, Channel.EMAIL, "subject")
    assert fault.problem == "line 1, column 8: a subject is one line"


def test_a_subject_is_never_left_out_and_an_sms_has_none():
    (problem,) = problems("x", subject="Avec {{ appointment.practitioner }}")
    assert problem == "subject: {{ appointment.practitioner }} can be empty, and a subject is never left out"
    (fault,) = faults_in(Wording(subject="x", body="x"), Kind.REMINDER, Channel.SMS)
    assert (fault.field, fault.problem) == ("subject", "an SMS has no subject")


def test_something_must_be_left_when_every_optional_field_is_empty():
    assert "nothing would be left" in problems("{{ clinic.phone }}")[0]
    assert "nothing would be left" in problems("RDV avec {{ appointment.practitioner }}", channel=Channel.SMS)[0]
    assert problems("RDV\navec {{ appointment.practitioner }}", channel=Channel.SMS) == []


@pytest.mark.parametrize("kind", list(NEEDED))
def test_what_a_kind_is_for_must_be_in_it(kind):
    channel = Channel.SMS if kind is Kind.BIRTHDAY else Channel.EMAIL
    assert "need {{ " in problems("Bonjour", kind, channel)[0]
    for name in NEEDED[kind]:
        assert problems(f"Bonjour\n\n{{{{ {name} }}}}", kind, channel) == []


@pytest.mark.parametrize("text", ["{", "}", "{7}", "a { b } c", "100 % {x}", "<b>{{ clinic.name }}</b>", "{ %", "👩‍⚕️"])
def test_what_is_no_field_stands_as_it_was_written(text):
    assert problems(text) == []
    assert "".join(
        p if isinstance(p, str) else f"{{{{ {p.name} }}}}" for p in parse(text, Part.BODY).paragraphs[0][0]
    ) == (text)


def test_paragraphs_lines_and_the_heading():
    parsed = parse("# Hi {{ clinic.name }}\na\nb\n \n\nc {{ clinic.phone }}", Part.BODY)
    assert parsed.heading == ("Hi ", FIELDS["clinic.name"])
    assert parsed.paragraphs == ((("a",), ("b",)), (("c ", FIELDS["clinic.phone"]),))
    assert parsed.fields == {"clinic.name", "clinic.phone"}
    assert parse("#1 of all", Part.BODY).heading == ()
    assert parse("# a", Part.SMS).heading == ()
