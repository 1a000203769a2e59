"""The judged sets: what the product makes of each, and the simple ways beside it."""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.scoring._peers import Bags, counted, discounted, grams, plain, summed
from scoring.features.titles import alike, title_words
from scoring.search import Answer, Item, Tags, Texts, terms

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "ranking"
Run = Mapping[str, Mapping[str, float]]  # topic → person → score


class Peer(NamedTuple):
    """A simple way to rank, with the figure published for it beside the data (None: none)."""

    name: str
    run: Run
    listed: float | None = None


class Judged(NamedTuple):
    """One set: what the product made of it, and what others make of it."""

    name: str
    qrels: Path
    ours: Run
    popular: Run
    peers: tuple[Peer, ...]
    bars: tuple[float, ...]  # published figures to reach; the highest decides
    note: str = ""


def _lines(name: str) -> list[dict[str, Any]]:
    path = FOLDER / name
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _same_for(topics: Iterable[str], scores: Mapping[str, float]) -> Run:
    """One order for every topic."""
    return dict.fromkeys(topics, scores)


def _whole(people: Iterable[str], found: Mapping[str, float]) -> dict[str, float]:
    """Everybody, with 0 for those who were not found."""
    return {person: found.get(person, 0.0) for person in people}


# ---- papers -----------------------------------------------------------------------------------------------------


class _Papers(NamedTuple):
    docs: dict[str, dict[str, Any]]
    rows: dict[str, int]
    made: dict[str, list[str]]  # judged person → papers

    @classmethod
    def read(cls) -> "_Papers":
        docs = {row["id"]: row for row in _lines("dblp-experts/docs.jsonl.gz")}
        people = [row for row in _lines("dblp-experts/people.jsonl") if row["judged"]]
        return cls(docs, {doc: at for at, doc in enumerate(docs)}, {row["id"]: row["docs"] for row in people})

    def texts(self) -> Texts:
        """The papers as the product searches them."""
        makers: dict[str, list[str]] = defaultdict(list)
        for person, made in self.made.items():
            for doc in made:
                makers[doc].append(person)
        return Texts(Item(doc, tuple(makers[doc]), terms(row["text"])) for doc, row in self.docs.items())

    def run(self, asked: Mapping[str, Callable[[], np.ndarray[Any, Any]]], vote: Callable[..., float]) -> Run:
        """People by a way of voting over scores per paper."""
        run = {}
        for topic, score in asked.items():
            scores = score()
            run[topic] = {p: vote(scores, [self.rows[doc] for doc in made]) for p, made in self.made.items()}
        return run

    def flat(self, topics: Iterable[str], value: Callable[[str], float]) -> Run:
        """The same order for every topic."""
        return _same_for(topics, {person: value(person) for person in self.made})


def by_topic() -> Judged:
    """Papers for topics."""
    papers, topics = _Papers.read(), _lines("dblp-experts/topics.jsonl")
    texts, bags = papers.texts(), Bags(plain(row["text"]) for row in papers.docs.values())
    asked = {row["id"]: row["text"] for row in topics}
    cited = [cite for row in papers.docs.values() for cite in row["cites"]]
    one = Bags([word for doc in made for word in plain(papers.docs[doc]["text"])] for made in papers.made.values())
    votes = {topic: partial(bags.bm25, plain(text)) for topic, text in asked.items()}
    wholes = {
        topic: dict(zip(papers.made, map(float, one.bm25(plain(text))), strict=True)) for topic, text in asked.items()
    }
    times = {doc: cited.count(doc) for doc in set(cited)}
    return Judged(
        "papers for 7 topics",
        FOLDER / "dblp-experts/topics.qrels.tsv",
        {topic: _whole(papers.made, texts.people(terms(text))) for topic, text in asked.items()},
        papers.flat(asked, lambda person: len(papers.made[person])),
        (
            Peer("citations", papers.flat(asked, lambda p: sum(times.get(doc, 0) for doc in papers.made[p])), 0.207),
            Peer("BM25, one text each", wholes, 0.506),
            Peer("BM25, votes added", papers.run(votes, summed), 0.653),
        ),
        (0.653, 0.686),
        "0.686 is published for seven features with hand-set weights",
    )


def by_paper() -> Judged:
    """Papers for a paper."""
    papers, queries = _Papers.read(), _lines("dblp-experts/docqueries.jsonl")
    texts, bags = papers.texts(), Bags(plain(row["text"]) for row in papers.docs.values())
    asked = {row["id"]: row["doc"] for row in queries}

    def without(doc: str, score: Callable[[list[str]], np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
        scores = score(plain(papers.docs[doc]["text"]))
        scores[papers.rows[doc]] = 0
        return scores

    def way(score: Callable[[list[str]], np.ndarray[Any, Any]]) -> dict[str, Callable[[], np.ndarray[Any, Any]]]:
        return {query: partial(without, doc, score) for query, doc in asked.items()}

    ours = {
        query: _whole(papers.made, texts.people(terms(papers.docs[doc]["text"]), without={doc}))
        for query, doc in asked.items()
    }
    return Judged(
        "papers for 114 papers",
        FOLDER / "dblp-experts/docqueries.qrels.tsv",
        ours,
        papers.flat(asked, lambda person: len(papers.made[person])),
        (
            Peer("BM25, votes × voters", papers.run(way(bags.bm25), counted), 0.454),
            Peer("TF-IDF cosine, discounted votes", papers.run(way(bags.cosine), discounted), 0.461),
        ),
        (0.461,),
    )


# ---- CVs, answers, titles ---------------------------------------------------------------------------------------


def by_trade() -> Judged:
    """CVs for trades."""
    people, topics = _lines("cv-terms/people.jsonl"), _lines("cv-terms/topics.jsonl")
    words = {row["id"]: [word for word, times in row["terms"].items() for _ in range(times)] for row in people}
    texts = Texts(Item(one, (one,), _singles(held)) for one, held in words.items())
    bags = Bags(words.values())
    asked = {row["id"]: row["text"] for row in topics}
    peers = {topic: dict(zip(words, map(float, bags.bm25(plain(text))), strict=True)) for topic, text in asked.items()}
    return Judged(
        "CVs for 25 trades",
        FOLDER / "cv-terms/topics.qrels.tsv",
        {topic: _whole(words, texts.people(terms(text))) for topic, text in asked.items()},
        _same_for(asked, {one: float(len(held)) for one, held in words.items()}),
        (Peer("BM25, name of the trade", peers, 0.934),),
        (0.934,),
        "words only, their order is not in the data",
    )


def _singles(words: Iterable[str]) -> Iterator[str]:
    """Terms of words whose order is unknown: no pairs."""
    for word in words:
        yield from (term for term in terms(word) if " " not in term)


def by_tag() -> Judged:
    """Answers for tags."""
    return _tags_of("answers for 25 tags, half-life of the profiles", 12)


def by_tag_of_late() -> Judged:
    """Answers for tags, the last weeks first."""
    return _tags_of("answers for 25 tags, half-life one month", 1, (0.542,))


def _tags_of(name: str, half_life: float, bars: tuple[float, ...] = ()) -> Judged:
    held = [
        Answer(row["person"], tuple(row["tags"]), row["score"], datetime.fromisoformat(row["date"]).replace(tzinfo=UTC))
        for row in _lines("qa-matheducators/answers.jsonl.gz")
    ]
    topics, people = [row["id"] for row in _lines("qa-matheducators/topics.jsonl")], sorted({a.person for a in held})
    now = max(answer.at for answer in held if answer.at is not None)
    search = Tags(held)
    return Judged(
        name,
        FOLDER / "qa-matheducators/topics.qrels.tsv",
        {tag: _whole(people, search.people(tag, now=now, half_life=half_life)) for tag in topics},
        _same_for(topics, _sums(people, held, lambda _: 1.0)),
        (
            Peer("number of answers", _same_for(topics, _sums(people, held, lambda _: 1.0)), 0.538),
            Peer("score in the tag", {t: _sums(people, held, _in_tag(t)) for t in topics}, 0.348),
            Peer("log-score in the tag + 0.3", {t: _sums(people, held, _backed_off(t)) for t in topics}, 0.533),
            Peer("the same, 30 days", {t: _sums(people, held, _backed_off(t, now)) for t in topics}, 0.542),
        ),
        bars,
        "half-lives are what a role profile says",
    )


def _sums(people: Iterable[str], held: Iterable[Answer], value: Callable[[Answer], float]) -> dict[str, float]:
    sums = dict.fromkeys(people, 0.0)
    for answer in held:
        sums[answer.person] += value(answer)
    return sums


def _in_tag(tag: str) -> Callable[[Answer], float]:
    return lambda answer: answer.score if tag in answer.tags else 0.0


def _backed_off(tag: str, now: datetime | None = None) -> Callable[[Answer], float]:
    def value(answer: Answer) -> float:
        days = (now - answer.at).days if now is not None and answer.at is not None else 0
        return float(np.log1p(max(answer.score, 0)) * 0.5 ** (days / 30) * ((tag in answer.tags) + 0.3))

    return value


def by_title() -> Judged:
    """Titles for titles."""
    titles = {row["id"]: row["text"] for row in _lines("job-titles/titles.jsonl")}
    asked = {row["id"]: row["text"] for row in _lines("job-titles/topics.jsonl")}
    words, pieces = Bags(map(plain, titles.values())), Bags(map(grams, titles.values()))
    held = {one: title_words(text) for one, text in titles.items()}
    ours = {
        topic: {one: alike(title_words(text), other) for one, other in held.items()} for topic, text in asked.items()
    }

    def both(text: str) -> np.ndarray[Any, Any]:
        left, right = words.bm25(plain(text)), pieces.cosine(grams(text))
        return left / max(float(left.max()), 1e-9) + right / max(float(right.max()), 1e-9)

    def run(score: Callable[[str], np.ndarray[Any, Any]]) -> Run:
        return {topic: dict(zip(titles, map(float, score(text)), strict=True)) for topic, text in asked.items()}

    return Judged(
        "titles for 63 titles",
        FOLDER / "job-titles/topics.qrels.tsv",
        ours,
        _same_for(asked, {one: float(len(text)) for one, text in titles.items()}),
        (
            Peer("BM25", run(lambda text: words.bm25(plain(text))), 0.435),
            Peer("character n-grams", run(lambda text: pieces.cosine(grams(text))), 0.502),
            Peer("both", run(both), 0.522),
        ),
        (0.522,),
        "popular: the longest title; one floor of the likeness was chosen on this set",
    )


SETS = (by_topic, by_paper, by_trade, by_tag, by_tag_of_late, by_title)
