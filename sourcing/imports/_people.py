"""Rows about people as what an account holds: names, title, employer, place, addresses. Never e-mail or phone."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from sourcing.imports._csv import Row
from spiders._reading.clean import COMPANY, HEADLINE, LINKS, LOCATION, NAME, clean, flags_of, web_link
from storage.errors import ConfigError
from storage.records import Claim, Link
from storage.text import handle_key, profile_key, web_address

Count = Callable[[str], object]

# Sites whose column may hold an address or the bare name of a member.
SITES = {
    "github": "https://github.com/{}",
    "gitlab": "https://gitlab.com/{}",
    "kaggle": "https://www.kaggle.com/{}",
    "huggingface": "https://huggingface.co/{}",
    "twitter": "https://x.com/{}",
}
FIELDS = (
    *("id", "name", "first_name", "last_name", "headline", "company", "location"),
    *("linkedin", *SITES, "website", "links", "created_at", "last_activity", "connected_on", "do_not_contact"),
)
YES = frozenset({"yes", "y", "true", "1", "x", "ja", "oui", "si", "sí"})
_BARE = re.compile(r"@?([A-Za-z0-9][A-Za-z0-9_.-]{0,99})")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_APART = re.compile(r"[\s,;|]+")
_SLUG = re.compile(r"[^\s/?#\x00-\x1f\x7f]{1,100}")
_OLD_FORM = re.compile(r"/pub/[^?#]{1,300}")
_DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d %b %Y", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%b %d, %Y")


def check_fields(kind: str, columns: Iterable[str]) -> None:
    """Refuse maps of fields that are not kept; ConfigError lists those that are."""
    unknown = [name for name in columns if name not in FIELDS]
    if unknown:
        raise ConfigError(f"--map {unknown[0]}=…: {kind} keeps no such field; there are: {', '.join(FIELDS)}")


def facts(row: Row, count: Count) -> dict[str, Any]:
    """Name, headline, company, location and the flags their texts call for, as arguments of an account."""
    first_last = " ".join(filter(None, (first(row, "first_name"), first(row, "last_name"))))
    name = clean(_no_mail(first(row, "name") or first_last, count), NAME)
    headline, company = clean(first(row, "headline"), HEADLINE), clean(first(row, "company"), COMPANY)
    location = clean(first(row, "location"), LOCATION)
    given = {"name": name, "headline": headline, "company": company, "location": location}
    return {**given, "flags": flags_of(name, headline, company, location)}


def first(row: Row, field: str) -> str:
    """The first cell of a field, "" without one."""
    return next(iter(row.get(field, ())), "")


def links(row: Row, count: Count) -> tuple[Link, ...]:
    """Addresses of a row as claims, each once: what a person wrote into a form is their own word."""
    found: dict[str, Link] = {}
    for field, address in _addresses(row):
        link = web_link(address, Claim.CLAIMED, field, count)
        if link is not None and len(found) < LINKS:
            found.setdefault(link.url, link)
    return tuple(found.values())


def _addresses(row: Row) -> Iterator[tuple[str, str]]:
    for cell in row.get("linkedin", ()):
        yield "linkedin", linkedin_address(cell) or _with_scheme(cell)
    for site, form in SITES.items():
        for cell in row.get(site, ()):
            bare = _BARE.fullmatch(cell) if "/" not in cell else None
            yield site, form.format(bare[1]) if bare and not _is_host(cell) else _with_scheme(cell)
    for field in ("website", "links"):
        for cell in row.get(field, ()):
            for piece in _APART.split(cell):
                if piece and not _MAIL.fullmatch(piece):
                    address = _with_scheme(piece)
                    yield field, linkedin_address(address) or address


def _is_host(cell: str) -> bool:
    return web_address(f"https://{cell}") is not None and cell.casefold().endswith((".com", ".co", ".org", ".io"))


def _with_scheme(address: str) -> str:
    return address if "://" in address or ":" in address.partition("/")[0] else f"https://{address}"


def linkedin_id(address: str) -> str | None:
    """What names a person there: "ada-example" of /in/…, "pub/ada/1/2/3" of the old form; None: no person's page.

    In lower case, percent escapes decoded, without country, query and trailing slash. The address is never asked.
    """
    found = profile_key(address)
    if found is not None and found[0] == "linkedin":
        return found[1] if _SLUG.fullmatch(found[1]) else None
    parts = urlsplit(web_address(_with_scheme(address)) or "")
    host = parts.hostname or ""
    if (host == "linkedin.com" or host.endswith(".linkedin.com")) and _OLD_FORM.fullmatch(parts.path):
        return handle_key(parts.path.strip("/"))
    return None


def linkedin_address(address: str) -> str | None:
    """The one spelling of a person's address there; None for companies, schools and anything else."""
    name = linkedin_id(address)
    if name is None:
        return None
    return f"https://www.linkedin.com/{name}" if name.startswith("pub/") else f"https://www.linkedin.com/in/{name}"


def moment(text: str, count: Count) -> datetime | None:
    """A date or time as exports write them, UTC where no zone is said; None (counted) for anything else."""
    if not text:
        return None
    for form in _DATES:
        try:
            return datetime.strptime(text.removesuffix(" UTC"), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        count("date_not_understood")
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _no_mail(text: str, count: Count) -> str:
    if not _MAIL.search(text):
        return text
    count("email_left_out")
    return _MAIL.sub(" ", text)
