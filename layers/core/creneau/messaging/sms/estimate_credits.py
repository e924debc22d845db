"""What a wording will cost as an SMS at this clinic: with its practitioners, places, services and patients (S-04)."""

from dataclasses import dataclass

from creneau.agenda.catalogue import Location, Practitioner, Service
from creneau.agenda.collections import catalogue, patients_by_name
from creneau.messaging.message import Channel, Kind
from creneau.messaging.sms.estimate import Estimate, Names, estimate
from creneau.messaging.templates.sample import links, sample
from creneau.messaging.wording.wording import Wording
from creneau.messaging.wording_choice import Chosen
from creneau.messaging.write import write_sms
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Store, everything
from creneau.shared.time import Clock

PATIENTS = 200
"""Names enough to know how long they get; reading all of them would cost more than the second credit."""


@dataclass(frozen=True)
class EstimateCredits:
    """Of words and fields as they are being written, with whatever may still be wrong with them; it refuses nothing."""

    store: Store
    clinic: Clinic
    clock: Clock
    public_base_url: str

    def __call__(self, kind: Kind, language: str, body: str) -> Estimate:
        settings = self.store.get(SETTINGS) or Settings()
        chosen, secret = Chosen(Wording(body=body), language), links(self.public_base_url)
        known = sample(kind, Channel.SMS, language, "", self.clinic, settings, self.clock())
        return estimate(known, self._names(language), lambda made: write_sms(made, chosen, secret), body)

    def _names(self, language: str) -> Names:
        """Patients as if they read that language, which is the wording's."""
        patients = self.store.page(patients_by_name(), PATIENTS).items
        return Names(
            practitioners=everything(self.store, catalogue(Practitioner)),
            locations=everything(self.store, catalogue(Location)),
            services=[s for s in everything(self.store, catalogue(Service)) if s.active],
            patients=[p.with_(language=language) for p in patients if not p.erased],
        )
