"""What identity needs of one account: read from its record once, before anything is compared."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sourcing.identity.homes import host
from sourcing.identity.renown import renown
from sourcing.identity.stop import is_hub, is_placeholder
from spiders._card import OWN_LEAD_ONLY
from storage.records import Account, AccountKey, Claim, Kind, Known
from storage.text import handle_key, link_key, profile_key

NOT_A_PERSON = frozenset({Kind.ORGANISATION, Kind.BOT})
NEVER_JOINED = frozenset({"bot_like", "no_match", OWN_LEAD_ONLY})
MIXED = "mixed_script"
MOST_CLAIMS = 20  # structured addresses on one profile; more is a directory of people, not a person
# Markers in which spiders keep an id a site itself confirmed, and which is the same wherever it appears.
ID_MARKERS = frozenset({"orcid", "stackexchange_id", "openalex_id", "dblp_id", "github_id", "gitlab_id"})
_ORCID = "orcid"
# The page of a site on which its owner describes themself further: naming it is naming the site.
_ABOUT_OWNER = re.compile(
    r"/(?:about(?:-me)?|me|bio|cv|resume|contact|index|home)?(?:\.(?:html?|pdf|php|md))?|/[a-z0-9_-]*(?:cv|resume)[a-z0-9_-]*\.pdf",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A structured field in which the account names an address as its own."""

    target: str  # "@kaggle/ada" for a member's page of a known source, else the address in `link_key` form
    url: str
    claim: Claim
    field: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One account, reduced to what is compared. Times are UTC."""

    key: AccountKey
    handle: str
    url: str
    name: str | None = None
    location: str | None = None
    company: str | None = None
    person: bool = True  # neither organisation nor bot
    barred: bool = False  # never joined by us
    alone: bool = False  # its source forbids joining it, whoever asks for it
    mixed: bool = False  # look-alike letters in the name: only a person may join it
    live: bool = True
    created: float = math.nan  # year, with fraction
    fame: float = math.nan  # log2(1 + followers)
    renown: float = math.nan  # the figure it is known by at its source
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    since: datetime | None = None  # when it took today's handle; None: no rename was seen
    former: tuple[str, ...] = ()  # handles given up
    said: tuple[Said, ...] = ()
    ids: tuple[str, ...] = ()  # "orcid:0000-0002-1825-0097", confirmed by a site
    works: tuple[str, ...] = ()  # addresses of credited work, `link_key` form
    directory: bool = False  # named more addresses than one person has
    host: str = ""  # which forum, server, workspace or event, at sources that are many

    @property
    def home(self) -> str:
        """Where hardly anybody has two accounts: the source, or the one forum or server at a source of many."""
        return f"{self.key.source}/{self.host}" if self.host else self.key.source

    @property
    def address(self) -> str:
        """The member's page others would name."""
        return member(self.key.source, self.handle)


def member(source: str, handle: str) -> str:
    """The target form of a member's page: "@github/ada"."""
    return f"@{source}/{handle_key(handle)}"


def facts(account: Account) -> Facts:
    """Reduce an account as if it was seen once, alive, under one handle."""
    alone = OWN_LEAD_ONLY in account.flags
    said = () if alone else tuple(_said(account))
    return Facts(
        key=account.key,
        handle=account.handle,
        url=account.url,
        name=account.name,
        location=account.location,
        company=account.company,
        person=account.kind not in NOT_A_PERSON,
        barred=account.kind in NOT_A_PERSON
        or not NEVER_JOINED.isdisjoint(account.flags)
        or is_placeholder(re.sub(r"[^a-z0-9]", "", handle_key(account.handle))),
        alone=alone,
        mixed=MIXED in account.flags,
        created=_year(account.created_at),
        fame=math.log2(1 + account.figures["followers"]) if account.figures.get("followers", -1) >= 0 else math.nan,
        renown=renown(account.source, account.figures),
        first_seen=account.origin.seen_at,
        last_seen=account.origin.seen_at,
        said=said if len(said) <= MOST_CLAIMS else (),
        ids=() if alone else tuple(sorted({*_marked(account), *_confirmed(account)})),
        directory=len(said) > MOST_CLAIMS,
        host=host(account),
    )


def with_history(one: Facts, known: Known, handles: Sequence[tuple[str, datetime]] = ()) -> Facts:
    """The facts with what the Store knows: when the account was seen, whether it lives, its former handles."""
    return replace(
        one,
        live=known.gone_at is None,
        first_seen=known.first_seen,
        last_seen=known.last_seen,
        former=tuple(handle for handle, _ in handles[:-1]),
        since=handles[-1][1] if len(handles) > 1 else None,
    )


def with_works(one: Facts, urls: Iterable[str]) -> Facts:
    """The facts with the work the account is credited on."""
    return one if one.alone else replace(one, works=tuple(sorted({key for url in urls if (key := link_key(url))})))


def _year(when: datetime | None) -> float:
    return when.year + when.timetuple().tm_yday / 366 if when else math.nan


def _said(account: Account) -> Iterator[Said]:
    seen: set[str] = set()
    for link in sorted(account.links, key=lambda one: (one.claim is not Claim.VERIFIED, one.url)):
        target = _target(link.url) if link.claim is not Claim.MENTIONED else None
        if target and target not in seen and target != member(account.source, account.handle):
            seen.add(target)
            yield Said(target, link.url, link.claim, link.field)


def _target(url: str) -> str | None:
    if profile := profile_key(url):
        return f"@{profile[0]}/{profile[1]}"
    key = link_key(url)
    return None if key is None or is_hub(key) else _site_of(key)


def _site_of(key: str) -> str:
    """A site from the address of its page about the owner: "ada.example/cv.pdf" is ada.example."""
    head, slash, last = key.rpartition("/")
    return head if slash and not is_hub(head) and _ABOUT_OWNER.fullmatch(f"/{last}") else key


def _marked(account: Account) -> Iterator[str]:
    markers: Mapping[str, str] = account.markers
    yield from (f"{name.removesuffix('_id')}:{markers[name].lower()}" for name in ID_MARKERS if markers.get(name))


def _confirmed(account: Account) -> Iterator[str]:
    """An ORCID the site checked; one somebody merely typed in is a claim like any other."""
    for link in account.links:
        profile = profile_key(link.url) if link.claim is Claim.VERIFIED else None
        if profile is not None and profile[0] == _ORCID:
            yield f"{_ORCID}:{profile[1]}"
    if account.source == _ORCID:
        yield f"{_ORCID}:{account.source_id.lower()}"
