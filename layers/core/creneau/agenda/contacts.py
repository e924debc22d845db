"""Who around a patient can get the patient's messages, and what must be true of them (M-21)."""

from creneau.agenda.catalogue import Contact
from creneau.shared.contact import phone_in_form
from creneau.shared.errors import Fault
from creneau.shared.settings import LANGUAGES

MOST = 10
"""Contacts of one patient: they live in the patient's own record."""


def contacts_in_form(contacts: tuple[Contact, ...], country: str, faults: list[Fault]) -> tuple[Contact, ...]:
    """The contacts in their kept form; what is wrong with them is added to `faults`, each with its place."""
    if len(contacts) > MOST:
        faults.append(Fault("contacts", f"there are {len(contacts)}", f"keep the {MOST} that matter"))
    kept = []
    for n, contact in enumerate(contacts):
        at = f"contacts[{n}]"
        if any(contact.id == other.id for other in contacts[:n]):
            faults.append(Fault(f"{at}.id", "another contact has this id", "leave it out for a new contact"))
        if contact.language is not None and contact.language not in LANGUAGES:
            faults.append(Fault(f"{at}.language", "not one of the four languages", f"one of {', '.join(LANGUAGES)}"))
        kept.append(contact.with_(phone=phone_in_form(contact.phone, country, f"{at}.phone", faults)))
    faults += _of_the_reader(contacts)
    return tuple(kept)


def _of_the_reader(contacts: tuple[Contact, ...]) -> list[Fault]:
    """One at most gets the messages, and can be reached."""
    marked = [(f"contacts[{n}].receives_messages", c) for n, c in enumerate(contacts) if c.receives_messages]
    remedy = "mark one contact, or none: then the patient gets them"
    faults = [Fault(at, "another contact gets the messages already", remedy) for at, _ in marked[1:]]
    for at, contact in marked[:1]:
        if not (contact.email or contact.phone):
            faults.append(Fault(at, "this contact has neither an email address nor a phone number", "give one of them"))
    return faults
