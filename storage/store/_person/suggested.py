"""What the desk asks of suggestions: which are open, what one says, what somebody answered last."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from storage.records import Judgement, Verdict
from storage.store._base import Database
from storage.store._person.judging import read_judgement
from storage.store._sql import among
from storage.tables import judgement, receipt


class Suggested(Database):
    """Verbs for the queue of suggestions."""

    def suggestions(self) -> list[Judgement]:
        """Give the open suggestions, the strongest first."""
        chosen = select(judgement).where(judgement.c.verdict == Verdict.SUGGESTED, judgement.c.undone_at.is_(None))
        with self._read() as connection:
            rows = connection.execute(chosen.order_by(judgement.c.bits.desc(), judgement.c.id)).mappings().all()
        return [read_judgement(row) for row in rows]

    def judgement(self, number: int) -> Judgement | None:
        """Give a judgement by its number, undone or not; None if there is none."""
        with self._read() as connection:
            row = connection.execute(select(judgement).where(judgement.c.id == number)).mappings().first()
        return read_judgement(row) if row else None

    def newest_judgement(self) -> int:
        """Give the highest number of a judgement, 0 without any."""
        with self._read() as connection:
            return int(connection.execute(select(func.max(judgement.c.id))).scalar() or 0)

    def last_judgement(self, by: str, *, since: datetime) -> Judgement | None:
        """Give the last live judgement somebody made since a moment, None if there is none."""
        chosen = select(judgement).where(
            judgement.c.by == by, judgement.c.created_at >= since, judgement.c.undone_at.is_(None)
        )
        with self._read() as connection:
            row = connection.execute(chosen.order_by(judgement.c.id.desc()).limit(1)).mappings().first()
        return read_judgement(row) if row else None

    def totals_of(self, leads: Collection[str]) -> dict[str, float]:
        """Give the best total any role gave each of these leads; those nobody scored are left out."""
        with self._read() as connection:
            chosen = select(receipt.c.lead, func.max(receipt.c.total)).where(
                receipt.c.latest, among(connection, receipt.c.lead, leads)
            )
            return {row[0]: row[1] for row in connection.execute(chosen.group_by(receipt.c.lead))}
