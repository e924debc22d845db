"""The API's documentation as a page: everything that openapi.json says, each thing once, in words that can be read."""

import json
import re

import pytest

from local import homes
from local.site import api_pages
from local.site.answer import breakable, inline, prose
from local.site.api_types import limits_of, type_of

THING = {"$ref": "#/components/schemas/Thing"}
ID = {"name": "id", "in": "path", "required": True, "description": "As `listed`.", "schema": {"type": "string"}}
DAYS = {"name": "days", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 60, "default": 15}}
API = {
    "info": {"title": "T", "version": "7", "description": "One.\n\nTwo."},
    "paths": {
        "/v1/things/{id}": {
            "put": {
                "summary": "Changes one",
                "description": "Only `name`.",
                "tags": ["things"],
                "x-roles": ["admin", "secretary"],
                "parameters": [ID, DAYS],
                "requestBody": {"content": {"application/json": {"schema": THING}}},
                "responses": {
                    "200": {"description": "It", "content": {"application/json": {"schema": THING}}},
                    "404": {"$ref": "#/components/responses/404"},
                },
            }
        }
    },
    "components": {
        "responses": {"404": {"description": "Not there", "content": {"application/problem+json": {"schema": THING}}}},
        "schemas": {
            "Thing": {
                "additionalProperties": False,
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 9, "description": "What it is called."},
                    "parent": {"anyOf": [THING, {"type": "null"}]},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "kind": {"enum": ["a", "b"], "default": "a"},
                },
            }
        },
    },
}


@pytest.fixture
def html(tmp_path) -> str:
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(API))
    assert api_pages.shown(document, ["openapi.json"]).body == document.read_bytes()
    return api_pages.shown(document, []).body.decode()


@pytest.mark.parametrize(
    "text",
    [
        "<small>version 7</small>",
        "<p>One.</p>\n<p>Two.</p>",
        "PUT",
        "/v1/things/{id}",
        "Changes one",
        "Only <code>name</code>.",
        "For admin, secretary.",
        "in the path",
        "As <code>listed</code>.",
        "1 to 60, default 15",
        "required",
        "at most 9 characters",
        "What it is called.",
        "Thing or null",
        "list of string",
        "&#34;a&#34; | &#34;b&#34; <small>default &#34;a&#34;</small>",
        '<a href="#schema-Thing">Thing</a>',
        '<a href="#error-404">404</a>',
    ],
)
def test_everything_is_said(html: str, text: str):
    assert text in html.replace("<wbr>", "")


def test_an_error_is_explained_once_and_nothing_runs(html: str):
    assert html.count("Not there") == 1
    assert "<script" not in html


def test_our_own_api_is_shown_without_marks_of_markdown_and_with_what_it_asks():
    html = api_pages.shown(homes.ROOT / "docs" / "openapi.json", []).body.decode()
    text = re.sub(r"<[^>]+>", "", html)
    assert "`" not in text
    assert "**" not in text
    assert "Listed_" not in text
    assert "Unauthorized" in text
    assert "0 to 1440" in text


def test_limits_are_said_shortly():
    assert (
        limits_of({"anyOf": [{"type": "string", "minLength": 2, "maxLength": 2}, {"type": "null"}]}) == "2 characters"
    )
    assert limits_of({"type": "array", "minItems": 1, "items": {"pattern": "^a$"}}) == "1 or more, `^a$`"
    assert limits_of({"type": "boolean", "default": False}) == "default false"
    assert limits_of({"default": None}) == ""


def test_an_object_of_its_own_is_one():
    assert type_of({}, {"type": "string", "format": "date"}) == ("string (date)", "")
    assert type_of({}, {"properties": {}}) == ("object", "")


def test_text_stays_text():
    assert inline("`a<b>` **c** <i>") == "<code>a&lt;b&gt;</code> <b>c</b> &lt;i&gt;"
    assert prose("a\n\n \nb<c") == "<p>a</p>\n<p>b&lt;c</p>"
    assert breakable("/v1/a_b<") == "/<wbr>v1/<wbr>a_<wbr>b&lt;"
