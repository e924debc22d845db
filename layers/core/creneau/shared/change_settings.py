"""The clinic's settings, read and changed as a whole."""

from dataclasses import dataclass

from creneau.shared.billing_rules import check_billing, held_since
from creneau.shared.edit import stale
from creneau.shared.errors import Refused
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Conflict, Put, Store
from creneau.shared.time import Clock


@dataclass(frozen=True)
class ChangeSettings:
    """Sets them on the version that the caller read (0: never set). Raises Stale, Refused (a restored table) and Invalid."""

    store: Store
    clock: Clock

    def __call__(self, new: Settings, expected_version: int) -> Settings:
        _check_reconciled(self.store.get(SETTINGS) or Settings(), new)
        check_billing(new.billing, new.sms, "billing.")
        before, now = self.store.get(SETTINGS) or Settings(), self.clock()
        since = before.messaging.turned(new.messaging.off, now).on_since
        texts = now if new.sms.enabled and not before.sms.enabled else before.sms.since
        new = new.with_(
            messaging=new.messaging.with_(on_since=since),
            sms=new.sms.with_(since=texts),
            billing=new.billing.with_(since=held_since(before.billing, new.billing, now)),
            version=expected_version,
        )
        try:
            self.store.commit([Put(new)])
        except Conflict:
            stored = self.store.get(SETTINGS) or Settings()
            raise stale(stored.version, expected_version) from None
        return new.with_(version=expected_version + 1)


def _check_reconciled(before: Settings, new: Settings) -> None:
    if before.messaging.restored_at and not new.messaging.paused:
        raise Refused(
            "the table was restored: what was sent since is not reconciled yet",
            code="not_reconciled",
            remedy="begin again by POST /v1/sending/resume",
        )
