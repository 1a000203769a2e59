"""The invented world on one day: people with accounts, work and known truth, all from one seed."""

from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cached_property

from sourcing.demo.cast import Cast
from sourcing.demo.chance import Chance
from sourcing.demo.changes import Change, changes, gone
from sourcing.demo.kagglers import Kagglers
from sourcing.demo.merges import base, made
from sourcing.demo.profiles import merge_host, profile, renamed
from sourcing.demo.stock import stock
from sourcing.demo.threads import Threads
from sourcing.demo.works import Record, host_record

_KEPT = 3_000  # profiles kept in memory


class World:
    """People, accounts and work on `day` days after the anchor; equal arguments give equal worlds."""

    def __init__(self, seed: str, people: int, anchor: date, day: int = 0, *, cast: Cast | None = None) -> None:
        self.cast = cast or Cast(seed, people, anchor)
        self.day = day
        self.past: Mapping[int, tuple[Change, ...]] = changes(self.cast, day)
        self._profiles: OrderedDict[int, Record] = OrderedDict()
        self._merged: dict[int, list[Record]] = {}

    def on(self, day: int) -> "World":
        """The same world on another day."""
        return World(self.cast.seed, self.cast.size, self.cast.anchor, day, cast=self.cast)

    @cached_property
    def kaggle(self) -> Kagglers:
        """Kaggle on this day."""
        return Kagglers(self.cast, self.past)

    @cached_property
    def threads(self) -> Threads:
        """Hacker News on this day."""
        return Threads(self.cast, self.past)

    # ---- GitHub -------------------------------------------------------------------------------------------

    def github(self, index: int) -> Record | None:
        """The GitHub account of a person in GraphQL's shape; None without one or when deleted."""
        known = self._profiles.get(index)
        if known is not None:
            self._profiles.move_to_end(index)
            return known
        person = self.cast.people[index]
        past = self.past.get(index, ())
        if not person.login or gone(past):
            return None
        made = self._profiles[index] = profile(self.cast, person, past)
        if len(self._profiles) > _KEPT:
            self._profiles.popitem(last=False)
        return made

    def login(self, index: int) -> str:
        """The present login; empty without a GitHub account or when deleted."""
        login, past = self.cast.people[index].login, self.past.get(index, ())
        for change in past:
            if change.kind == "rename":
                login = renamed(login, change)
        return "" if gone(past) else login

    @cached_property
    def logins(self) -> Mapping[str, int]:
        """Lower-case login → person, present logins only."""
        everybody = range(self.cast.size)
        return {login.lower(): index for index in everybody if (login := self.login(index))}

    def by_login(self, login: str) -> Record | None:
        """The account of that login."""
        index = self.logins.get(login.lower())
        return None if index is None else self.github(index)

    def by_number(self, number: int) -> Record | None:
        """The account of that durable number."""
        index = self.cast.github_index(number)
        return None if index is None else self.github(index)

    def former(self, login: str) -> Record | None:
        """Who had that login before a rename."""
        index = self._former.get(login.lower())
        return None if index is None else self.github(index)

    @cached_property
    def _former(self) -> Mapping[str, int]:
        renames = {i for i, past in self.past.items() if any(change.kind == "rename" for change in past)}
        return {self.cast.people[index].login.lower(): index for index in sorted(renames)}

    @cached_property
    def hosts(self) -> list[Record]:
        """The well-known repositories, in the order of the stock."""
        return [host_record(host, self.cast.zero) for host in stock().hosts]

    @cached_property
    def _host_names(self) -> Mapping[str, int]:
        present = {host.name.lower(): index for index, host in enumerate(stock().hosts)}
        return {host.former.lower(): i for i, host in enumerate(stock().hosts) if host.former} | present

    def host_index(self, name: str) -> int | None:
        """The well-known repository of a present or former owner/name."""
        return self._host_names.get(name.lower())

    def repository(self, owner: str, name: str) -> Record | None:
        """A repository by its present or former address."""
        host = self.host_index(f"{owner}/{name}")
        if host is not None:
            return self.hosts[host]
        account = self.by_login(owner) or self.former(owner)
        return None if account is None else account["_by_name"].get(name.lower())

    def repository_by_number(self, number: int) -> Record | None:
        """A repository by its durable number."""
        for host in self.hosts:
            if host["databaseId"] == number:
                return host
        index = (number - 240_000_000) // 64
        account = self.github(index) if 0 <= index < self.cast.size else None
        owned = account["_repositories"] if account else []
        return next((repo for repo in owned if repo["databaseId"] == number), None)

    def contributors(self, host: int) -> list[tuple[int, int]]:
        """(person, commits) of a well-known repository, most commits first."""
        merged = self.merges.get(host, {})
        counted = {index: commits for index, commits, _ in self.cast.givers[host]}
        for index, changes_ in merged.items():
            counted[index] = counted.get(index, 0) + len(changes_)
        alive = [row for row in counted.items() if not gone(self.past.get(row[0], ()))]
        return sorted(alive, key=lambda row: (-row[1], row[0]))

    @cached_property
    def merges(self) -> Mapping[int, Mapping[int, list[Change]]]:
        """Merged changes since day 0: host → person → changes."""
        found: dict[int, dict[int, list[Change]]] = defaultdict(lambda: defaultdict(list))
        for index, past in sorted(self.past.items()):
            for change in past:
                if change.kind == "merge":
                    found[merge_host(self.cast, self.cast.people[index], change)][index].append(change)
        return found

    def merged(self, host: int) -> list[Record]:
        """Merged pull requests of a well-known repository, latest update first; authors by person number."""
        if host not in self._merged:
            rows = base(self.cast, host)
            for index, happened in self.merges.get(host, {}).items():
                rows += [self._later(host, index, number, change) for number, change in enumerate(happened)]
            rows.sort(key=lambda row: (-row[0], row[1]["number"]))
            self._merged[host] = [record for _, record in rows]
        return self._merged[host]

    def _later(self, host: int, index: int, number: int, change: Change) -> tuple[int, Record]:
        chance = Chance(self.cast.seed, index, "later", host, change.day)
        return made(chance, host, index, 150 + number % 10, change.at)
