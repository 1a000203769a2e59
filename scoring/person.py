"""One lead, ready to be read: what does not hang on the role is found once, for however many roles it is scored."""

from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from scoring.skills.matcher import OTHERS_WORK
from storage.records import WISH, Account, AccountKey, Evidence, Lead, Level

RICH = 20  # pieces of work from which a missing skill says something

# What a person who asked not to be ranked there must not be ranked by.
_PROGRESSION = ("tier", "grandmaster_level", "competition_", "notebook_", "dataset_", "discussion_")

_Found = TypeVar("_Found")


class Person:
    """The accounts and the work of a lead in a fixed order, and what was found in them so far."""

    def __init__(self, lead: Lead) -> None:
        self.lead = lead
        self.accounts: list[Account] = sorted(lead.accounts, key=lambda account: account.key)
        self.by_key: Mapping[AccountKey, Account] = {account.key: account for account in self.accounts}
        self._unranked = {a.key for a in self.accounts if "progression_opt_out" in a.flags}
        named = [
            (one.id, one)
            for one in lead.evidence
            if one.kind != WISH and not (one.account in self._unranked and one.kind == "competition")
        ]
        named.sort(key=lambda pair: pair[0])
        self.ids: list[str] = [name for name, _ in named]  # of the work, in its order
        self.work: list[Evidence] = [one for _, one in named]
        self._found: dict[Hashable, Any] = {}

    def once(self, key: Hashable, find: Callable[[], _Found]) -> _Found:
        """What `find` gives, found when first asked for under this key; the key names all it hangs on besides."""
        if key not in self._found:
            self._found[key] = find()
        found: _Found = self._found[key]
        return found

    @cached_property
    def own(self) -> list[Evidence]:
        """Work the person leads: everything but changes and reviews in repositories of others."""
        return [one for one in self.work if one.kind not in OTHERS_WORK or self.owns(one)]

    @cached_property
    def elsewhere(self) -> list[Evidence]:
        """Changes and reviews in repositories of others."""
        return [one for one in self.work if one.kind in OTHERS_WORK and not self.owns(one)]

    @cached_property
    def richness(self) -> float:
        """How much there is to read, 0 to 1 at twenty pieces of work."""
        return min(1.0, sum(one.level > Level.CLAIM for one in self.work) / RICH)

    @cached_property
    def by_source(self) -> dict[str, list[Evidence]]:
        """Work by source, in the fixed order."""
        found: dict[str, list[Evidence]] = {}
        for one in self.work:
            found.setdefault(one.account.source, []).append(one)
        return found

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The sources of accounts and work."""
        return tuple(sorted({*self.by_source, *(account.source for account in self.accounts)}))

    @cached_property
    def profiles(self) -> list[tuple[Account, str]]:
        """Accounts that say something of themselves, with headline and biography as one text."""
        told = ((one, "\n".join(part for part in (one.headline, one.bio) if part)) for one in self.accounts)
        return [(account, text) for account, text in told if text]

    def owns(self, one: Evidence) -> bool:
        """Whether the address lies under the account's own handle."""
        account = self.by_key.get(one.account)
        parts = one.url.split("/", 4)
        return account is not None and len(parts) > 3 and parts[3].lower() == account.handle.lower()

    def figures(self, account: Account) -> Mapping[str, float]:
        """Figures of an account, without ranks if the person opted out of them."""
        if account.key not in self._unranked:
            return account.figures
        return {name: value for name, value in account.figures.items() if not name.startswith(_PROGRESSION)}
