"""Which sites are asked tonight, how a page is asked, and whose it is as more and more accounts come to name it."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._polite.gate import Refusal
from spiders._web.about import LANE
from spiders._web.ending import Ending
from spiders._web.marks import Card as Described
from spiders._web.marks import Marks
from spiders._web.sites import Site, may_visit, sites_of
from storage.text import Address, check_address

PAGE_LIMIT = 2 * 1024 * 1024  # bytes of one personal page


@dataclass(frozen=True, slots=True)
class Reading:
    """What a visit of this night read; whose it is may change as long as others come to name the site."""

    marks: Marks
    resume: Described | None = None
    resume_url: str = ""


class Visiting(Ending):
    """The rounds of a visitor; `Web` adds what is read."""

    open_web = True

    @abstractmethod
    def home(self, response: Response, site: Site) -> Iterator[Yielded]:
        """Read a home page."""

    @abstractmethod
    def decide(self, site: Site, read: Reading) -> Iterator[Yielded]:
        """Say whose page it is, and keep what is theirs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.closed_hosts: set[str] = set()  # whose robots.txt says that people may not be looked up
        self.read_tonight: dict[str, Reading] = {}
        self._left_out: set[tuple[str, str]] = set()

    @property
    def trusted(self) -> frozenset[str]:
        """The operator's exact pairs, beside what the settings name."""
        return super().trusted | frozenset(self.options.allow)

    def objection(self, url: str) -> str:
        """Hosts that are nobody's own site are not asked, wherever a redirect leads."""
        address = check_address(url)
        return "" if not isinstance(address, Address) or may_visit(address) else "no_personal_site"

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> Refusal | None:
        """A busy site is hardly waited for: it is asked again in a few nights."""
        del response, headers, wall
        return None

    def first(self) -> Iterable[Request]:
        """Nothing: sites are known once the other sources are done."""
        self.recall_visits()
        return ()

    def when_idle(self) -> Iterable[Request]:
        """Wait for the others, then visit what is due."""
        self.wait_for_links()
        sites = sites_of(self.store.accounts(), self.leave_out)
        self.ledger.bill(LANE.id).promised = len(sites)
        self.tell(self.second_thoughts(sites), lane=LANE.id)
        return [self.visit(site) for site in self.chosen(sites.values())]

    # --- choosing ----------------------------------------------------------------------------------------------

    def chosen(self, sites: Iterable[Site]) -> list[Site]:
        """Sites that are due, those never visited first, as many as the night has room for."""
        due = [site for site in sites if site.key not in self.visited and self.is_due(site)]
        due.sort(key=lambda site: (site.key in self.visits, site.key))
        room = max(0, self.options.max_profiles - len(self.visited))
        for site in due[room:]:
            self.leave_out("over_max_profiles", site.key)
        self.visited.update(site.key for site in due[:room])
        self.out.update(site.key for site in due[:room])
        return due[:room]

    def is_due(self, site: Site) -> bool:
        """Whether a site may be asked tonight."""
        visit = self.visits.get(site.key)
        if visit is None or visit.due(site, self.now(), self.options.revisit_days):
            return True
        self.leave_out("visited_lately", site.key)
        return False

    def leave_out(self, reason: str, key: str) -> None:
        """Count a site that is left out, once a night however often it is come across."""
        self.ledger.skip(reason, (reason, key) not in self._left_out)
        self._left_out.add((reason, key))

    def second_thoughts(self, sites: Mapping[str, Site]) -> Iterator[Yielded]:
        """Take back what came from sites nobody names any more, and hand over those others name as well by now."""
        before = dict(self.visits)
        for key, visit in before.items():
            if key not in sites and not visit.no_recruiters:
                yield from self.taken_back(key, "no_longer_named")
                del self.visits[key]
        for key in sorted(self.read_tonight.keys() & sites.keys()):
            if key not in self.visits or self.visits[key].by != sites[key].by:
                yield from self.decide(sites[key], self.read_tonight[key])
        if self.visits != before:
            yield self.memory()

    # --- asking ------------------------------------------------------------------------------------------------

    def visit(self, site: Site) -> Request:
        """Ask the address the accounts name."""
        return self.page(site, site.url, self.home)

    def page(self, site: Site, url: str, then: Callable[..., Iterable[Yielded]], **context: Any) -> Request:
        """One request for a page of a site; whatever goes wrong ends the visit."""
        request = self.ask(
            self.asked(url),
            then,
            lane=LANE.id,
            headers={"Accept": "text/html,application/xhtml+xml,application/json;q=0.8"},
            on_missing=partial(self.missing, context=context),
            on_failure=partial(self.failed, site, context),
            site=site,
            **context,
        )
        request.meta["download_maxsize"] = PAGE_LIMIT
        return request

    def asked(self, url: str) -> str:
        """The address a page is asked at: its own, or that of the stand-in."""
        if not self.options.stand_in:
            return url
        parts = urlsplit(url)
        return f"{self.options.stand_in.rstrip('/')}/{parts.netloc}{parts.path or '/'}"

    def shown(self, url: str) -> str:
        """The public address of a page that was asked."""
        stand_in = f"{self.options.stand_in.rstrip('/')}/" if self.options.stand_in else ""
        return f"https://{url.removeprefix(stand_in)}" if stand_in and url.startswith(stand_in) else url

    # --- ending a visit -----------------------------------------------------------------------------------------------

    def missing(self, response: Response, site: Site, context: Mapping[str, Any], **_: Any) -> Iterator[Yielded]:
        """A page that is not there; without its home page a site is gone, and by 451 for good."""
        if "marks" in context:
            yield from self.decide(site, Reading(context["marks"]))
        else:
            self.ledger.skip(f"site:status_{response.status}")
            yield from self.end(site, "legal" if response.status == 451 else "gone")

    def failed(self, site: Site, context: Mapping[str, Any], reason: str) -> Iterator[Yielded]:
        """No answer, or none that may be had; what an earlier visit brought stays unless the site closed itself."""
        if "marks" in context:
            yield from self.decide(site, Reading(context["marks"]))
        else:
            yield from self.end(site, "closed" if reason == "closed_by_robots" else "lost")
