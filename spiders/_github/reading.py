"""Reading people in full: profiles and a year of work, in batches."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._github import documents, people, work
from spiders._github.answers import Contributions, GraphAnswer, Person, Repository, Showcase, present
from spiders._github.batches import BatchSize
from spiders._github.people import Candidate
from spiders._github.triage import READ_VERSION, Triage
from storage.records import Account

ROOM_FOR_LINKED = 10  # one in so many of those a night reads
Window = tuple[Candidate, datetime, datetime, int]  # whose, since, until, how often halved
LARGEST_SPLIT = 2  # a year is halved twice at most: quarters


class Reading(Triage):
    """Profiles and contributions, in batches whose size adapts to what GitHub answers in time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading: deque[Candidate] = deque()
        self.chosen: set[str] = set()  # ids of those read tonight
        self.windows: deque[Window] = deque()
        self.size = BatchSize(1, 1)
        self.window_size = BatchSize(1, 1)

    def choose(self) -> Iterable[Request]:
        """Put the most interesting people first, as many as a night reads; the rest keep their place.

        Those the lanes show leave some room for those other sources name, who become known later in the night.
        """
        kept = self.options.max_profiles // ROOM_FOR_LINKED if self.keeps_room else 0
        room = max(0, self.options.max_profiles - kept - len(self.chosen))
        waiting = (one for one in self.to_read.values() if one.source_id not in self.chosen)
        ranked = sorted(waiting, key=lambda c: (-c.interest, c.source_id))
        self.reading.extend(ranked[:room])
        self.chosen.update(one.source_id for one in ranked[:room])
        self.ledger.skipped.pop("left_for_next_night", None)  # of the choice before this one
        self.ledger.skip("left_for_next_night", max(0, len(ranked) - room))
        return ()

    def work(self) -> Iterable[Request]:
        """Start as many chains of documents as may run at once; each answer asks for the next."""
        return [request for _ in range(self.options.concurrency) if (request := self._next_document())]

    def _next_document(self) -> Request | None:
        if len(self.windows) >= self.window_size.size or (self.windows and not self.reading):
            return self._ask_windows()
        return self._ask_profiles() if self.reading else None

    def _go_on(self) -> Iterator[Request]:
        request = self._next_document()
        if request is not None:
            yield request

    def _ask_profiles(self) -> Request:
        part = [self.reading.popleft() for _ in range(min(self.size.size, len(self.reading)))]
        variables = {f"i{n}": candidate.node_id for n, candidate in enumerate(part)}
        variables |= {f"l{n}": candidate.login for n, candidate in enumerate(part)}
        return self.graph(
            documents.profiles(len(part)),
            variables,
            self.profiles,
            lane="github/profiles",
            cost=documents.points(profiles=len(part)),
            on_failure=lambda reason: self._smaller_profiles(part, reason),
            of=part,
        )

    def profiles(self, response: Response, of: list[Candidate]) -> Iterator[Yielded]:
        """People in full; whoever the answer did not cover is asked for again, alone."""
        answer = self.answer(response)
        self.size.worked()
        for n, candidate in enumerate(of):
            yield from self._profile(answer, f"u{n}", candidate, response, alone=len(of) == 1)
        yield from self._go_on()

    def _profile(
        self, answer: GraphAnswer, alias: str, candidate: Candidate, response: Response, *, alone: bool
    ) -> Iterator[Yielded]:
        node, error = (answer.data or {}).get(alias), answer.lost(alias)
        if not node or "databaseId" not in node:
            if error is not None and error.type == "NOT_FOUND":
                yield from self._vanished(candidate, error.type, response)
            elif alone:
                self.ledger.skip("profile_not_returned")
            else:
                self.size.failed(self.size.size)
                self.reading.append(candidate)
            return
        person, returned = self._person(answer, (alias,), node)
        if person is None:
            return
        account = people.account(person, returned, self.stamp(f"{self.options.site}/{person.login}"), self.options.site)
        yield account
        yield from self._works(answer, alias, person, returned, account)
        self._open_year(candidate)

    def _works(
        self, answer: GraphAnswer, alias: str, person: Person, returned: frozenset[str], account: Account
    ) -> Iterator[Yielded]:
        files = self._showcase(answer, alias, person, returned)
        pins = {pin.database_id for pin in present(person.pinned_items.nodes if person.pinned_items else ())}
        nodes = person.repositories.nodes if person.repositories and "repositories" in returned else ()
        for n, node in enumerate(nodes or ()):
            if node is None or answer.lost(alias, "repositories", "nodes", n):
                self.ledger.skip("repository_not_returned")
                continue
            repo, _ = self.shape(Repository, node, f"a repository of {person.login}")
            if repo is not None:
                shown = files.get(repo.database_id)
                yield work.repository(account.key, repo, shown, repo.database_id in pins, account.origin)
        readme = work.readme(account.key, person, account.origin, self.options.site) if "readme" in returned else None
        if readme is not None:
            yield readme

    def _showcase(
        self, answer: GraphAnswer, alias: str, person: Person, returned: frozenset[str]
    ) -> dict[int, Showcase]:
        if "showcase" not in returned or person.showcase is None:
            return {}
        rows = enumerate(person.showcase.nodes or ())
        return {row.database_id: row for n, row in rows if row and not answer.lost(alias, "showcase", "nodes", n)}

    def _smaller_profiles(self, part: list[Candidate], reason: str) -> Iterator[Yielded]:
        if len(part) == 1:
            self.ledger.skip(f"profile_failed:{reason}")
        else:
            self.size.failed(len(part))
            self.reading.extendleft(reversed(part))
        yield from self._go_on()

    def _open_year(self, candidate: Candidate) -> None:
        # To midnight: a night that is begun again asks what it asked before, and what it was answered is kept.
        until = self.now().replace(hour=0, minute=0, second=0, microsecond=0)
        candidate.windows_open = 1
        self.windows.append((candidate, until - timedelta(days=365), until, 0))

    def _ask_windows(self) -> Request:
        part = [self.windows.popleft() for _ in range(min(self.window_size.size, len(self.windows)))]
        variables: dict[str, object] = {}
        for n, (candidate, since, until, _depth) in enumerate(part):
            variables |= {f"i{n}": candidate.node_id, f"f{n}": since.isoformat(), f"t{n}": until.isoformat()}
        return self.graph(
            documents.contributions(len(part)),
            variables,
            self.year,
            lane="github/contributions",
            cost=documents.points(contributions=len(part)),
            on_failure=lambda reason: self._smaller_windows(part, reason),
            of=part,
        )

    def year(self, response: Response, of: list[Window]) -> Iterator[Yielded]:
        """Contributions in windows; a window the answer could not fill is halved, down to quarters."""
        answer = self.answer(response)
        self.window_size.worked()
        for n, window in enumerate(of):
            yield from self._window(answer, f"u{n}", window)
        yield from self._go_on()

    def _window(self, answer: GraphAnswer, alias: str, window: Window) -> Iterator[Yielded]:
        candidate = window[0]
        node = ((answer.data or {}).get(alias) or {}).get("contributionsCollection")
        covered = next((e for e in answer.errors if e.path[:1] == (alias,)), None)
        if node is None or covered is not None:
            yield from self._narrower(window)
            return
        part, _ = self.shape(Contributions, node, f"contributions of {candidate.login}")
        if part is None:
            candidate.incomplete = True
        else:
            candidate.parts.append(part)
        candidate.windows_open -= 1
        yield from self._finish(candidate)

    def _narrower(self, window: Window) -> Iterator[Yielded]:
        candidate, since, until, depth = window
        if depth < LARGEST_SPLIT:
            middle = since + (until - since) / 2
            candidate.windows_open += 1
            self.windows.append((candidate, since, middle, depth + 1))
            self.windows.append((candidate, middle + timedelta(seconds=1), until, depth + 1))
            return
        candidate.incomplete = True
        candidate.windows_open -= 1
        yield from self._finish(candidate)

    def _finish(self, candidate: Candidate) -> Iterator[Yielded]:
        """The last window is in: the year's work, and the mark that this person was read."""
        if candidate.windows_open:
            return
        origin = self.stamp(f"{self.options.site}/{candidate.login}")
        totals: Mapping[str, float] = {}
        if candidate.incomplete:
            # Sums over some of the windows would be too low, so nothing is said about the year.
            self.ledger.skip("contributions_incomplete")
        else:
            totals = work.yearly(candidate.parts)
            yield from work.contributions(self.key(candidate.source_id), candidate.login, candidate.parts, origin)
        yield Account(
            source=self.name,
            source_id=candidate.source_id,
            handle=candidate.login,
            url=f"{self.options.site}/{candidate.login}",
            figures=totals,
            markers={**candidate.marks, "read": READ_VERSION},
            observed=frozenset({"handle"}),
            origin=origin,
        )
        candidate.parts = []

    def _smaller_windows(self, part: list[Window], reason: str) -> Iterator[Yielded]:
        if len(part) > 1:
            self.window_size.failed(len(part))
            self.windows.extendleft(reversed(part))
        elif part[0][3] < LARGEST_SPLIT:
            yield from self._narrower(part[0])
        else:
            self.ledger.skip(f"contributions_failed:{reason}")
        yield from self._go_on()
