"""What is wrong with a request is told in our words, whatever is sent; where, and how to mend it."""

import json

import pytest
from pydantic import ValidationError

from api.staff.faults import FORMS, SAID
from api.staff.handler import ROUTES

START, END = "2026-03-20T09:00:00+01:00", "2026-03-20T10:00:00+01:00"
JUNK = [
    *(None, True, -1, 1.5, 10**9, 10**30, "", "é", "\ud800", "many", "x" * 3000, "2026-13-45", "2026-03-01T09:00:00"),
    *(
        [],
        {},
        ["x"] * 60,
        [None],
        ["é"],
        {"a": 1},
        {"amount": -1, "currency": "chf"},
        {"street": "x" * 300, "postcode": "1"},
    ),
]
FIELDS = [(model, name) for model in dict.fromkeys(r.takes for r in ROUTES) for name in model.model_fields]


def faults_of(validate, sent):
    try:
        validate(sent)
    except ValidationError as error:
        return error.errors()
    return []


@pytest.mark.parametrize(("model", "name"), FIELDS, ids=lambda x: x if isinstance(x, str) else x.__name__)
def test_the_librarys_own_words_never_show(model, name):
    name = model.model_fields[name].alias or name
    found = faults_of(model.model_validate_json, "[]")
    for junk in JUNK:
        found += faults_of(model.model_validate_json, json.dumps({name: junk, "other": 1}))
        if isinstance(junk, str):
            found += faults_of(model.model_validate_strings, {name: junk})
    assert found
    for fault in found:
        told = fault["type"] in {*SAID, "value_error", "json_invalid"} or fault["ctx"]["pattern"] in FORMS
        assert told, fault["type"]


@pytest.mark.parametrize(
    ("sent", "field", "problem", "remedy"),
    [
        ({}, "end", "it is missing", "give it"),
        ({"colour": "red"}, "colour", "there is no such field", "leave it out; the OpenAPI document lists the fields"),
        ({"places": 0}, "places", "it is too small", "give 1 or more"),
        ({"places": "2"}, "places", "not a whole number", "give a whole number"),
        ({"places": 2.5}, "places", "not a whole number", "give a whole number"),
        ({"service_ids": ["a b"]}, "service_ids[0]", "not an id", "use an id as listed"),
        ({"service_ids": ["a"] * 51}, "service_ids", "there are too many", "give at most 50"),
        ({"start": "2026-03-20T09:00"}, "start", "the offset from UTC is missing", None),
    ],
)
def test_a_fault_is_said_in_the_house_style(secretary, sent, field, problem, remedy):
    whole = {"start": START, "end": END} if sent else {"start": START}
    answer = secretary.post("/v1/agendas/agd_1/availabilities", whole | sent)
    (fault,) = answer["errors"]
    assert (answer.status, fault["field"], fault["problem"]) == (422, field, problem)
    assert remedy is None or fault["remedy"] == remedy


def test_a_choice_names_what_can_be_chosen(secretary):
    (fault,) = secretary.get("/v1/messages", state="lost")["errors"]
    assert (fault["field"], fault["remedy"]) == ("state", "give one of these")
    assert "'sent'" in fault["problem"]


@pytest.mark.parametrize("sent", ["", " \n"])
def test_an_empty_body_is_told_as_that(secretary, sent):
    answer = secretary.ask("POST", "/v1/patients", sent)
    assert answer.status == 422
    assert answer["errors"] == [
        {
            "field": "body",
            "problem": "there is none",
            "remedy": "send one JSON object; the OpenAPI document lists its fields",
        }
    ]


def test_what_takes_no_body_needs_none(secretary):
    assert secretary.ask("POST", "/v1/messages/none/cancel", "").status == 404


def test_a_fault_of_a_whole_query_is_the_querys(secretary):
    assert secretary.get("/v1/appointments").fields == ["query"]
    assert secretary.post("/v1/appointments", json.dumps([])).fields == ["body"]


def test_an_offsets_plus_may_come_as_the_blank_that_a_query_makes_of_it(secretary):
    booked = secretary.books("pat_1", START)
    asked = {"agenda_id": "agd_1", "start_from": START.replace("+", " "), "start_before": END.replace("+", " ")}
    assert [a["id"] for a in secretary.get("/v1/appointments", **asked).items] == [booked["id"]]
    assert secretary.post("/v1/patients", {"last_name": "A 01:00"})["last_name"] == "A 01:00"
    assert secretary.books("pat_1", START.replace("+", " ")).fields == ["start"]
