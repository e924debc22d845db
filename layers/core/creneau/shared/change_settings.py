"""The clinic's settings, read and changed as a whole."""

from dataclasses import dataclass

from creneau.shared.edit import stale
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Conflict, Put, Store
from creneau.shared.time import Clock


@dataclass(frozen=True)
class ChangeSettings:
    """Sets them on the version that the caller read (0: never set). Raises Stale."""

    store: Store
    clock: Clock

    def __call__(self, new: Settings, expected_version: int) -> Settings:
        before = (self.store.get(SETTINGS) or Settings()).messaging
        since = before.turned(new.messaging.off, self.clock()).on_since
        new = new.with_(messaging=new.messaging.with_(on_since=since), version=expected_version)
        try:
            self.store.commit([Put(new)])
        except Conflict:
            stored = self.store.get(SETTINGS) or Settings()
            raise stale(stored.version, expected_version) from None
        return new.with_(version=expected_version + 1)
