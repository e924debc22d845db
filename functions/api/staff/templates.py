"""Templates: what messages say and, where a clinic has its own, when they go (M-08); billing words those to payers."""

from types import NoneType

from api.staff.given import Nothing
from api.staff.routing import ADMIN, AGENDA, BILLING_SETTINGS, STAFF, Call, Routes
from api.staff.shown import Listed, view
from api.staff.template_forms import (
    Copy,
    DelayGiven,
    DelayView,
    FieldsAsked,
    FieldView,
    PreviewAsked,
    PreviewView,
    Switch,
    TemplateEdits,
    TemplateGiven,
    TemplateView,
    UnsavedAsked,
    WordingGiven,
    WordingView,
)
from creneau.messaging.delay import Delay, Unit
from creneau.messaging.message import Channel, Kind
from creneau.messaging.sms.senders import check_sender
from creneau.messaging.template import ATTACHING, CANNOT_BE_OFF
from creneau.messaging.templates.edit import Changes, Draft
from creneau.messaging.templates.rules import notices_of
from creneau.messaging.templates.show import Shown
from creneau.messaging.templates.titles import title_of
from creneau.messaging.wording.fields import MONEY
from creneau.messaging.wording.wording import Wording
from creneau.shared.actor import Role
from creneau.shared.errors import Forbidden
from creneau.shared.settings import language_of

routes = Routes()


def _shown(call: Call, shown: Shown) -> TemplateView:
    line, template = shown.line, shown.template
    return TemplateView(
        id=line.id,
        system=line.is_system,
        kind=line.kind,
        channel=line.channel,
        title=title_of(line.id, call.app.clinic.language) if line.is_system else template.title if template else "",
        description=template.description if template else "",
        active=line.active,
        can_be_off=line.id not in CANNOT_BE_OFF,
        since=line.since,
        delays=[view(DelayView, delay) for delay in line.delays],
        sender=line.sender,
        attach=line.attach and line.channel is Channel.EMAIL and line.kind in ATTACHING,
        notices=[*check_sender(line.sender, call.app.clinic.country).notices, *notices_of(line)],
        wordings=[
            WordingView(key=key, subject=wording.subject, body=wording.body, shipped=not own)
            for key, wording, own in shown.wordings()
        ],
        version=shown.version,
    )


def _require(call: Call, kind: Kind, roles: frozenset[Role] = ADMIN) -> None:
    """Forbidden unless the caller has one of the roles, or it is a message to payers, which billing words."""
    if kind not in MONEY and not roles & set(call.actor.roles):
        raise Forbidden("such a template is not billing's", code="role", remedy="ask an administrator to do it")


def _changing(call: Call) -> str:
    """The id of the template of the address, which the caller may change."""
    id = call.id("template_id")
    if Role.ADMIN not in call.actor.roles:
        _require(call, call.app.show_templates.one(id).line.kind)
    return id


def _wording(given: WordingGiven) -> Wording:
    return Wording(subject=given.subject, body=given.body)


def _delays(given: tuple[DelayGiven, ...]) -> tuple[Delay, ...]:
    return tuple(Delay(number=delay.number, unit=Unit(delay.unit)) for delay in given)


@routes("GET", "/v1/templates", STAFF, answers=Listed[TemplateView])
def list_templates(call: Call, _: Nothing) -> Listed[TemplateView]:
    """All of them: the system ones first, one per kind and channel, then the clinic's own, 200 at most."""
    return Listed(items=[_shown(call, shown) for shown in call.app.show_templates()])


@routes("POST", "/v1/templates", BILLING_SETTINGS, takes=TemplateGiven, answers=TemplateView, creates=True)
def create_template(call: Call, given: TemplateGiven) -> TemplateView:
    """Of one of these kinds: reminder, confirmed by SMS, online_booking, custom, birthday, review, voucher; invoice and
    payment_reminder by email."""
    _require(call, given.kind)
    draft = Draft(
        kind=given.kind,
        channel=given.channel,
        title=given.title,
        description=given.description,
        sender=given.sender,
        delays=_delays(given.delays),
        active=given.active,
        attach=given.attach,
        wordings={key: _wording(wording) for key, wording in given.wordings.items()},
    )
    return _shown(call, call.app.edit_templates.create(call.new_id("tpl"), draft, call.actor))


@routes("GET", "/v1/templates/{template_id}", STAFF, answers=TemplateView)
def read_template(call: Call, _: Nothing) -> TemplateView:
    return _shown(call, call.app.show_templates.one(call.id("template_id")))


@routes(
    "PATCH",
    "/v1/templates/{template_id}",
    BILLING_SETTINGS,
    takes=TemplateEdits,
    answers=TemplateView,
    version="required",
)
def change_template(call: Call, given: TemplateEdits) -> TemplateView:
    """One of the clinic's own. Other delays move the reminders that are planned already."""
    changes = Changes(
        title=given.title,
        description=given.description,
        sender=given.sender,
        delays=None if given.delays is None else _delays(given.delays),
        attach=given.attach,
    )
    id, version = _changing(call), call.required_version
    return _shown(call, call.app.edit_templates.change(id, changes, version, call.actor))


@routes("DELETE", "/v1/templates/{template_id}", BILLING_SETTINGS, answers=NoneType)
def delete_template(call: Call, _: Nothing) -> None:
    """One of the clinic's own. What was sent by it stays as it is; what it had planned does not go."""
    call.app.edit_templates.delete(_changing(call))


@routes("PUT", "/v1/templates/{template_id}/active", BILLING_SETTINGS, takes=Switch, answers=TemplateView)
def switch_template(call: Call, given: Switch) -> TemplateView:
    """Turned on, it tells what happens from then on; off, what it had planned does not go."""
    return _shown(call, call.app.switch_template(_changing(call), given.active))


@routes(
    "POST", "/v1/templates/{template_id}/duplicate", BILLING_SETTINGS, takes=Copy, answers=TemplateView, creates=True
)
def duplicate_template(call: Call, given: Copy) -> TemplateView:
    """As a template of the clinic's own, off until it is turned on."""
    id = _changing(call)
    return _shown(call, call.app.edit_templates.duplicate(id, call.new_id("tpl"), given.title, call.actor))


@routes(
    "PUT",
    "/v1/templates/{template_id}/wordings/{key}",
    BILLING_SETTINGS,
    takes=WordingGiven,
    answers=TemplateView,
    version="required",
)
def change_wording(call: Call, given: WordingGiven) -> TemplateView:
    """In one language. Messages that are planned go in the new words; each fault is told with its line and column."""
    id, key, version = _changing(call), call.id("key"), call.required_version
    return _shown(call, call.app.edit_templates.reword(id, key, _wording(given), version, call.actor))


@routes(
    "DELETE", "/v1/templates/{template_id}/wordings/{key}", BILLING_SETTINGS, answers=TemplateView, version="required"
)
def reset_wording(call: Call, _: Nothing) -> TemplateView:
    """A system template is back to the shipped words; one of the clinic's own is no longer written in that language."""
    id, key, version = _changing(call), call.id("key"), call.required_version
    return _shown(call, call.app.edit_templates.unword(id, key, version, call.actor))


@routes("POST", "/v1/templates/{template_id}/preview", STAFF, takes=PreviewAsked, answers=PreviewView)
def preview_template(call: Call, given: PreviewAsked) -> PreviewView:
    """What it would say; nothing is stored or sent."""
    shown = call.app.show_templates.one(call.id("template_id"))
    wording = _wording(given.wording) if given.wording else shown.wording(given.key)
    return _previewed(call, shown.line.kind, shown.line.channel, wording, given)


@routes("POST", "/v1/template-preview", STAFF, takes=UnsavedAsked, answers=PreviewView)
def preview_wording(call: Call, given: UnsavedAsked) -> PreviewView:
    """The same for a template that is not there yet."""
    return _previewed(call, given.kind, given.channel, _wording(given.wording), given)


def _previewed(
    call: Call, kind: Kind, channel: Channel, wording: Wording, given: PreviewAsked | UnsavedAsked
) -> PreviewView:
    _require(call, kind, AGENDA)
    made = call.app.preview_template(kind, channel, wording, given.key, given.appointment_id)
    email = made.email
    return PreviewView(
        language=made.language,
        subject=email.subject if email else "",
        text=email.text if email else "",
        html=email.html if email else "",
        sms=made.sms,
    )


@routes("GET", "/v1/template-fields", STAFF, takes=FieldsAsked, answers=Listed[FieldView])
def list_template_fields(call: Call, given: FieldsAsked) -> Listed[FieldView]:
    """What a wording of that kind and channel may hold."""
    language = language_of(given.language, call.app.clinic.language)
    examples = call.app.preview_template.examples(given.kind, given.channel, language)
    return Listed(
        items=[
            view(FieldView, example.field, sample=example.text, in_subject=example.in_subject) for example in examples
        ]
    )
