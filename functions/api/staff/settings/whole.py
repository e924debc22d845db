"""The clinic's settings as a whole: read, and changed in part (P-01, W-01)."""

import msgspec

from api.staff.given import Edits, Nothing
from api.staff.routing import ADMIN, STAFF, Call, Routes
from api.staff.settings.booking import OnlineBookingGiven, OnlineBookingView
from api.staff.settings.look import LookGiven, LookView
from api.staff.settings.messaging import MessagingGiven, MessagingView
from api.staff.settings.sms import SmsGiven, SmsView
from api.staff.settings.waitlist import WaitlistGiven, WaitlistView
from api.staff.shown import View, view
from creneau.messaging.sms.senders import check_sender, checked_settings
from creneau.shared.settings import SETTINGS, Settings

routes = Routes()


class SettingsView(View, frozen=True, kw_only=True):
    """Days keep the local clock time; minutes and hours are elapsed time."""

    waitlist: WaitlistView
    messaging: MessagingView
    sms: SmsView
    booking: OnlineBookingView
    look: LookView
    version: int


class SettingsGiven(Edits):
    """What is left out stays as it is, in each part too; a list is given as a whole."""

    waitlist: WaitlistGiven = WaitlistGiven()
    messaging: MessagingGiven = MessagingGiven()
    sms: SmsGiven = SmsGiven()
    booking: OnlineBookingGiven = OnlineBookingGiven()
    look: LookGiven = LookGiven()


def _shown(call: Call, settings: Settings) -> SettingsView:
    sender = check_sender(settings.sms.sender, call.app.clinic.country, settings.sms.countries)
    return view(
        SettingsView,
        settings,
        waitlist=view(WaitlistView, settings.waitlist),
        messaging=view(MessagingView, settings.messaging),
        sms=view(SmsView, settings.sms, notices=list(sender.notices)),
        booking=view(OnlineBookingView, settings.booking),
        look=view(LookView, settings.look),
    )


def _edited(before: Settings, given: SettingsGiven) -> Settings:
    known, sent = msgspec.to_builtins(before), given.model_dump(mode="json", exclude_unset=True)
    parts = {name: {**known.get(name, {}), **part} for name, part in sent.items() if isinstance(part, dict)}
    return msgspec.convert({**known, **sent, **parts}, Settings)


@routes("GET", "/v1/settings", STAFF, answers=SettingsView)
def read_settings(call: Call, _: Nothing) -> SettingsView:
    return _shown(call, call.app.store.get(SETTINGS) or Settings())


@routes("PATCH", "/v1/settings", ADMIN, takes=SettingsGiven, answers=SettingsView, version="required")
def change_settings(call: Call, given: SettingsGiven) -> SettingsView:
    """Changes what is given, and leaves the rest as it is."""
    version = call.required_version
    new = _edited(call.app.store.get(SETTINGS) or Settings(), given)
    new = new.with_(sms=checked_settings(new.sms, call.app.clinic.country))
    return _shown(call, call.app.change_settings(new, version))
