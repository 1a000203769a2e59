"""A look at everybody known, new or named elsewhere, a hundred to the point: who is gone, unchanged, worth reading."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._github import documents, people
from spiders._github.answers import GraphAnswer
from spiders._github.graph import GraphSpider
from spiders._github.people import Candidate
from storage.errors import Unreadable
from storage.records import Gone, Kind, Known, Sighting

READ_VERSION = "1"  # raise it when more is read of a person: everybody is then read again once
LINKED = "github/linked"
LINKED_INTEREST = 50.0  # named by somebody already found elsewhere: sooner than a chance find of a search
AT_ONCE = 50


class Triage(GraphSpider):
    """A look at everybody known or new: gone, unchanged, or worth reading in full."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.to_read: dict[str, Candidate] = {}
        self.logins_asked: set[str] = set()  # of people named elsewhere, tonight
        self.keeps_room = True  # people named elsewhere are still to come

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
        # Lists come in any order; a night that is begun again asks for the same hundreds.
        asked, self.to_triage = sorted(self.to_triage.values(), key=lambda one: int(one.source_id)), {}
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
        self.keeps_room = False
        asked = self.recall(LINKED)
        again = (self.now() - timedelta(days=self.options.ask_linked_again_days)).isoformat()
        known = {k.handle.casefold() for k in self.known.values()} | self.logins_asked
        known |= {c.login.casefold() for c in self.candidates.values()}
        named = (login for login in self.rounds.named(self.store, self.name) if login not in known)
        wanted = [login for login in named if str(asked.get(login, "")) < again]
        self.logins_asked.update(wanted)
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
            misread = Unreadable("unexpected_shape", f"asked for {len(of)} people, {len(nodes)} nodes returned")
            raise self.patience.misread(response, misread)
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
        new = candidate.source_id not in self.known
        kept = {name: mark for name, mark in marks.items() if name == "node_id" or new}
        kept |= {"interest": f"{candidate.interest:.2f}"} if new else {}
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


def _candidate(known: Known) -> Candidate:
    try:
        interest = float(known.markers.get("interest", "0"))
    except ValueError:
        interest = 0.0
    return Candidate(known.account.source_id, known.markers["node_id"], known.handle, interest)
