"""Authors and papers as records."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from spiders._reading.clean import COMPANY, HEADLINE, NAME, TITLE, Count, clean, clean_tags, each, flags_of, web_link
from spiders._research.openalex import Affiliation, Authorship, Institution, Named, Person, Work, orcid_of, short_id
from storage.records import Account, AccountKey, Claim, Evidence, Kind, Level, Link, Origin

SOURCE = "research"
SITE = "https://openalex.org"
FIELDS = frozenset({"name", "headline", "company", "links", "figures", "flags", "kind"})
NAME_ONLY = "name_only"  # the cluster stands on a name alone
NO_MATCH = "no_match"  # identity joins such an account with nothing
_WORTH = {"first": 1.0, "last": 0.7}  # who did the work, who leads the group
_REFEREED = frozenset({"journal", "conference"})
_TOPICS = 3


@dataclass(slots=True)
class Candidate:
    """An author met on works of this night."""

    id: str
    lane: str  # the first that showed them
    works: dict[str, tuple[Work, Authorship]] = field(default_factory=dict)
    interest: float = 0.0
    confirmed: set[str] = field(default_factory=set)  # ORCIDs that Crossref says their owner confirmed
    homepages: dict[str, None] = field(default_factory=dict)
    also_in: set[str] = field(default_factory=set)  # lanes that showed them, too

    def recall(self, markers: Mapping[str, str]) -> None:
        """What earlier nights found out; a claim once verified stays so although another paper speaks of it now."""
        self.confirmed.update(markers.get("confirmed", "").split())
        self.homepages.update(dict.fromkeys(markers.get("homepages", "").split()))

    def add(self, work: Work, authorship: Authorship) -> None:
        """One more work of theirs; each counts once."""
        own = short_id(work.id)
        if own and own not in self.works:
            self.works[own] = (work, authorship)
            self.interest += _WORTH.get(authorship.author_position, 0.5) * (1.0 + min(work.fwci or 0.0, 5.0) / 5.0)


def leading(work: Work, count: Count) -> Iterator[tuple[str, Authorship]]:
    """(id, authorship) of first, last and corresponding authors; without an id nobody can be told from a namesake."""
    if work.is_retracted:
        count("work_retracted")
        return
    for authorship in each(Authorship, work.authorships, count):
        if authorship.author_position not in _WORTH and not authorship.is_corresponding:
            continue
        own = short_id(authorship.author.id)
        if own:
            yield own, authorship
        else:
            count("author_without_id")


def account(person: Person, candidate: Candidate, origin: Origin, country: str | None, count: Count) -> Account:
    """The account of an author.

    OpenAlex clusters works by name and field. Only an ORCID, or a homepage from a second source, ties such a cluster
    to a person; one without either is never joined with anything.
    """
    own, orcid = short_id(person.id) or person.id, orcid_of(person.orcid)
    links = tuple(_links(orcid, candidate, count))
    name, company = clean(person.display_name, NAME), clean(_employer(person).display_name, COMPANY)
    alone = () if links else (NAME_ONLY, NO_MATCH)
    return Account(
        source=SOURCE,
        source_id=own,
        handle=own,
        url=f"{SITE}/{own}",
        kind=Kind.PERSON,
        name=name,
        headline=clean(_headline(person), HEADLINE),
        company=company,
        location=country,
        links=links,
        figures=dict(_figures(person)),
        flags=tuple(sorted({*alone, *flags_of(name, company)})),
        observed=FIELDS | ({"location"} if country else set()),
        markers={
            "read_at": origin.seen_at.date().isoformat(),
            "confirmed": " ".join(sorted(candidate.confirmed)),
            "homepages": " ".join(candidate.homepages),
        },
        origin=origin,
    )


def country_code(person: Person) -> str | None:
    """Country of the institution the latest papers name."""
    return _employer(person).country_code


def evidence(
    candidate: Candidate, key: AccountKey, stamp: Callable[[str], Origin], code: Mapping[str, tuple[str, ...]]
) -> Iterator[Evidence]:
    """One piece of evidence per paper; `code` are addresses by DOI."""
    for own, (work, authorship) in candidate.works.items():
        venue = work.primary_location.source if work.primary_location else None
        refereed = venue is not None and venue.type in _REFEREED and work.type != "preprint"
        addresses, url = code.get(bare_doi(work.doi), ()), work.doi or f"{SITE}/{own}"
        yield Evidence(
            account=key,
            source_id=own,
            kind="paper",
            url=url,
            title=clean(work.title, TITLE) or own,
            text=_sentence(work, authorship, venue.display_name if venue else None, addresses),
            event_at=datetime.combine(work.publication_date, time(), UTC) if work.publication_date else None,
            level=Level.RECOGNISED if refereed else Level.PRACTICE,
            tags=clean_tags((venue.display_name if venue else None, *_topics(work.topics))),
            figures=dict(_paper_figures(work, addresses)),
            origin=stamp(url),
        )


def bare_doi(doi: str | None) -> str:
    """A DOI in lower case without its resolver."""
    return (doi or "").casefold().removeprefix("https://doi.org/").removeprefix("http://doi.org/")


def _links(orcid: str | None, candidate: Candidate, count: Count) -> Iterator[Link]:
    if orcid:
        claim = Claim.VERIFIED if orcid in candidate.confirmed else Claim.CLAIMED
        yield Link(url=f"https://orcid.org/{orcid}", claim=claim, field="orcid")
    for homepage in candidate.homepages:
        link = web_link(homepage, Claim.CLAIMED, "homepage", count)
        if link:
            yield link


def _employer(person: Person) -> Institution:
    known = each(Institution, person.last_known_institutions or [], lambda _: None)
    return next(known, None) or _latest(person)


def _latest(person: Person) -> Institution:
    rows = [row for row in each(Affiliation, person.affiliations, lambda _: None) if row.years]
    return max(rows, key=lambda row: max(row.years)).institution if rows else Institution()


def _headline(person: Person) -> str:
    return ", ".join(_topics(person.topics))


def _topics(rows: Iterable[dict[str, object]]) -> list[str]:
    named = (topic.display_name for topic in each(Named, rows, lambda _: None))
    return [name for name in named if name][:_TOPICS]


def _figures(person: Person) -> Iterator[tuple[str, float]]:
    years = [max(row.years) for row in each(Affiliation, person.affiliations, lambda _: None) if row.years]
    figures = {
        "h_index": person.summary_stats.h_index,
        "i10_index": person.summary_stats.i10_index,
        "papers": person.works_count,
        "citations": person.cited_by_count,
        "last_affiliation_year": max(years, default=None),
    }
    return ((name, float(value)) for name, value in figures.items() if value is not None and value >= 0)


def _paper_figures(work: Work, code: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    percentile = work.citation_normalized_percentile.value if work.citation_normalized_percentile else None
    figures = {"citations": work.cited_by_count, "fwci": work.fwci, "percentile": percentile}
    figures |= {"authors": len(work.authorships), "code": 1 if code else None}
    return ((name, float(value)) for name, value in figures.items() if value is not None and value >= 0)


def _sentence(work: Work, authorship: Authorship, venue: str | None, code: tuple[str, ...]) -> str:
    place = {"first": "First author", "last": "Last author"}.get(authorship.author_position, "Corresponding author")
    where = f" in {clean(venue, TITLE)}" if venue else ""
    named = f" Code: {', '.join(code)}" if code else ""
    return f"{place} of {len(work.authorships)}{where}.{named}"
