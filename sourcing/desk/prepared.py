"""Preparing leads for filters and search: done once after scoring, and again only for those that changed."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from scoring.heard import heard_text
from scoring.places import Gazetteer, Place, places_digest, shipped_gazetteer
from scoring.reading import most_proven
from scoring.roles import Role
from scoring.skills import Matcher, Skill, Vocabulary, shipped_vocabulary
from sourcing.asked import asking_order
from sourcing.desk.board import ready
from sourcing.desk.told import piece_texts, profile_texts, readable
from sourcing.ranking import REFUSALS, beside_scores, matrix, skill_levels
from storage.records import AccountKey, Evidence, Level, Origin, Record
from storage.store import DeskRow, Piece, Profile, Said, Store
from storage.text import document

FORM = "1"  # changes when a prepared row would say something else of the same lead
BATCH = 500  # leads prepared and written at a time
_TELLING = 0.5  # confidence of the gazetteer from which a place counts as stated
_BLANK = Evidence(
    account=AccountKey("", ""),
    source_id="",
    kind="",
    url="",
    title="",
    level=Level.ACTIVITY,
    origin=Origin(source="", url="", seen_at=datetime.min.replace(tzinfo=UTC), spider=""),
)


class Prepared(Record):
    """What one run of `prepare` did."""

    leads: int  # new or changed since they were last prepared
    dropped: int  # have no accounts any more
    cut: int  # of `leads`, those with more words than are searched


def prepare(store: Store, roles: Sequence[Role] = (), *, ahead: datetime | None = None) -> Prepared:
    """Prepare the leads that are new or changed, and the lists of these roles.

    Own skills of these roles are found besides the shipped ones. With the time as `ahead`, what re-ranking, funnels and
    audits would make when first asked is made as well.
    """
    vocabulary = vocabulary_of(roles)
    made_by = hashlib.sha256(f"{FORM} {vocabulary.digest} {places_digest()}".encode()).hexdigest()
    dropped = store.drop_desk()
    stale = store.desk_stale(made_by)
    leads = cut = 0
    if stale:
        maker = _maker(made_by, vocabulary)
        for rows in _batches(map(maker.row, store.said_by(stale))):
            leads += store.save_desk(rows)
            cut += sum(row.cut for row in rows)
    for role in roles:
        ready(store, role.role, store.desk_stamp(role.role))
        asking_order(store, role.role)
    if ahead is not None:
        _make_ahead(store, roles, ahead)
    return Prepared(leads=leads, dropped=dropped, cut=cut)


def _make_ahead(store: Store, roles: Sequence[Role], now: datetime) -> None:
    for role in roles:
        matrix(store, role, now=now)
    for vocabulary in {role.vocabulary.digest: role.vocabulary for role in roles}.values():
        skill_levels(store, vocabulary)
    beside_scores(store)


def vocabulary_of(roles: Sequence[Role]) -> Vocabulary:
    """The shipped vocabulary with the own skills of all these roles; of one id the first counts."""
    own: dict[str, Skill] = {}
    for role in roles:
        for skill in role.skills:
            own.setdefault(skill.id, skill)
    return shipped_vocabulary().extended(tuple(own.values()))


def place_of(locations: Iterable[str | None], gazetteer: Gazetteer) -> Place | None:
    """Where somebody says they are: the first place with one clear clock, else the first that can be told at all."""
    found = [place for text in locations if text and (place := gazetteer.parse(text)) is not None]
    return min(found, key=lambda one: len(one.zones) > 1 or one.confidence < _TELLING, default=None)


_last: "_Maker | None" = None


def _maker(made_by: str, vocabulary: Vocabulary) -> "_Maker":
    """The last maker again, if it is of the same making: its tables take longer to build than a few leads to read."""
    global _last  # noqa: PLW0603  # a cache of one
    held = _last
    if held is None or held.made_by != made_by:
        held = _last = _Maker(made_by, vocabulary)
    return held


class _Maker:
    """Turns what leads say into rows."""

    def __init__(self, made_by: str, vocabulary: Vocabulary) -> None:
        self.made_by, self._matcher, self._gazetteer = made_by, Matcher(vocabulary), shipped_gazetteer()

    def row(self, said: Said) -> DeskRow:
        """One lead as filters and search see it."""
        work = list(readable(said))
        place = place_of((one.location for one in said.profiles), self._gazetteer)
        words, cut = document(_texts(said.profiles, work))
        return DeskRow(
            lead=said.lead,
            made_by=self.made_by,
            accounts=len(said.profiles),
            pieces=len(said.work),
            touched_at=said.touched_at,
            changed_at=said.changed_at,
            city=place.city if place else None,
            country=place.country if place else None,
            zones=" ".join(place.zones) if place else "",
            sources=" ".join(sorted({one.source for one in said.profiles})),
            open_to_work=next((one.open_to_work for one in said.profiles if one.open_to_work is not None), None),
            refuses=any(not REFUSALS.isdisjoint(one.flags) for one in said.profiles),
            skills=sorted({skill for one in work for skill in self._shown(one)}),
            cut=cut,
            words=words,
        )

    def _shown(self, piece: Piece) -> Iterator[str]:
        """The skills a piece of work shows; what is only claimed is not among them."""
        said = {name: getattr(piece, name) for name in ("kind", "url")}
        said |= {"title": heard_text(piece.title) or "", "text": heard_text(piece.text)}
        lists = {name: tuple(getattr(piece, name)) for name in ("tags", "packages", "files")}
        bare = not (piece.packages or piece.files)
        for match in self._matcher.match(_BLANK.model_copy(update=said | lists)).values():
            if min(piece.level, most_proven(piece.kind, match.strength, bare=bare)) > Level.CLAIM:
                yield match.skill


def _texts(profiles: Iterable[Profile], work: Iterable[Piece]) -> Iterator[str | None]:
    for profile in profiles:
        yield from profile_texts(profile)
    # Of somebody with more words than are searched the weakest work is left out.
    for piece in sorted(work, key=lambda one: -one.level):
        yield from piece_texts(piece)


def _batches(rows: Iterator[DeskRow]) -> Iterator[list[DeskRow]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
