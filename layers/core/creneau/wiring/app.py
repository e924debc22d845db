"""The application as a whole: its parts, and what two of them do together."""

from functools import cached_property

from creneau.adapters import aws
from creneau.adapters.retry_queue import RetryQueue
from creneau.agenda.appointment import appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.sweep import Sweep
from creneau.waitlist.sweep import SweepWaitlist
from creneau.wiring.billing_runs import BillingRuns
from creneau.wiring.online import Online
from creneau.wiring.payments import Payments
from creneau.wiring.waitlist import Waitlist


class App(Waitlist, BillingRuns, Payments, Online):
    """The composition root. Tests override what they want to hold in their hands."""

    @cached_property
    def sweep_waitlist(self) -> SweepWaitlist:
        return SweepWaitlist(self.store, self.clock, self.pursue_day, self.settle, self.tend_offers, self.trouble)

    @cached_property
    def sweep(self) -> Sweep:
        return Sweep(
            self.store,
            self.clock,
            self.sweep_waitlist,
            self.sweep_messages,
            self.tend_appointment,
            self.mark_absence,
            self.mark_address,
            self.sweep_replan,
            self.sweep_payers,
            self.walk_group,
            self.finish_invoice,
            self.sweep_run,
            self.sweep_checkout,
            self.trouble,
        )

    def tend_offers(self, round_id: str) -> None:
        """What a lost record of a round or of its messages would have led to."""
        self.plan_offers(round_id)
        self.free_unread_offers(round_id)

    def free_unread_offers(self, round_id: str) -> None:
        """Offers of a round whose messages nobody will read count as answered."""
        for appointment_id in self.unread_offers(round_id):
            self.bounce_offer(round_id, appointment_id)

    def tend_appointment(self, appointment_id: str) -> None:
        """What a lost record of an appointment would have led to; the last of it says that it was looked at."""
        self.keep_due(appointment_id)
        self.tell_of_appointment(appointment_id)

    def tell_of_appointment(self, appointment_id: str) -> None:
        """Plans what its last change asks to be told, and its reminders, and need not be looked at for it any more."""
        appointment = self.store.get(appointment_ref(appointment_id))
        if appointment is not None:
            self.plan_appointment_messages(appointment_id)
            for id in (appointment_id, appointment.moved_from):
                if id is not None:
                    self.plan_reminders(id)
            if appointment.attendance is Attendance.ATTENDED:
                self.plan_review(appointment_id)
            self.store.looked(appointment_ref(appointment_id), appointment.version)

    @cached_property
    def retry_queue(self) -> RetryQueue:
        return RetryQueue(aws.client("sqs"), self.environment["RETRY_QUEUE_URL"])
