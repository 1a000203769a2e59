"""Sealing what is stored with the key at hand, or opening it: all notes at once, in one transaction."""

from sqlalchemy import Text, cast, literal, select, update

from storage.sealed import is_current, seal, unseal
from storage.store._base import Database
from storage.tables import decision, lead_note, lead_status

# Where people write down what they like, ways to reach somebody included.
SEALED = (lead_note.c.text, lead_status.c.note, decision.c.note)


class Sealing(Database):
    """Verbs for texts sealed at rest."""

    def reseal(self, *, plain: bool = False) -> int:
        """Store all notes sealed with the first key at hand, or `plain`; gives how many changed.

        ConfigError if one cannot be opened with the keys there are: nothing is changed then.
        """
        changed = 0
        with self._write() as connection:
            for column in SEALED:
                for number, stored in connection.execute(select(column.table.c.id, cast(column, Text))).all():
                    if is_current(stored) and not plain:
                        continue
                    fresh = unseal(stored) if plain else seal(unseal(stored))
                    if fresh != stored:
                        raw = {column.name: literal(fresh, Text())}
                        connection.execute(update(column.table).where(column.table.c.id == number).values(raw))
                        changed += 1
        return changed

    def sealed(self) -> tuple[int, int]:
        """Give how many notes are stored, and how many of them as the key at hand asks."""
        with self._read() as connection:
            stored = [text for column in SEALED for text in connection.execute(select(cast(column, Text))).scalars()]
        return len(stored), sum(map(is_current, stored))
