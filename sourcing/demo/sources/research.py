"""Papers of the invented world as OpenAlex, arXiv and Crossref show them.

About a fifth of the practised publish; two in three of them have an ORCID, half of these confirmed it on a paper. Each
day some three authors in a hundred publish something new, a third of it at arXiv.
"""

import re
from collections.abc import Mapping
from typing import Any

from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import stamp
from sourcing.demo.naming import firm
from sourcing.demo.seats import orcid, publishes
from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources._papers import (
    CATEGORIES,
    FIRST_AUTHOR,
    NAME,
    TOPICS,
    VENUES,
    Paper,
    author_id,
    confirmed,
    papers,
)
from sourcing.demo.works import Record
from sourcing.demo.world import World
from storage.records import AccountKey

_PAGE = 100
_DATE = re.compile(r"(from|to)_publication_date:(\d{4}-\d{2}-\d{2})")
# What a topic holds in a world too small for it: a work whose author nobody can tell from a namesake.
_ANONYMOUS: Record = {
    "id": "https://openalex.org/W1",
    "title": "A survey",
    "publication_date": "2026-01-01",
    "authorships": [{"author_position": "first", "author": {"id": None, "display_name": "A. Survey"}}],
}


# ---- OpenAlex -----------------------------------------------------------------------------------------------


def works(world: World, question: Question) -> Answer:
    """GET /works with a filter of topics, venues or DOIs, and dates."""
    wanted = question.query.get("filter", "")
    rows = [one for one in papers(world) if _fits(one, wanted)]
    start = int(question.query.get("cursor", "*").removeprefix("c").replace("*", "0") or 0)
    page = rows[start : start + _PAGE]
    following = f"c{start + _PAGE}" if start + _PAGE < len(rows) else None
    meta = {"count": len(rows), "per_page": _PAGE, "next_cursor": following}
    shown = [_work(world, one) for one in page]
    if not rows and not wanted.startswith("doi:"):
        shown = [_ANONYMOUS]
    return say({"meta": meta, "results": shown})


def _fits(paper: Paper, wanted: str) -> bool:
    if wanted.startswith("doi:"):
        return paper.doi in wanted.removeprefix("doi:").casefold().split("|")
    dates = dict(_DATE.findall(wanted))
    if not dates.get("from", "") <= stamp(paper.day)[:10] <= dates.get("to", "9"):
        return False
    return f"topics.id:{paper.topic}" in wanted or f"source.id:{_venue(paper)}" in wanted


def _venue(paper: Paper) -> str:
    return "S0" if paper.arxiv else list(VENUES)[paper.number % len(VENUES)]


def _work(world: World, paper: Paper) -> Record:
    chance, venue = Chance(world.cast.seed, NAME, paper.number), _venue(paper)
    name, kind = (VENUES[venue], "conference") if venue in VENUES else ("arXiv (Cornell University)", "repository")
    topic = TOPICS[paper.topic][0]
    last = len(paper.authors) - 1
    places = ["first" if n == 0 else "last" if n == last else "middle" for n in range(len(paper.authors))]
    return {
        "id": f"https://openalex.org/W{paper.number}",
        "doi": f"https://doi.org/{paper.doi.replace('arxiv', 'arXiv')}",
        "title": f"On {topic.lower()}, part {paper.number % 100 + 1}",
        "publication_date": stamp(paper.day)[:10],
        "type": "preprint" if paper.arxiv else "article",
        "authorships": [_authorship(world.cast, *row) for row in zip(paper.authors, places, strict=True)],
        "cited_by_count": chance.heavy(4),
        "fwci": round(chance.real() * 4, 3),
        "citation_normalized_percentile": {"value": round(chance.real(), 3)},
        "primary_location": {"source": {"id": f"https://openalex.org/{venue}", "display_name": name, "type": kind}},
        "topics": [{"id": f"https://openalex.org/{paper.topic}", "display_name": topic, "score": 0.99}],
        "is_retracted": False,
    }


def _authorship(cast: Cast, index: int, place: str) -> Record:
    person = cast.people[index]
    return {"author_position": place, "author": _author(cast, person), "institutions": [], "is_corresponding": False}


def _author(cast: Cast, person: Person) -> Record:
    own = orcid(cast, person)
    shown = {"id": f"https://openalex.org/{author_id(person)}", "display_name": person.name}
    return shown | {"orcid": f"https://orcid.org/{own}" if own else None}


def authors(world: World, question: Question) -> Answer:
    """GET /authors with a filter of ids."""
    ids = question.query.get("filter", "").partition(":")[2].split("|")
    found = (_by_id(world, own) for own in ids)
    return say({"meta": {"count": len(ids)}, "results": [_full(world, person) for person in found if person]})


def author(world: World, question: Question) -> Answer:
    """GET /authors/{id}."""
    person = _by_id(world, question.path["id"])
    return say(_full(world, person)) if person else say({"error": "Not found"}, 404)


def _by_id(world: World, own: str) -> Person | None:
    index = int(own[1:]) - FIRST_AUTHOR if own[1:].isdigit() else -1
    person = world.cast.people[index] if 0 <= index < world.cast.size else None
    return person if person and publishes(world.cast, person) else None


def _full(world: World, person: Person) -> Record:
    chance = Chance(world.cast.seed, person.index, NAME, "figures")
    codes = {"Germany": "DE", "United Kingdom": "GB", "United States": "US", "Canada": "CA", "France": "FR"}
    place = {"display_name": f"{firm(chance).capitalize()} Research", "country_code": codes.get(person.place.country)}
    topics = [row for row in TOPICS.values() if person.field.role in row[1]]
    return _author(world.cast, person) | {
        "last_known_institutions": [place | {"type": "company"}] if chance.often(0.7) else None,
        "affiliations": [{"institution": place, "years": [2026, 2025]}],
        "topics": [{"display_name": name, "count": 5} for name, _ in topics],
        "summary_stats": {"h_index": chance.heavy(3), "i10_index": chance.below(20)},
        "works_count": chance.between(3, 80),
        "cited_by_count": chance.heavy(60),
    }


def named(world: World, question: Question) -> Answer:
    """GET /topics and /sources by name."""
    del world
    wanted = question.query.get("filter", "").partition(":")[2].casefold()
    known = {own: name for own, (name, _) in TOPICS.items()} | VENUES
    rows = [{"id": f"https://openalex.org/{own}", "display_name": name} for own, name in known.items()]
    return say({"meta": {}, "results": [row for row in rows if wanted in row["display_name"].casefold()]})


# ---- arXiv and Crossref -------------------------------------------------------------------------------------


def feed(world: World, question: Question) -> Answer:
    """GET /arxiv/query for one category, newest first."""
    category = question.query.get("search_query", "").removeprefix("cat:")
    roles = {role for role, found in CATEGORIES.items() if category in found}
    rows = [one for one in papers(world) if one.arxiv and world.cast.people[one.authors[0]].field.role in roles]
    start, size = int(question.query.get("start", 0)), int(question.query.get("max_results", 10))
    entries = "".join(_entry(one) for one in rows[start : start + size]) or ("" if start or not roles else _OLD)
    head = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">'
    return Answer(f"<?xml version='1.0'?>{head}{entries}</feed>".encode(), media="application/atom+xml")


_OLD = "<entry><id>http://arxiv.org/abs/2001.00001v1</id><published>2020-01-01T00:00:00Z</published></entry>"


def _entry(paper: Paper) -> str:
    code = f"Code: https://github.com/demo-lab/paper{paper.number}" if paper.number % 3 == 0 else "No code."
    head = f"<id>http://arxiv.org/abs/{paper.arxiv}v1</id><published>{stamp(paper.day)}</published>"
    return f"<entry>{head}<title>A paper</title><summary>{code}</summary></entry>"


def registered(world: World, question: Question) -> Answer:
    """GET /crossref/works for several DOIs."""
    wanted = {part.partition(":")[2] for part in question.query.get("filter", "").split(",")}
    rows = [one for one in papers(world) if one.doi in wanted]
    items = [{"DOI": one.doi, "author": [_registered(world.cast, index) for index in one.authors]} for one in rows]
    return say({"status": "ok", "message": {"items": items}}, x_rate_limit_limit="5", x_rate_limit_interval="1s")


def _registered(cast: Cast, index: int) -> Record:
    person = cast.people[index]
    own = orcid(cast, person)
    shown: Record = {"family": person.latin.rpartition(" ")[2], "affiliation": []}
    return shown | (
        {"ORCID": f"https://orcid.org/{own}", "authenticated-orcid": confirmed(cast, person)} if own else {}
    )


# ---- the venue ----------------------------------------------------------------------------------------------


def _doors() -> list[tuple[str, str, Door]]:
    rows = {"works": works, "authors": authors, "authors/{id}": author, "topics": named, "sources": named}
    rows |= {"arxiv/query": feed, "crossref/works": registered}
    return [("GET", f"/{NAME}/{path}", Door(NAME, path.partition("/")[0], NAME, door)) for path, door in rows.items()]


def _options(base: str) -> Mapping[str, Any]:
    paces = {"arxiv_delay": 0, "crossref_delay": 0}
    return {"api": f"{base}/{NAME}", "arxiv": f"{base}/{NAME}/arxiv", "crossref": f"{base}/{NAME}/crossref"} | paces


VENUE = Venue(
    name=NAME,
    doors=_doors,
    options=_options,
    key=lambda world, person: AccountKey(NAME, author_id(person)) if publishes(world.cast, person) else None,
    environment={"OPENALEX_API_KEY": "demo-openalex", "SEMANTIC_SCHOLAR_API_KEY": ""},
)
