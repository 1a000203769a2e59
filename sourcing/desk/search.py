"""Full-text search over leads and their evidence: who answers, ranked by the votes of their work, and where it says so.

The database finds the people: every word asked stands somewhere in what a person's accounts and work say. Their pieces
of work then vote (`scoring.search`), so that many good ones beat one, and the best are shown with the words marked.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from scoring.search import Item, Texts
from sourcing.desk.told import piece_texts, profile_texts, readable
from sourcing.ranking import clean
from storage.records import Record
from storage.store import Piece, Profile, Said, Store
from storage.text import Query, answers, item_words, marked, read_query, words

if TYPE_CHECKING:  # a search without a role needs no board, and is half done before numpy is loaded
    from sourcing.desk.board import Board

VOTING = 75  # people whose work votes, best scored first; those behind them are counted and not shown
MOST_LOOKED = 10_000  # people who answer among whom a blind review looks for those it may show
SHOWN = 2  # pieces of work shown per person
MOST_EXCERPT = 200  # code points


class Mark(Record):
    """A part of a text in display form; `hit` if it answers the search."""

    text: str
    hit: bool


class Hit(Record):
    """One account or piece of work that answers a search."""

    where: str  # "profile at github", "repository at github"
    url: str
    title: tuple[Mark, ...]
    text: tuple[Mark, ...] = ()


class Person(Record):
    """One person found."""

    rank: int
    lead: str
    name: str
    handles: tuple[str, ...]
    location: str | None = None
    company: str | None = None
    score: float  # votes of the work; compared within one search only
    found: tuple[Hit, ...]


class People(Record):
    """What a search found."""

    query: str
    role: str | None
    answering: int  # people whose texts answer
    voting: int  # of these, those whose work was compared: the best scored
    unprepared: int  # leads that are not searched yet
    blind: bool = False  # a blind review: who is not decided on is not among the people
    people: tuple[Person, ...] = Field(default=())


class Found(NamedTuple):
    """One account or piece of work as it is searched."""

    id: str
    where: str
    url: str
    title: str
    texts: tuple[str, ...]  # other fields
    words: list[str]  # of title and texts, with gaps


def search(
    store: Store,
    text: str,
    *,
    role: str | None = None,
    board: "Board | None" = None,
    limit: int = 25,
    blind: Collection[str] = (),
) -> People:
    """The people whose texts answer, best work first; ValueError if the search asks for nothing or for too much.

    With the board of the role, those not scored for it are not looked for, and the best scored are found at once.
    Who is not decided on for a role in `blind` is not found: the words asked would say who it is.
    """
    query = read_query(text)
    most = MOST_LOOKED if blind else VOTING
    answering, leads = (
        _best_scored(store, board, query, most) if board else store.leads_matching(query, most, role=role)
    )
    if blind:
        hidden = store.unanswered(blind, leads)
        leads = [name for name in leads if name not in hidden]
        answering, leads = len(leads), leads[:VOTING]
    said = {one.lead: one for one in store.said_by(leads)}
    items = {name: items_of(one) for name, one in said.items()}
    scores = votes(items, query)
    # Sorting is stable: equal votes stay in the order of the best totals.
    order = sorted((name for name in leads if name in said), key=lambda name: -scores.get(name, 0.0))[:limit]
    return People(
        query=text,
        role=role,
        answering=answering,
        voting=len(leads),
        unprepared=board.unprepared if board else store.unprepared(),
        blind=bool(blind),
        people=tuple(
            _person(rank, said[name], scores.get(name, 0.0), hits(items[name], query))
            for rank, name in enumerate(order, 1)
        ),
    )


def _best_scored(store: Store, board: "Board", query: Query, most: int) -> tuple[int, list[str]]:
    """How many of a board answer, and the first of them."""
    mask = board.numbered(store.matches(query)) & ~board.refuses & ~board.named(store.merged_leads())
    rows = mask.nonzero()[0]
    return len(rows), [board.leads[at] for at in rows[:most].tolist()]


def query_of(given: Sequence[str]) -> str:
    """The search that arguments of a command line stand for: the shell took the quotes of phrases away."""
    return " ".join(_argument(one) for one in given)


def _argument(one: str) -> str:
    no = "-" if one.startswith("-") else ""
    rest = one.removeprefix("-")
    is_phrase = any(letter.isspace() for letter in rest) and '"' not in rest
    return f'{no}"{rest}"' if is_phrase else one


def votes(items: Mapping[str, Sequence[Found]], query: Query) -> dict[str, float]:
    """How well the work of each person answers: Okapi BM25 of every item, people by their items' votes."""
    asked = _asked((one for own in items.values() for one in own), query)
    texts = Texts(Item(one.id, (person,), _counted(one.words, asked)) for person, own in items.items() for one in own)
    return texts.people(asked)


def _counted(words: list[str], asked: Collection[str]) -> Counter[str]:
    """How often each word asked stands there; all others are one, they only make the text longer."""
    counts = Counter({word: count for word in asked if (count := words.count(word))})
    counts[""] = len(words) - counts.total()
    return counts


def hits(items: Sequence[Found], query: Query, most: int = SHOWN) -> tuple[Hit, ...]:
    """The items that answer most of what was asked, each further one for what the ones before do not say."""
    told = {one.id: [term for term in query.wanted if answers(term, one.words)] for one in items}
    left = set(query.wanted)
    chosen: list[Found] = []
    rest = [one for one in items if told[one.id]]
    while rest and len(chosen) < most:
        best = max(rest, key=lambda one: (len(left.intersection(told[one.id])), len(told[one.id])))
        chosen.append(best)
        rest.remove(best)
        left.difference_update(told[best.id])
    return tuple(_hit(one, query) for one in chosen)


def items_of(said: Said) -> list[Found]:
    """The work of a lead, strongest first, and its accounts, as they are searched."""
    work = sorted(readable(said), key=lambda one: -one.level)
    return [*map(_work_item, work), *map(_profile_item, said.profiles)]


def _profile_item(one: Profile) -> Found:
    title = one.name or one.handle
    texts = tuple(text for text in profile_texts(one)[1:] if text)
    return Found(one.key, f"profile at {one.source}", one.url, title, texts, item_words((title, *texts)))


def _work_item(piece: Piece) -> Found:
    source = piece.account.partition(":")[0]
    lists = tuple(", ".join(texts) for texts in (piece.tags, piece.packages) if texts)
    texts = (piece.text, *lists) if piece.text else lists
    own = item_words(text for text in piece_texts(piece) if text)
    return Found(piece.id, f"{piece.kind.replace('_', ' ')} at {source}", piece.url, piece.title, texts, own)


def _asked(items: Iterable[Found], query: Query) -> Collection[str]:
    """The words that count for the votes; the beginning of a word stands for all words seen that begin so."""
    plain = {word for term in query.wanted for word in (term.words[:-1] if term.prefix else term.words)}
    beginnings = tuple(term.words[-1] for term in query.wanted if term.prefix)
    if not beginnings:
        return sorted(plain)
    seen = {word for one in items for word in one.words if word.startswith(beginnings)}
    return sorted(plain | seen)


def _hit(item: Found, query: Query) -> Hit:
    """The title, and the first other text that answers."""
    best = next(_answering(item.texts, query), None)
    text = _marks(best, query) if best is not None else ()
    return Hit(where=clean(item.where), url=item.url, title=_marks(item.title, query), text=text)


def _answering(texts: Iterable[str], query: Query) -> Iterator[str]:
    for text in texts:
        found = words(text)
        if any(answers(term, found) for term in query.wanted):
            yield text


def _marks(text: str, query: Query) -> tuple[Mark, ...]:
    return tuple(Mark(text=one.text, hit=one.hit) for one in marked(text, query, MOST_EXCERPT))


def _person(rank: int, said: Said, score: float, found: tuple[Hit, ...]) -> Person:
    """One line of the answer; texts of people in display form."""
    return Person(
        rank=rank,
        lead=said.lead,
        name=clean(next((one.name for one in said.profiles if one.name), said.profiles[0].handle)),
        handles=tuple(clean(f"{one.source}:{one.handle}") for one in said.profiles),
        location=_first(one.location for one in said.profiles),
        company=_first(one.company for one in said.profiles),
        score=score,
        found=found,
    )


def _first(texts: Iterable[str | None]) -> str | None:
    return next((clean(text) for text in texts if text), None)
