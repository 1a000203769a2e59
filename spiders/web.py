"""Personal sites that collected accounts name as their own: what they say of their owner, and whom they name back.

Enrichment, never discovery. After the other sources have finished, each site that accounts of one person name is
visited, at most once in `revisit_days`: the home page, and where the page links to them one page about the person
and a JSON Résumé. It belongs to the account it proves best, of equals to the one with the smallest key. Every address
passes the gate in `_addresses`; robots rules and reservations close a site.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from scrapy.http import Response, TextResponse

from spiders._base import Yielded
from spiders._card import Card, Options
from spiders._course.past import LATENCY, Past, Work
from spiders._web import records
from spiders._web.ending import LANE, MEMORY, WebOptions
from spiders._web.marks import Marks, read_page, read_resume
from spiders._web.owner import Owned, owned
from spiders._web.sites import SOURCE, Site, Visit
from spiders._web.visiting import Reading, Visiting
from spiders._web.wishes import robots_signal, wishes
from storage.errors import Unreadable
from storage.records import Lane, Origin

# mf2py warns of every odd date in a page.
logging.getLogger("mf2py").setLevel(logging.ERROR)


class Web(Visiting):
    """Personal sites, read for what their owners say of themselves."""

    name = SOURCE
    options_model: ClassVar[type[Options]] = WebOptions
    options: WebOptions
    card = Card(
        title="Personal sites",
        method="pages of sites that a collected account names as its own; mark-up only (rel=me, h-card, schema.org, "
        "JSON Résumé)",
        terms="https://www.rfc-editor.org/rfc/rfc9309",
        terms_read=date(2026, 11, 22),
        fields=(
            *("address", "name", "headline", "bio", "company", "location", "links", "no_recruiters"),
            *("page: what the person says, skills", "resume: positions without contacts, skills"),
        ),
        limits="one request in five seconds and site, at most five a site and month, robots.txt and its extensions",
        yields="facts in mark-up on some of the sites visited, and the accounts their owners name there",
        exposes=("accounts anywhere: claimed in mark-up, verified where site and account name each other",),
        fresh_days=30,
    )

    @classmethod
    def base(cls, options: Options) -> str:
        """No address of its own: sites are found in accounts."""
        return str(getattr(options, "stand_in", "")) or "https://"

    @classmethod
    def own_lanes(cls, options: Options) -> list[Lane]:
        """One lane: the sites accounts name."""
        del options
        return [LANE]

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """Two requests a site and its robots.txt, for sites new or not read for long."""
        days = timedelta(days=getattr(options, "revisit_days", 30))
        due = sum(past.now - Visit.read(kept).at >= days for kept in past.recall(MEMORY).values())
        return [Work(lane.id, first=3 * min(options.max_profiles, 200), due=due, each=3) for lane in lanes]

    @classmethod
    def pace(cls, options: Options, lanes: Sequence[Lane]) -> float:
        """Twenty sites are asked side by side."""
        del lanes
        return max(options.delay, LATENCY) / 20

    # --- reading -----------------------------------------------------------------------------------------------

    def home(self, response: Response, site: Site) -> Iterator[Yielded]:
        """Read the home page; follow it where it says more is to be found."""
        response = response.replace(url=self.shown(response.url))
        wish = wishes(response, self.now())
        if not wish.keep or urlsplit(self.asked(response.url)).netloc in self.closed_hosts:
            yield from self.end(site, "wish")
            return
        try:
            marks = read_page(response)
        except Unreadable as error:
            self.ledger.skip(f"site:{error.reason}")
            yield from self.end(site, "nobody")
            return
        yield from self.more(site, marks) if wish.follow else self.decide(site, Reading(marks))

    def more(self, site: Site, marks: Marks) -> Iterator[Yielded]:
        """Ask for the résumé the page links to, else for its page about the person if the home page has no card."""
        if marks.resume:
            yield self.page(site, marks.resume, self.resume, marks=marks)
        elif marks.about and _tells_little(owned(marks, site.named_by)):
            yield self.page(site, marks.about, self.about, marks=marks)
        else:
            yield from self.decide(site, Reading(marks))

    def about(self, response: Response, site: Site, marks: Marks) -> Iterator[Yielded]:
        """Add the cards of the page about the person to those of the home page."""
        response = response.replace(url=self.shown(response.url))
        if wishes(response, self.now()).keep:
            try:
                marks = _added(marks, read_page(response))
            except Unreadable as error:
                self.ledger.skip(f"site:{error.reason}")
        yield from self.decide(site, Reading(marks))

    def resume(self, response: Response, site: Site, marks: Marks) -> Iterator[Yielded]:
        """Add the résumé; one that is none is left out."""
        described = None
        if wishes(response, self.now()).keep:
            try:
                described = read_resume(response)
            except Unreadable as error:
                self.ledger.skip(f"site:{error.reason}")
        yield from self.decide(site, Reading(marks, described, self.shown(response.url)))

    def decide(self, site: Site, read: Reading) -> Iterator[Yielded]:
        """Whose page it is, and what is kept of it."""
        self.read_tonight[site.key] = read
        marks, found = read.marks, owned(read.marks, site.named_by, read.resume)
        if isinstance(found, str):
            self.leave_out(found, site.key)
            yield from self.end(site, "nobody")
            return
        if sentence := records.refusal_in(marks, found.card):
            for account in site.named_by:
                yield from self.refusing(account, marks.url, sentence)
            yield from self.end(site, "wish", no_recruiters=True)
            return
        origin = self.stamp(marks.url)
        made = list(records.evidence(found, site.key, marks.title, origin, self.of_resume(read)))
        if found.mutual:
            yield records.account(found, site.key, origin)
        yield from made
        kinds = tuple(one.kind for one in made)
        yield from self.end(site, "page", owner=found.account.key, kinds=kinds, mutual=found.mutual)

    def of_resume(self, read: Reading) -> Origin | None:
        """The origin of a résumé that was read."""
        return self.stamp(read.resume_url) if read.resume is not None else None

    def robots_read(self, netloc: str, response: Response) -> None:
        """Keep whether the robots.txt of a site reserves what we would do."""
        if response.status == 200 and isinstance(response, TextResponse) and not robots_signal(response.text):
            self.closed_hosts.add(netloc)


def _tells_little(found: Owned | str) -> bool:
    return found == "nobody" if isinstance(found, str) else found.card is None


def _added(home: Marks, about: Marks) -> Marks:
    return Marks(
        url=home.url,
        title=home.title,
        cards=home.cards + about.cards,
        rel_me=tuple(dict.fromkeys(home.rel_me + about.rel_me)),
        anchors=home.anchors,
        words=f"{home.words}\n{about.words}",
    )
