"""How much of the month's spending limit is spent, for whoever watches the stack (S-06)."""

from dataclasses import dataclass

from creneau.messaging.sms.month import month_of, opened, sms_month_ref, spent_percent, tariff_of
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Store
from creneau.shared.time import Clock


@dataclass(frozen=True)
class SpentOfLimit:
    """Percent, 0 without a limit; 100 as soon as one more credit of any kind in use does not fit: SMS are being stopped."""

    store: Store
    clinic: Clinic
    clock: Clock

    def __call__(self) -> int:
        id = month_of(self.clock(), self.clinic.zone)
        read = self.store.snapshot([SETTINGS, sms_month_ref(id)])
        settings = read.get(SETTINGS) or Settings()
        month = opened(read.get(sms_month_ref(id)), id, tariff_of(settings, self.clinic.currency))
        return spent_percent(month, settings.sms)
