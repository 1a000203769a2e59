"""Which sites are visited: those that exactly one person's accounts name as their own, and when again."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import orjson

from spiders._card import OWN_LEAD_ONLY
from spiders._course.rounds import SAME_NIGHT
from spiders._linked import OWN_WORDS
from storage.records import Account, AccountKey, Kind
from storage.text import Address, check_address, link_key, profile_key

SOURCE = "web"
# Not visited: owners that forbid it, networks with an interface of their own, and pages that belong to nobody.
_NEVER = """
    linkedin.com lnkd.in discord.com discord.gg discordapp.com slack.com facebook.com fb.com instagram.com
    threads.net threads.com tiktok.com twitter.com x.com t.co youtube.com youtu.be reddit.com lobste.rs t.me
    telegram.me wa.me pinterest.com snapchat.com quora.com glassdoor.com indeed.com xing.com
    github.com gitlab.com codeberg.org bitbucket.org kaggle.com huggingface.co stackoverflow.com stackexchange.com
    ycombinator.com bsky.app dev.to medium.com substack.com orcid.org openreview.net arxiv.org
    semanticscholar.org researchgate.net google.com goo.gl bit.ly linktr.ee bio.link about.me beacons.ai
    patreon.com paypal.com paypal.me buymeacoffee.com ko-fi.com calendly.com cal.com notion.so
"""
NEVER = frozenset(_NEVER.split())
_REGISTRIES = frozenset({"npmjs", "pypi", "rubygems", "crates"})  # of packages: their pages are no sites of people
_OWN_PAGES = ("substack.com", "medium.com", "notion.so")  # below these hosts each name is somebody's


@dataclass(slots=True)
class Site:
    """One address that accounts name, and who does, in order of their keys."""

    key: str
    url: str
    named_by: list[Account] = field(default_factory=list)

    @property
    def by(self) -> str:
        """Digest of all that decides whose page it is besides the page itself; 16 hex digits."""
        said = [(*one.key, one.handle, one.url, one.name) for one in self.named_by]
        return blake2b(orjson.dumps(said), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Visit:
    """What is remembered of a site: when it was read, how that ended, whose evidence it gave."""

    at: datetime
    outcome: str  # page, nobody, wish, gone, legal, closed, lost
    owner: AccountKey | None = None
    no_recruiters: bool = False
    kinds: tuple[str, ...] = ()  # of the evidence stored
    by: str = ""  # `Site.by` at that time

    def due(self, site: Site, now: datetime, revisit_days: int) -> bool:
        """Whether the site may be asked again; one closed by law never is, one that did not answer sooner.

        A night that was cut off has forgotten the page, so it is read again if others name it by now.
        """
        if self.outcome == "legal":
            return False
        # Accounts that refuse recruiters name no sites, so here the wish was lost and must be heard again.
        if self.no_recruiters or (self.by != site.by and now - self.at < SAME_NIGHT):
            return True
        days = min(revisit_days, 3) if self.outcome in ("lost", "closed") else revisit_days
        return now - self.at >= timedelta(days=days)

    def state(self) -> dict[str, object]:
        """As plain data."""
        kept: dict[str, object] = {"at": self.at.isoformat(), "is": self.outcome}
        if self.owner is not None:
            kept |= {"of": list(self.owner), "kinds": list(self.kinds)}
        return kept | ({"no": True} if self.no_recruiters else {}) | ({"by": self.by} if self.by else {})

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Visit":
        """Back from plain data."""
        owner = AccountKey(*kept["of"]) if kept.get("of") else None
        at = datetime.fromisoformat(kept["at"])
        return cls(at, kept["is"], owner, bool(kept.get("no")), tuple(kept.get("kinds", ())), kept.get("by", ""))


def sites_of(accounts: Iterable[Account], leave_out: Callable[[str, str], object]) -> dict[str, Site]:
    """Sites named by accounts of people, by their key; `leave_out(reason, key)` hears of those several people name."""
    found: dict[str, Site] = {}
    for account in accounts:
        if account.source == SOURCE or account.kind in (Kind.ORGANISATION, Kind.BOT):
            continue
        if OWN_LEAD_ONLY in account.flags or "no_recruiters" in account.flags:
            continue
        for key, url in _own_sites(account):
            site = found.setdefault(key, Site(key, url))
            if account not in site.named_by:
                site.named_by.append(account)
    for key in [key for key, site in found.items() if _shared(site)]:
        leave_out("site_of_several", key)
        del found[key]
    for site in found.values():
        site.named_by.sort(key=lambda account: account.key)
    return found


def _own_sites(account: Account) -> Iterable[tuple[str, str]]:
    for link in account.links:
        address = check_address(link.url)
        if link.claim in OWN_WORDS and isinstance(address, Address) and may_visit(address):
            key = link_key(link.url)
            if key is not None:
                yield key, link.url.partition("#")[0]


def may_visit(address: Address) -> bool:
    """Whether an address can be somebody's own site at all."""
    if profile_key(address.url) is not None:
        return False
    labels = address.ascii_host.split(".")
    if _REGISTRIES & set(labels[-2:-1]):
        return False
    suffixes = {".".join(labels[at:]) for at in range(len(labels))}
    return not suffixes & NEVER or any(address.ascii_host.endswith(f".{host}") for host in _OWN_PAGES)


def _shared(site: Site) -> bool:
    by_source: defaultdict[str, set[AccountKey]] = defaultdict(set)
    for account in site.named_by:
        by_source[account.source].add(account.key)
    return any(len(keys) > 1 for keys in by_source.values())
