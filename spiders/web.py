"""Personal sites that collected accounts name as their own: what they say of their owner, and whom they name back.

Enrichment, never discovery. After the other sources have finished, each site that accounts of one person name is
visited, at most once in `revisit_days`: the home page, and where the page links to them one page about the person
and a JSON Résumé. It belongs to the account it proves best, of equals to the one with the smallest key. Every address
passes the gate in `_addresses`; robots rules and reservations close a site.
"""

import logging
from collections.abc import Iterator
from urllib.parse import urlsplit

from scrapy.http import Response, TextResponse

from spiders._base import Yielded
from spiders._web import records
from spiders._web.about import AboutWeb, WebOptions
from spiders._web.marks import Marks, read_page, read_resume
from spiders._web.owner import Owned, owned
from spiders._web.sites import Site
from spiders._web.visiting import Reading, Visiting
from spiders._web.wishes import robots_signal, wishes
from storage.errors import Unreadable
from storage.records import Origin

# mf2py warns of every odd date in a page.
logging.getLogger("mf2py").setLevel(logging.ERROR)


class Web(AboutWeb, Visiting):
    """Personal sites, read for what their owners say of themselves."""

    options: WebOptions

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
