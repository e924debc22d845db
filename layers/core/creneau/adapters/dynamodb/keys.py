"""Where everything lies in the one table. No file outside this folder spells a key.

| question                                     | index     | partition                    | order                       |
|----------------------------------------------|-----------|------------------------------|-----------------------------|
| one value by its id                          | table     | KIND#id                      | KIND                        |
| all of a small catalogue                     | table     | KIND                         | id                          |
| a practitioner's day; days from-to           | table     | PRACTITIONERDAY#practitioner | date                        |
| a patient's diary, beside the patient        | table     | PATIENT#id                   | DIARY                       |
| rounds of a slot                             | table     | SLOT#slot                    | ROUND#release#number        |
| the line of an agenda and duration           | table     | LINE#agenda#minutes          | ticked at # appointment     |
| an address that is not written to            | table     | BLOCKEDADDRESS#key           | BLOCKEDADDRESS              |
| an SMS month                                 | table     | SMSMONTH#month               | SMSMONTH                    |
| the SMS of a month in order of hand-over     | table     | SMSMONTH#month               | USE#instant#message         |
| a link by the hash of its token              | table     | LINK#hash                    | LINK                        |
| what a caller's key was used for             | table     | REQUESTKEY#id                | REQUESTKEY                  |
| packages sold to a patient                   | table     | SOLDPACKAGE#patient          | id                          |
| appointments of an agenda from-to            | by_first  | AGENDA#agenda                | start#end#id                |
| appointments of a slot                       | by_first  | AGENDA#agenda                | start#end#... (prefix)      |
| appointments of a patient, latest first      | by_second | PATIENT#id#APPOINTMENTS      | start#id                    |
| patients by name                             | by_first  | PATIENTS                     | folded name#id              |
| messages of a patient, latest first          | by_first  | PATIENT#id#MESSAGES          | due#id                      |
| messages of an appointment, latest first     | by_second | APPOINTMENT#id#MESSAGES      | due#id                      |
| SMS to groups, latest first                  | by_first  | SMSGROUPS                    | created#id                  |
| vouchers, latest first                       | by_first  | VOUCHERS                     | created#id                  |
| patients by birthday                         | by_second | BIRTHDAYS#month-day          | id                          |
| messages of a group's batch                  | by_second | BATCH#id#MESSAGES            | due#id                      |
| messages to a payer, latest first            | by_second | PAYER#key#MESSAGES           | due#id                      |
| messages by state                            | by_third  | MESSAGES#state               | due#id                      |
| patients whose messages go to an address     | by_third  | ADDRESS#key                  | id                          |
| patients whose SMS go to a number            | by_fourth | NUMBER#key                   | id                          |
| the SMS of a provider's id                   | by_fourth | PROVIDER#provider's id       | id                          |
| billables of a patient, latest first         | by_first  | PATIENT#id#BILLABLES         | day#id                      |
| consultations not invoiced, by day           | by_third  | BILLABLES#OPEN               | day#id                      |
| invoices by state, newest first              | by_first  | INVOICES#state               | created or issued day#id    |
| documents of a payer, newest first           | by_second | PAYER#key#INVOICES           | created#id                  |
| invoices owed, by due date                   | by_third  | INVOICES#OWED                | due day#id                  |
| payments of an invoice                       | by_first  | INVOICE#id#PAYMENTS          | recorded#id                 |
| payments of the clinic, newest first         | by_third  | PAYMENTS                     | paid day#id                 |
| payments due by state, by the instant        | by_fourth | DUES#state                   | due#id                      |
| billing runs, newest first                   | by_first  | BILLINGRUNS                  | created#id                  |
| payers of a run; of a page of it             | table     | RUN#id                       | PAYER#place                 |
| payers of a run by outcome                   | by_first  | RUN#id#outcome               | place                       |
| drafts of runs, newest first                 | by_fourth | INVOICES#OFRUNS              | created#id                  |
| sessions of a payer, newest first            | by_first  | PAYER#key#CHECKOUTS          | created#id                  |
| the session of a payment intent              | by_fourth | INTENT#Stripe's id           | id                          |
| tasks of the staff, open or done             | by_first  | TASKS#OPEN, TASKS#DONE       | created or done#id          |
| what must be looked at by now                | look_at   | LOOK#KIND                    | instant                     |

The indexes hold keys only: lists read the keys there and the values, consistently, from the table.
"""

from datetime import datetime, timedelta
from typing import Any

from creneau.adapters.dynamodb import agenda_keys, billing_keys, message_keys
from creneau.adapters.dynamodb.one_value import CATALOGUE, Key, key_of, ref_of, ref_to
from creneau.adapters.dynamodb.spelling import Place, instant, kind
from creneau.agenda.absence import AbsenceRecord
from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.blocked_address import BlockedAddress
from creneau.agenda.catalogue import Patient
from creneau.agenda.day import PractitionerDay
from creneau.agenda.diary import PatientDiary
from creneau.agenda.line import WaitEntry
from creneau.agenda.resource_day import ResourceDay
from creneau.billing.billable import Billable
from creneau.billing.counter import Counter
from creneau.billing.invoice import Invoice
from creneau.billing.online.checkout import Checkout
from creneau.billing.package import SoldPackage
from creneau.billing.payer_record import PayerRecord
from creneau.billing.payment import Payment
from creneau.billing.run import BillingRun, RunPayer
from creneau.billing.task import Task
from creneau.messaging.group import SmsGroup
from creneau.messaging.message import Message
from creneau.messaging.of_use import CatchUp
from creneau.messaging.payments.replan_payers import PayersJob
from creneau.messaging.replan_job import ReplanJob
from creneau.messaging.review import LastReview
from creneau.messaging.signature import Signatures
from creneau.messaging.sms.month import SmsMonth, SmsUse
from creneau.messaging.template import Template, TemplateBook
from creneau.messaging.voucher import Voucher, VoucherCode
from creneau.shared.link import Link
from creneau.shared.model import Stored
from creneau.shared.request_key import RequestKey
from creneau.shared.settings import Settings
from creneau.shared.store import Collection
from creneau.waitlist.round import MARGIN, Round

__all__ = [
    "INDEXES",
    "LOOK_INDEX",
    "LOOK_PK",
    "LOOK_SK",
    "MODELS",
    "PARTS",
    "TTL",
    "Key",
    "attributes",
    "instant",
    "key_of",
    "kind",
    "place_of",
    "ref_of",
    "ref_to",
]

INDEXES = {
    "by_first": ("g1pk", "g1sk"),
    "by_second": ("g2pk", "g2sk"),
    "by_third": ("g3pk", "g3sk"),
    "by_fourth": ("g4pk", "g4sk"),
}
LOOK_INDEX, LOOK_PK, LOOK_SK = "look_at", "look_pk", "look_sk"
TTL = "ttl"
UNATTENDED_FOR = timedelta(minutes=3)
PARTS = (agenda_keys, message_keys, billing_keys)


def _look_at(item: Stored) -> datetime | None:
    """When the sweeper must look at it, should everything else have failed."""
    match item:
        case PractitionerDay():
            return min((r.opened_at + UNATTENDED_FOR for r in item.open_releases), default=None)
        case Round():
            return None if item.settled else item.expires_at + MARGIN + timedelta(minutes=1)
        case Appointment():
            if item.attendance is Attendance.MOVED:
                return None  # what follows is found with the appointment that it was moved to
            return item.attendance_at + UNATTENDED_FOR
        case BillingRun() | Checkout():
            return item.look_at
        case Message() | Invoice() | ReplanJob() | PayersJob() | AbsenceRecord() | BlockedAddress() | SmsGroup():
            return item.look_at
        case _:
            return None


def attributes(item: Stored) -> dict[str, str]:
    """The key attributes that a value is written with: its own, its indexes', and when to look at it."""
    pk, sk = key_of(ref_to(item))
    keys = {"pk": pk, "sk": sk, "model": type(item).__name__}
    for part in PARTS:
        if type(item) in part.INDEXED:
            keys |= part.INDEXED[type(item)](item)
    look_at = _look_at(item)
    if look_at is not None:
        keys |= {LOOK_PK: f"LOOK#{kind(type(item))}", LOOK_SK: instant(look_at)}
    return keys


def place_of(of: Collection[Any]) -> Place:
    """Where a collection lies."""
    for part in PARTS:
        place: Place | None = part.place_of(of)
        if place is not None:
            return place
    raise KeyError(of.name)


MODELS: dict[str, type[Stored]] = {
    m.__name__: m
    for m in (
        *CATALOGUE,
        Appointment,
        Patient,
        PatientDiary,
        PractitionerDay,
        ResourceDay,
        BlockedAddress,
        WaitEntry,
        Round,
        Message,
        CatchUp,
        ReplanJob,
        PayersJob,
        Billable,
        Counter,
        Invoice,
        Payment,
        PayerRecord,
        SoldPackage,
        Checkout,
        Task,
        BillingRun,
        RunPayer,
        Link,
        RequestKey,
        Settings,
        SmsGroup,
        LastReview,
        Voucher,
        VoucherCode,
        Signatures,
        SmsMonth,
        SmsUse,
        Signatures,
        Template,
        TemplateBook,
    )
}
"""Every kind that the table holds, by the name in its `model` attribute."""
