"""Public work of many leads as columns: each different piece is matched once, then spread over all who show it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.heard import heard_text
from scoring.reading import FAINTEST, Setting, most_proven, plausible
from scoring.skills.matcher import OTHERS_WORK
from scoring.sound import believable
from storage.records import WISH, AccountKey, Evidence, Lead, Level, Origin

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
LEADS_AT_ONCE = 4096


class Piece(NamedTuple):
    """One piece of work as the store keeps it."""

    id: str
    source: str
    kind: str
    level: int
    event_at: datetime | None
    seen_at: datetime
    url: str
    title: str
    text: str | None
    tags: tuple[str, ...]
    packages: tuple[str, ...]
    files: tuple[str, ...]


class Claim(NamedTuple):
    """What a profile says of itself: headline and biography; the id is the account's."""

    id: str
    source: str
    text: str


# What the matcher is shown of a piece; a copy of a record made once costs a tenth of a record made anew.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BLANK = Evidence(
    account=AccountKey("", ""),
    source_id="",
    kind="",
    url="",
    title="",
    level=Level.CLAIM,
    origin=Origin(source="", url="", seen_at=_EPOCH, spider=""),
)


@dataclass(frozen=True, eq=False)
class Pieces:
    """One row per piece of work, in the order it was read: all pieces of a lead together."""

    lead: Whole  # index of the lead
    kind: Whole
    level: Whole
    age: Numbers  # months before this one; NaN without a date
    month: Whole  # calendar months since year 0; -1 without a date


@dataclass(frozen=True, eq=False)
class Items:
    """One row per piece of work, or claim, and skill it shows; the leads rise."""

    lead: Whole  # index of the lead
    skill: Whole
    source: Whole
    level: Whole
    worth: Numbers  # strength · recency · match · multiplier of the source
    same: Whole  # pieces with the same text share a number; -1 without a text


@dataclass(frozen=True, eq=False)
class Work:
    """All that was read, with the names behind the numbers."""

    leads: tuple[str, ...]
    skills: tuple[str, ...]
    kinds: tuple[str, ...]
    pieces: Pieces
    items: Items


@dataclass
class _Rows:
    """Rows on their way to columns."""

    lead: list[int] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)  # which different content it is
    age: list[float] = field(default_factory=list)
    month: list[int] = field(default_factory=list)
    half_life: list[float] = field(default_factory=list)
    multiplier: list[float] = field(default_factory=list)
    same: list[int] = field(default_factory=list)


class Numbered(dict[str, int]):
    """Names, numbered as they come."""

    def __missing__(self, name: str) -> int:
        self[name] = len(self)
        return self[name]


class _Heard(dict[str | None, str | None]):
    """Texts as they are read, each looked at once."""

    def __missing__(self, text: str | None) -> str | None:
        self[text] = heard_text(text)
        return self[text]


class Reader:
    """Takes in pieces and claims lead by lead, gives columns."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._role = setting.role
        self._leads, self._skills, self._sources, self._texts, self._kinds = (Numbered() for _ in range(5))
        self._contents: dict[tuple[object, ...], int] = {}
        self._heard = _Heard()
        self._found: list[list[tuple[int, float, Level]]] = []  # skill, match, the most it can prove
        self._rows = _Rows()

    def add(self, lead: str, pieces: Iterable[Piece], claims: Iterable[Claim]) -> None:
        """Take in what one lead shows; each comes once."""
        number = self._leads[lead]
        # By their ids, as a single reading takes equals.
        together: list[Piece | Claim] = [*pieces, *claims]
        for one in sorted(together, key=_id):
            if isinstance(one, Claim):
                self._add_claim(number, one)
            elif one.kind != WISH:
                self._add_piece(number, self._without_orders(one))

    def work(self) -> Work:
        """The columns of everything taken in."""
        rows, whole = self._rows, np.int64
        kind = np.array(rows.kind, whole)
        lead, level = np.array(rows.lead, whole), np.array(rows.level, whole)
        age, done = np.array(rows.age, np.float64), kind >= 0
        month = np.array(rows.month, whole)
        pieces = Pieces(lead[done], kind[done], level[done], age[done], month[done])
        return Work(tuple(self._leads), tuple(self._skills), tuple(self._kinds), pieces, self._items(lead, level, age))

    def _without_orders(self, piece: Piece) -> Piece:
        """The piece without sentences that give orders; most have none."""
        title, text = self._heard[piece.title], self._heard[piece.text]
        return piece if title == piece.title and text == piece.text else piece._replace(title=title or "", text=text)

    def _add_piece(self, lead: int, piece: Piece) -> None:
        rows, others, at = self._rows, piece.kind in OTHERS_WORK, self._date(piece)
        half_lives = self._role.half_life_months
        # Of what lies under somebody else's name the address says what it is; other addresses say nothing.
        named = piece.url if others else ""
        content = (piece.kind, piece.title, piece.text, piece.tags, piece.packages, piece.files, named)
        rows.lead.append(lead)
        rows.source.append(self._sources[piece.source])
        rows.kind.append(self._kinds[piece.kind])
        rows.level.append(piece.level)
        rows.shown.append(self._contents[content] if content in self._contents else self._match(content, piece))
        rows.age.append(self._setting.age(at) if at is not None else np.nan)
        rows.month.append(at.year * 12 + at.month - 1 if at is not None else -1)
        rows.half_life.append(half_lives.paper if piece.kind == "paper" else half_lives.skill)
        rows.multiplier.append(self._role.sources.get(piece.source, 1.0))
        rows.same.append(self._same(piece, others))

    def _add_claim(self, lead: int, claim: Claim) -> None:
        rows, content = self._rows, ("", claim.text)
        if content not in self._contents:
            matches = self._setting.matcher.words(self._heard[claim.text] or "")
            self._keep(content, ((match.skill, match.strength, Level.CLAIM) for match in matches))
        rows.lead.append(lead)
        rows.source.append(self._sources[claim.source])
        rows.kind.append(-1)
        rows.level.append(Level.CLAIM)
        rows.shown.append(self._contents[content])
        rows.age.append(0.0)  # what a profile says, it says today
        rows.month.append(-1)
        rows.half_life.append(1.0)
        rows.multiplier.append(self._role.sources.get(claim.source, 1.0))
        rows.same.append(-1)

    def _match(self, content: tuple[object, ...], piece: Piece) -> int:
        said = ("kind", "url", "title", "text", "tags", "packages", "files")
        work = _BLANK.model_copy(update={name: getattr(piece, name) for name in said})
        found = self._setting.matcher.match(work)
        bare = not (piece.packages or piece.files)
        return self._keep(
            content, ((m.skill, m.strength, most_proven(piece.kind, m.strength, bare=bare)) for m in found.values())
        )

    def _keep(self, content: tuple[object, ...], found: Iterable[tuple[str, float, Level]]) -> int:
        number = self._contents[content] = len(self._found)
        self._found.append([(self._skills[skill], share, most) for skill, share, most in found])
        return number

    def _date(self, piece: Piece) -> datetime | None:
        at = piece.event_at
        if at is None:
            return None
        # This month is never too late; most dates lie before it.
        late = at > self._setting.month or at > piece.seen_at
        if late and not believable(at, piece.kind, piece.seen_at, self._setting.now):
            return None
        return plausible(at, piece.source)

    def _same(self, piece: Piece, others: bool) -> int:
        if not piece.text:
            return -1
        return self._texts[f"{piece.title}\n{piece.text}" if others else piece.text]

    def _items(self, lead: Whole, level: Whole, age: Numbers) -> Items:
        rows, whole = self._rows, np.int64
        row, at = _spread(np.array(rows.shown, whole), [len(found) for found in self._found])
        skill = np.array([skill for found in self._found for skill, _, _ in found], whole)[at]
        share = np.array([share for found in self._found for _, share, _ in found], np.float64)[at]
        most = np.array([most for found in self._found for _, _, most in found], whole)[at]
        proven = np.minimum(level[row], most)
        strength = np.array([0.0, *(self._role.strengths[one] for one in sorted(self._role.strengths))])[proven]
        fresh = faded(age, np.array(rows.half_life, np.float64)) * np.array(rows.multiplier, np.float64)
        source, same = np.array(rows.source, whole)[row], np.array(rows.same, whole)[row]
        return Items(lead[row], skill, source, proven, strength * fresh[row] * share, same)


def _id(one: Piece | Claim) -> str:
    return one.id


def _spread(shown: Whole, sizes: list[int]) -> tuple[Whole, Whole]:
    """Repeat each row once per skill its content shows: the row, and the place in the list of all that is shown."""
    size = np.array(sizes, np.int64)
    starts = np.cumsum(size) - size
    times = size[shown]
    row = np.repeat(np.arange(len(shown)), times)
    within = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    return row, starts[shown[row]] + within


def faded(age: Numbers, half_life: Numbers | float) -> Numbers:
    """Recency of work of these ages in months: 0.5 ^ (age / half life), at least 0.15; NaN is one half life old."""
    fresh = np.exp2(-age / half_life)
    np.maximum(fresh, FAINTEST, out=fresh)
    return np.nan_to_num(fresh, copy=False, nan=0.5)


def blocks(lead: Whole) -> Iterator[slice]:
    """Stretches of rows that hold whole leads, small enough for the caches of a core; the leads must rise."""
    if not len(lead):
        return
    edges = np.searchsorted(lead, np.arange(0, int(lead[-1]) + 1 + LEADS_AT_ONCE, LEADS_AT_ONCE))
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if end > start:
            yield slice(start, end)


def read(leads: Iterable[Lead], setting: Setting) -> Work:
    """The columns of leads at hand."""
    reader = Reader(setting)
    for lead in leads:
        reader.add(lead.id, pieces_of(lead), claims_of(lead))
    return reader.work()


def pieces_of(lead: Lead) -> Iterator[Piece]:
    """The pieces of work of a lead, without ranks the person opted out of."""
    unranked = {account.key for account in lead.accounts if "progression_opt_out" in account.flags}
    for one in lead.evidence:
        if not (one.kind == "competition" and one.account in unranked):
            said = (one.url, one.title, one.text, one.tags, one.packages, one.files)
            yield Piece(one.id, one.account.source, one.kind, int(one.level), one.event_at, one.origin.seen_at, *said)


def claims_of(lead: Lead) -> Iterator[Claim]:
    """What the profiles of a lead say."""
    for account in lead.accounts:
        if text := "\n".join(part for part in (account.headline, account.bio) if part):
            yield Claim(str(account.key), account.source, text)
