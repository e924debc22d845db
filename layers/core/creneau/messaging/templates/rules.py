"""What a template of the clinic's own may be: its kind and channel, its delays, its sender, its words (M-08)."""

from collections.abc import Mapping, Sequence

from creneau.messaging.delay import LONGEST, Delay, Unit
from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import ATTACHING, CUSTOM, DELAYS_OF, SYSTEM, VARIANTS, Line
from creneau.messaging.wording.wording import Wording, faults_in
from creneau.shared.errors import Fault, Invalid
from creneau.shared.settings import LANGUAGES


def faults_of_shape(kind: Kind, channel: Channel) -> list[Fault]:
    if f"{kind}.{channel}" in CUSTOM:
        return []
    kinds = ", ".join(sorted(CUSTOM))
    return [
        Fault("kind", f"there are no templates of your own for {kind} by {channel}", f"one of these can be: {kinds}")
    ]


def faults_of_pair(kind: Kind, channel: Channel) -> list[Fault]:
    if f"{kind}.{channel}" in SYSTEM:
        return []
    channels = " or ".join(id.split(".")[1] for id in SYSTEM if id.split(".")[0] == kind)
    return [Fault("channel", f"messages of kind {kind} do not go by {channel}", f"give {channels}")]


def faults_of_delays(kind: Kind, delays: Sequence[Delay]) -> list[Fault]:
    least, most = DELAYS_OF.get(kind, (0, 0))
    if most == 0 and delays:
        return [Fault("delays", f"messages of kind {kind} are not sent by a delay", "leave it out")]
    if not least <= len(delays) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        return [Fault("delays", f"there are {len(delays)}", f"give {wanted}")]
    faults = []
    for n, delay in enumerate(delays):
        at, longest = f"delays[{n}]", LONGEST[delay.unit]
        if kind is Kind.INVOICE:
            if (delay.number, delay.unit) != (0, Unit.HOURS):
                faults.append(Fault(at, "an invoice leaves when it is finalised, or by hand", "give 0 hours"))
        elif not 1 <= delay.number <= longest:
            faults.append(Fault(f"{at}.number", "it is out of reach", f"give 1 to {longest} {delay.unit}"))
        elif delay in delays[:n]:
            faults.append(Fault(at, "it is there already", "leave it out"))
        elif kind is Kind.REVIEW and delay.unit not in (Unit.DAYS, Unit.HOURS):
            faults.append(Fault(f"{at}.unit", "a review is asked for some hours or days later", "give hours or days"))
        elif kind is Kind.PAYMENT_REMINDER and delay.unit is Unit.MINUTES:
            faults.append(Fault(f"{at}.unit", "payers are reminded hours or days later", "give hours, days or months"))
    return faults


def faults_of_attach(kind: Kind, attach: bool) -> list[Fault]:
    if attach or kind in ATTACHING:
        return []
    return [Fault("attach", f"messages of kind {kind} carry no invoices", "leave it out")]


def notices_of(line: Line) -> list[str]:
    """What switching such a template on means, beyond what it says (D-02)."""
    if line.kind is Kind.INVOICE and line.delays:
        return ["it is for all: every invoice goes to its payer by itself, at once when it is finalised"]
    return []


def faults_of_wordings(kind: Kind, channel: Channel, wordings: Mapping[str, Wording]) -> list[Fault]:
    if not wordings:
        return [Fault("wordings", "there are none", "write it in one language at least")]
    faults: list[Fault] = []
    for key, wording in wordings.items():
        faults += faults_of_key(key, (), f"wordings.{key}") or faults_in(wording, kind, channel, f"wordings.{key}.")
    return faults


def faults_of_key(key: str, variants: Sequence[str], at: str) -> list[Fault]:
    """`key`: a language, or a language and a variant."""
    language, _, variant = key.partition(".")
    if language in LANGUAGES and (variant == "" or variant in variants) and key in wording_keys(variants):
        return []
    return [Fault(at, "there is no such wording", f"one of these: {', '.join(wording_keys(variants))}")]


def wording_keys(variants: Sequence[str]) -> list[str]:
    """The names of all wordings: `fr`, `fr.accepted`, ..."""
    return [key for language in LANGUAGES for key in (language, *(f"{language}.{variant}" for variant in variants))]


def variants_of(template_id: str) -> Sequence[str]:
    return VARIANTS.get(template_id, ())


def refuse(faults: Sequence[Fault]) -> None:
    """Raises Invalid when there are faults."""
    if faults:
        what = "one thing is" if len(faults) == 1 else f"{len(faults)} things are"
        raise Invalid(f"{what} not as expected", code="invalid", remedy="see errors", faults=tuple(faults))
