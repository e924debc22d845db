"""Names for the ids of the clinic's answers, looked up once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local.staff import Staff

LANGUAGE = {"fr": "French", "de": "German", "it": "Italian", "en": "English"}


@dataclass
class People:
    staff: Staff

    @cached_property
    def patients(self) -> dict[str, dict[str, Any]]:
        return {p["id"]: p for p in self.staff.listed("/patients", limit=100)}

    def name(self, patient_id: str) -> str:
        patient = self.patients[patient_id]
        return f"{patient['first_name']} {patient['last_name']}"

    def language(self, patient_id: str) -> str:
        return LANGUAGE[self.patients[patient_id]["language"]]

    def number(self, patient_id: str) -> str:
        """Of the telephone, as an SMS goes to it."""
        return str(self.patients[patient_id]["phone"]).replace(" ", "")

    def email(self, patient_id: str) -> str:
        return str(self.patients[patient_id]["email"])
