"""SMS by hand and to groups, what SMS cost, and who wants none."""

from functools import cached_property
from typing import TYPE_CHECKING

from creneau.adapters import aws
from creneau.adapters.sns import SnsOptOuts
from creneau.messaging.opt_out import OpenOptOut, OptOut
from creneau.messaging.send_group import CancelGroup, PreviewGroup, SendToGroup, SortOut, WalkGroup
from creneau.messaging.send_sms import SendSms
from creneau.messaging.sms.consumption import ShowConsumption
from creneau.messaging.sms.opt_outs import ReadOptOuts
from creneau.messaging.sms.spending import SpentOfLimit
from creneau.wiring.agenda import Agenda

if TYPE_CHECKING:
    from creneau.messaging.show_sms import ShowSms


class Sms(Agenda):
    @cached_property
    def send_sms(self) -> SendSms:
        return SendSms(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def show_sms(self) -> "ShowSms":
        # Imported here: wordings and locales are for those who write messages.
        from creneau.messaging.show_sms import ShowSms

        # As long as the API's own address where links begin with that: each character of an SMS counts.
        own = f"https://{'x' * 10}.execute-api.{self.environment.get('AWS_REGION', 'eu-central-1')}.amazonaws.com"
        url = self.environment.get("PUBLIC_BASE_URL") or own
        return ShowSms(self.store, self.clinic, self.clock, url.rstrip("/"))

    @cached_property
    def preview_group(self) -> PreviewGroup:
        return PreviewGroup(self.store, self.clinic, self.clock, self.sort_out_group)

    @cached_property
    def send_to_group(self) -> SendToGroup:
        return SendToGroup(self.store, self.clock, self.again)

    @cached_property
    def walk_group(self) -> WalkGroup:
        return WalkGroup(self.store, self.clock, self.again, self.sort_out_group)

    @cached_property
    def cancel_group(self) -> CancelGroup:
        return CancelGroup(self.store, self.clock, self.again)

    @cached_property
    def sort_out_group(self) -> SortOut:
        return SortOut(self.store, self.clinic)

    @cached_property
    def show_consumption(self) -> ShowConsumption:
        return ShowConsumption(self.store, self.clinic, self.clock)

    @cached_property
    def spent_of_limit(self) -> SpentOfLimit:
        return SpentOfLimit(self.store, self.clinic, self.clock)

    @cached_property
    def read_opt_outs(self) -> ReadOptOuts:
        return ReadOptOuts(self.store, SnsOptOuts(aws.client("sns")), self.clock, self.again)

    @cached_property
    def open_opt_out(self) -> OpenOptOut:
        return OpenOptOut(self.store, self.clinic, self.clock)

    @cached_property
    def opt_out(self) -> OptOut:
        return OptOut(self.change_consent)
