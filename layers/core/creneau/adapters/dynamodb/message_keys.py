"""Where messages, vouchers and groups lie in the indexes, and which lists find them there."""

from collections.abc import Callable
from typing import Any

from creneau.adapters.dynamodb.spelling import HIGHEST, Place, instant
from creneau.messaging.group import SmsGroup
from creneau.messaging.message import Channel, Message
from creneau.messaging.voucher import Voucher
from creneau.shared.model import Stored
from creneau.shared.store import Collection


def _message(m: Message) -> dict[str, str]:
    order = f"{instant(m.due_at)}#{m.id}"
    keys = {"g3pk": f"MESSAGES#{m.state}", "g3sk": order}
    if m.patient_id:
        keys |= {"g1pk": f"PATIENT#{m.patient_id}#MESSAGES", "g1sk": order}
    if m.appointment_id:
        keys |= {"g2pk": f"APPOINTMENT#{m.appointment_id}#MESSAGES", "g2sk": order}
    elif m.batch_id:
        keys |= {"g2pk": f"BATCH#{m.batch_id}#MESSAGES", "g2sk": order}
    elif m.payer_key:
        keys |= {"g2pk": f"PAYER#{m.payer_key}#MESSAGES", "g2sk": order}
    if m.provider_id and m.channel is Channel.SMS:
        keys |= {"g4pk": f"PROVIDER#{m.provider_id}", "g4sk": m.id}
    return keys


INDEXED: dict[type[Stored], Callable[[Any], dict[str, str]]] = {
    Voucher: lambda v: {"g1pk": "VOUCHERS", "g1sk": f"{instant(v.created_at)}#{v.id}"},
    SmsGroup: lambda g: {"g1pk": "SMSGROUPS", "g1sk": f"{instant(g.created_at)}#{g.id}"},
    Message: _message,
}


def place_of(of: Collection[Any]) -> Place | None:
    """None: it is not one of these."""
    key = of.key
    match of.name:
        case "vouchers_by_age":
            return "by_first", "VOUCHERS", "", HIGHEST
        case "groups_by_age":
            return "by_first", "SMSGROUPS", "", HIGHEST
        case "messages_of_patient":
            return "by_first", f"PATIENT#{key[0]}#MESSAGES", "", HIGHEST
        case "messages_of_appointment":
            return "by_second", f"APPOINTMENT#{key[0]}#MESSAGES", "", HIGHEST
        case "messages_of_batch":
            return "by_second", f"BATCH#{key[0]}#MESSAGES", "", HIGHEST
        case "messages_of_payer":
            return "by_second", f"PAYER#{key[0]}#MESSAGES", "", HIGHEST
        case "uses_of_month":
            return None, f"SMSMONTH#{key[0]}", "USE#", "USE#" + HIGHEST
        case "messages_by_state":
            return "by_third", f"MESSAGES#{key[0]}", of.low, of.high + HIGHEST
        case "messages_by_provider_id":
            return "by_fourth", f"PROVIDER#{key[0]}", "", HIGHEST
    return None
