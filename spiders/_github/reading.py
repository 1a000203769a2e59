"""Reading people: probe and triage a hundred to the point, then profiles and a year of work in full."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._github import documents, people
from spiders._github.answers import Contributions, GraphAnswer, Person, Repository, Showcase, present
from spiders._github.batches import BatchSize
from spiders._github.graph import GraphSpider
from spiders._github.people import Candidate
from spiders._linked import linked_handles
from storage.errors import Unreadable
from storage.records import Account, Gone, Kind, Known, Sighting

READ_VERSION = "1"  # raise it when more is read of a person: everybody is then read again once
LINKED = "github/linked"
LINKED_INTEREST = 50.0  # named by somebody already found elsewhere: sooner than a chance find of a search
AT_ONCE = 50
Window = tuple[Candidate, datetime, datetime, int]  # whose, since, until, how often halved
LARGEST_SPLIT = 2  # a year is halved twice at most: quarters


class Triage(GraphSpider):
    """A look at everybody known or new: gone, unchanged, or worth reading in full."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.to_read: dict[str, Candidate] = {}

    def probe(self) -> Iterator[Request]:
        """Ask for everybody known whether anything is new."""
        asked = [_candidate(known) for known in self._people() if "updated_at" in known.markers]
        yield from self._look_at(asked, "probe")

    def never_looked_at(self) -> list[Known]:
        """People a night that was cut off stored from a list and never came to look at."""
        stored = [known for known in self._people() if "updated_at" not in known.markers]
        return [known for known in stored if known.account.source_id not in self.candidates]

    def triage(self) -> Iterable[Request]:
        """Look at everybody new, a hundred to the request."""
        for known in self.never_looked_at():
            candidate = _candidate(known)
            self.candidates[candidate.source_id] = self.to_triage[candidate.source_id] = candidate
        asked, self.to_triage = list(self.to_triage.values()), {}
        return self._look_at(asked, "triage")

    def _people(self) -> Iterator[Known]:
        """Known people who can be asked for: those gone only once a week."""
        recheck = self.now() - timedelta(days=self.options.recheck_gone_days)
        for known in self.known.values():
            present = known.gone_at is None or known.gone_at < recheck
            if known.kind is Kind.PERSON and "node_id" in known.markers and present:
                yield known

    def _look_at(self, asked: Sequence[Candidate], purpose: str) -> Iterator[Request]:
        for start in range(0, len(asked), 100):
            part = list(asked[start : start + 100])
            yield self.graph(
                documents.PROBE,
                {"ids": [candidate.node_id for candidate in part]},
                self.looked_at,
                lane=f"github/{purpose}",
                cost=documents.points(probes=len(part)),
                of=part,
            )

    def linked(self) -> Iterator[Request]:
        """Look up people whom accounts of other sources name as themselves; who was not there is asked again later."""
        self.wait_for_others()
        asked = self.recall(LINKED)
        again = (self.now() - timedelta(days=self.options.ask_linked_again_days)).isoformat()
        known = {k.handle.casefold() for k in self.known.values()} | {
            c.login.casefold() for c in self.candidates.values()
        }
        wanted = [h for h in linked_handles(self.store, self.name, known) if str(asked.get(h, "")) < again]
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            yield self.graph(
                documents.lookup(len(part)),
                {f"l{n}": login for n, login in enumerate(part)},
                self.looked_up,
                lane=LINKED,
                cost=documents.points(probes=len(part)),
                of=part,
            )

    def looked_up(self, response: Response, of: list[str]) -> Iterator[Yielded]:
        """What stands behind each login; missing ones are remembered."""
        answer = self.answer(response)
        missing: dict[str, object] = {}
        for n, login in enumerate(of):
            node, error = (answer.data or {}).get(f"u{n}"), answer.lost(f"u{n}")
            if node is None:
                self.ledger.skip("linked_but_not_there" if error and error.type == "NOT_FOUND" else "not_returned:link")
                missing[login] = self.now().isoformat()
                continue
            candidate = Candidate(str(node.get("databaseId")), str(node.get("id")), login, LINKED_INTEREST)
            self.candidates.setdefault(candidate.source_id, candidate)
            yield from self._look(answer, (f"u{n}",), candidate, node, response)
        yield self.remember(LINKED, self.recall(LINKED) | missing)

    def looked_at(self, response: Response, of: list[Candidate]) -> Iterator[Yielded]:
        """What the probe shows of each person: gone, unchanged, or worth reading in full."""
        answer = self.answer(response)
        nodes = (answer.data or {}).get("nodes") or []
        if len(nodes) != len(of):
            raise Unreadable("unexpected_shape", f"asked for {len(of)} people, {len(nodes)} nodes returned")
        for n, (candidate, node) in enumerate(zip(of, nodes, strict=True)):
            yield from self._look(answer, ("nodes", n), candidate, node, response)

    def _look(
        self, answer: GraphAnswer, path: tuple[str | int, ...], candidate: Candidate, node: Any, response: Response
    ) -> Iterator[Yielded]:
        error = answer.lost(*path)
        if node is None or "databaseId" not in node:
            yield from self._vanished(candidate, error.type if error else "", response)
            return
        person, returned = self._person(answer, path, node)
        if person is None:
            return
        pushed = people.pushed_at(person) if "repositories" in returned else None
        seen = people.account(person, returned, self.stamp(f"{self.options.site}/{person.login}"), self.options.site)
        marks = {**seen.markers, **({"pushed_at": pushed} if pushed is not None else {})}
        if self._unchanged_since(candidate, marks):
            yield Sighting(account=seen.key, handle=seen.handle, markers=marks, seen_at=self.now())
            return
        # The marks move only once the person was read in full: a night cut off here asks again.
        kept = {
            name: mark for name, mark in marks.items() if name == "node_id" or candidate.source_id not in self.known
        }
        # What the full profile may say as well (its README, say) is not taken back before that was read.
        sure = seen.observed - {"links", "flags", *(() if seen.open_to_work else ("open_to_work",))}
        partial = seen.model_copy(update={"markers": kept, "observed": sure, "links": ()})
        yield partial
        candidate.login, candidate.marks = person.login, marks
        if "no_recruiters" in seen.flags:
            self.ledger.skip("asks_not_to_be_contacted")
        else:
            self.to_read[candidate.source_id] = candidate

    def _unchanged_since(self, candidate: Candidate, marks: Mapping[str, str]) -> bool:
        known = self.known.get(candidate.source_id)
        if known is None or known.gone_at is not None or known.markers.get("read") != READ_VERSION:
            return False
        return all(known.markers.get(name) == marks.get(name, "") for name in ("updated_at", "pushed_at"))

    def _vanished(self, candidate: Candidate, error_type: str, response: Response) -> Iterator[Yielded]:
        if error_type != "NOT_FOUND":
            self.ledger.skip(f"not_returned:{error_type or 'null'}")
            return
        if candidate.source_id in self.known:
            yield Gone(account=self.key(candidate.source_id), reason="not_found", origin=self.seen(response))
        else:
            self.ledger.skip("vanished_before_read")


class Reading(Triage):
    """Profiles and contributions, in batches whose size adapts to what GitHub answers in time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading: deque[Candidate] = deque()
        self.windows: deque[Window] = deque()
        self.size = BatchSize(1, 1)
        self.window_size = BatchSize(1, 1)

    def choose(self) -> Iterable[Request]:
        """Put the most interesting people first, as many as a night reads; the rest keep their place."""
        ranked = sorted(self.to_read.values(), key=lambda c: (-c.interest, c.source_id))
        self.reading.extend(ranked[: self.options.max_profiles])
        self.ledger.skip("left_for_next_night", max(0, len(ranked) - self.options.max_profiles))
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
                yield people.repository(account.key, repo, shown, repo.database_id in pins, account.origin)
        readme = people.readme(account.key, person, account.origin, self.options.site) if "readme" in returned else None
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
        until = self.now().replace(microsecond=0)
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
            totals = people.yearly(candidate.parts)
            yield from people.contributions(self.key(candidate.source_id), candidate.login, candidate.parts, origin)
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


def _candidate(known: Known) -> Candidate:
    try:
        interest = float(known.markers.get("interest", "0"))
    except ValueError:
        interest = 0.0
    return Candidate(known.account.source_id, known.markers["node_id"], known.handle, interest)
