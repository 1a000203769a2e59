"""What all kinds of events share: settings, what a lane remembers, and keeping a programme."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from spiders._base import SourceSpider, Yielded
from spiders._events import programme as shared
from spiders._events import targets, words
from spiders._events.about import EventsOptions
from spiders._events.programme import Programme, Speaker
from storage.errors import Unreadable
from storage.records import Evidence, Gone, Item, Kind, Known, Lane, LaneState, Origin, Sighting, Withdrawn

ENOUGH = 20  # speakers; a smaller event may well lose most of them
EMPTIED = 0.1  # nine speakers in ten leaving overnight is a fault of the page, not their decision
NOBODY = frozenset({"tba", "tbd", "tbc", "anonymous", "speaker", "n/a", "none", "to be announced", "various"})


class EventsApi(SourceSpider):
    """Keeping programmes, and noticing who and what left them."""

    options: EventsOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, Known] = {}
        self.memory: dict[str, dict[str, Any]] = {}

    def recall_lanes(self, lanes: Iterable[Lane]) -> None:
        """What is known of everybody and of every lane of this night."""
        self.known = {known.account.source_id: known for known in self.store.known(self.name)}
        self.memory = {lane.id: self.recall(lane.id) for lane in lanes}

    def settled(self, lane: str) -> bool:
        """Whether a lane's event is long over and was read lately."""
        state = self.memory[lane]
        if not state.get("ends") or not state.get("read_at"):
            return False
        ended = datetime.fromisoformat(state["ends"]) + timedelta(days=self.options.settled_after)
        again = datetime.fromisoformat(state["read_at"]) + timedelta(days=self.options.settled_again)
        return ended < self.now() < again

    def keep(
        self, lane: str, target: targets.Target, found: Programme, digest: str, origin: Origin
    ) -> Iterator[Yielded]:
        """Everything a programme says, then what it no longer says."""
        before = self.talks_before(lane)
        people = {one.id: one for one in found.speakers if self.is_person(one)}
        self.judge(found.event or target.where, len(people), len(before))
        event = target.setting("name") or found.event
        for speaker in people.values():
            yield shared.account(speaker, origin.model_copy(update={"url": speaker.url}), self.ledger.skip)
        work = [one for talk in found.talks for one in shared.evidence(talk, event, target.tags, origin)]
        kept = [one for one in work if one.account.source_id in people]
        yield from kept
        after = _by_speaker(people, kept)
        yield from self.no_longer(lane, before, after, origin)
        ends = found.ends.isoformat() if found.ends else ""
        yield self.remember_lane(lane, {"digest": digest, "version": found.version, "ends": ends, "people": after})

    def judge(self, event: str, people: int, before: int) -> None:
        """Unreadable where a programme shows nobody, or almost nobody of those it showed."""
        if people == 0:
            raise Unreadable("no_speakers", f"{event} shows nobody")
        if before >= ENOUGH and people < before * EMPTIED:
            raise Unreadable("programme_emptied", f"{event} shows {people} of {before} speakers")

    def is_person(self, speaker: Speaker) -> bool:
        """Whether somebody on a programme is a person with a name; others are counted."""
        name = words.name(speaker.name)
        if name is None or name.casefold() in NOBODY:
            self.ledger.skip("nameless")
            return False
        if words.is_organisation(name):
            self.ledger.skip(Kind.ORGANISATION)
            return False
        return True

    def seen_again(self, lane: str, people: Iterable[str]) -> Iterator[Item]:
        """People of a programme that did not change."""
        for person in people:
            known = self.known.get(person)
            if known is not None:
                self.ledger.met(lane, known.account)
                yield Sighting(account=known.account, handle=known.handle, seen_at=self.now())

    def unchanged(self, lane: str) -> Iterator[Yielded]:
        """The programme is as it was: everybody on it is seen again."""
        self.ledger.skip("programme_unchanged")
        yield from self.seen_again(lane, self.talks_before(lane))
        yield self.remember_lane(lane, self.memory[lane])

    def remember_lane(self, lane: str, state: Mapping[str, Any]) -> LaneState:
        """What the lane knows now, as of this night."""
        self.memory[lane] = {**state, "read_at": self.now().isoformat()}
        return self.remember(lane, self.memory[lane])

    def talks_before(self, lane: str) -> dict[str, list[str]]:
        """Talks by speaker as the lane showed them last."""
        return {str(person): list(talks) for person, talks in self.memory[lane].get("people", {}).items()}

    def no_longer(
        self, lane: str, before: Mapping[str, list[str]], after: Mapping[str, list[str]], origin: Origin
    ) -> Iterator[Item]:
        """Talks taken off the programme, and people no programme shows any more."""
        for person, talks in before.items():
            for talk in sorted(set(talks) - set(after.get(person, ()))):
                yield Withdrawn(
                    account=self.key(person), kind="talk", source_id=talk, reason="taken_off_programme", origin=origin
                )
        for person in sorted(before.keys() - after.keys()):
            if not any(person in state.get("people", {}) for other, state in self.memory.items() if other != lane):
                yield Gone(account=self.key(person), reason="taken_off_programme", origin=origin)


def _by_speaker(people: Iterable[str], work: Iterable[Evidence]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {person: [] for person in people}
    for one in work:
        found[one.account.source_id].append(one.source_id)
    return found
