"""Whom a role's decisions chose, kept up to date without reading all decisions for every question."""

from collections.abc import Iterable

from sourcing.decisions import chosen, speaks_of_fit, standing
from storage.records import Answer, Decision
from storage.store import Store


class Answers:
    """The decisions of one role that speak of fit; only what was decided or undone since is read again.

    An undone decision is noticed by the answer that stands then, or as the newest of all; one that is neither, where an
    older decision gave the same answer for another reason, is noticed at the next decision on that lead.
    """

    def __init__(self, role: str) -> None:
        self.role = role
        self._newest: tuple[int, bool] | None = None  # id of the newest decision, and if it was undone
        self._said: dict[str, str] = {}  # the answer that stands, by living lead
        self._chosen: dict[str, bool] = {}

    def chosen(self, store: Store) -> dict[str, bool]:
        """Of each living lead whether it was chosen."""
        said = store.answers(self.role)
        last = store.decisions(self.role, live=False, limit=1)
        newest = (last[0].id or 0, last[0].undone_at is not None) if last else (0, False)
        if self._newest is None:
            self._chosen = chosen(store.decisions(self.role))
        elif said != self._said or newest != self._newest:
            self._again(store, {*self._fresh(store, newest[0] - self._newest[0]), *_different(said, self._said)})
        self._newest, self._said = newest, said
        return self._chosen

    def _fresh(self, store: Store, count: int) -> Iterable[str]:
        """Leads decided on since: at most as many as ids were given; the newest always."""
        rows = store.decisions(self.role, live=False, limit=max(1, count))
        return (one.living or one.lead for one in rows)

    def _again(self, store: Store, leads: set[str]) -> None:
        rows = [one for one in store.decisions_on(leads) if one.role == self.role and one.undone_at is None]
        found: dict[str, Decision] = standing(rows)
        kept = {lead: up for lead, up in self._chosen.items() if lead not in leads}
        now = {lead: one.answer is Answer.YES for lead, one in found.items() if speaks_of_fit(one)}
        self._chosen = kept | now


def _different(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {lead for lead in one.keys() | other.keys() if one.get(lead) != other.get(lead)}
