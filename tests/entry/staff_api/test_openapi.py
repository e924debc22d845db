"""docs/openapi.json is what the code declares, and hangs together."""

import json
import re

from tools.openapi import TARGET, document, text


def test_it_has_not_drifted():
    assert TARGET.read_text() == text(), "run `make openapi`"


def test_every_reference_leads_somewhere():
    whole = document()
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(whole)):
        found = whole
        for part in reference.split("/"):
            found = found[part]
        assert found


def test_every_operation_is_named_once_and_knows_its_path():
    seen = set()
    for path, operations in document()["paths"].items():
        for operation in operations.values():
            assert operation["operationId"] not in seen
            seen.add(operation["operationId"])
            named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path))
            assert {"401", "403", "422"} <= set(operation["responses"])


def test_creating_takes_a_key_and_editing_a_version():
    operations = document()["paths"]
    headers = {p["name"]: p for p in operations["/v1/appointments"]["post"]["parameters"] if p["in"] == "header"}
    assert set(headers) == {"Idempotency-Key"}
    edit = operations["/v1/patients/{patient_id}"]["put"]
    assert [p["required"] for p in edit["parameters"] if p["name"] == "If-Match"] == [True]
    assert {"412", "428"} <= set(edit["responses"])


def test_every_field_of_an_answer_is_always_there():
    schemas = document()["components"]["schemas"]
    for name in ("InvoiceView", "Payer", "Term", "Totals", "TaxLine", "Instalment", "Account", "Address"):
        assert schemas[name]["required"] == list(schemas[name]["properties"]), name
        assert not [f for f in schemas[name]["properties"].values() if "default" in f], name
