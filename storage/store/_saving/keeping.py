"""All that answers brought, in one transaction: a killed process keeps all of it or none."""

from collections.abc import Sequence

from storage.records import Item, LaneState, Quarantined, Validator
from storage.store._night.lanes import Finding, Lanes, keep_finds, keep_state, keep_validator
from storage.store._records import Saved
from storage.store._saving.collecting import Collecting, set_aside
from storage.store._saving.save import save


class Keeping(Collecting, Lanes):
    """What a spider's pipeline writes."""

    def keep(
        self,
        items: Sequence[Item],
        *,
        finds: Sequence[Finding] = (),
        after: Sequence[LaneState | Validator] = (),
        unreadable: Sequence[Quarantined] = (),
        night: int | None = None,
    ) -> tuple[Saved, list[Finding]]:
        """Store records, which lane showed whom, what may be remembered once these are stored, and what was unreadable.

        Gives what the records did, and the finds whose account is not stored (yet).
        """
        with self._write() as connection:
            saved = save(connection, items, night=night, key=self._key, before=self.before) if items else Saved()
            left = keep_finds(connection, finds, night) if finds else []
            for one in after:
                if isinstance(one, LaneState):
                    keep_state(connection, one, self.before, self._key)
                else:
                    keep_validator(connection, one, self._key)
            if unreadable:
                set_aside(connection, unreadable, self._key)
        if self.before is not None:
            self.before.met(items)
        return saved, left
