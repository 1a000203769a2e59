"""The sites of the network: short names as the API spells them, the hosts of their pages, and seats at them."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

# Sites with a domain of their own; all others are NAME.stackexchange.com.
_OWN_HOSTS = {
    "stackoverflow": "stackoverflow.com",
    "serverfault": "serverfault.com",
    "superuser": "superuser.com",
    "askubuntu": "askubuntu.com",
    "stackapps": "stackapps.com",
    "mathoverflow.net": "mathoverflow.net",
}
_NAMES = {host: name for name, host in _OWN_HOSTS.items()}
_SITE = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}")
_TAG = re.compile(r"[^\s/;]{1,60}")
_SEAT = re.compile(rf"({_SITE.pattern})/([0-9]{{1,12}})")


@dataclass(frozen=True, slots=True, order=True)
class Seat:
    """A person's place at one site: the site's short name and the person's number there."""

    site: str
    number: int

    def __str__(self) -> str:
        return f"{self.site}/{self.number}"

    @property
    def page(self) -> str:
        """Where people read the profile."""
        return f"https://{host(self.site)}/users/{self.number}"

    @classmethod
    def read(cls, text: str) -> "Seat | None":
        """From "stackoverflow/990000001"; None for anything else."""
        found = _SEAT.fullmatch(text)
        return cls(found[1], int(found[2])) if found else None

    @classmethod
    def at(cls, address: str, number: int) -> "Seat":
        """From a site's address ("https://stats.stackexchange.com") and the number there."""
        return cls(site(address), number)


def host(name: str) -> str:
    """The host of a site's pages."""
    if name in _OWN_HOSTS:
        return _OWN_HOSTS[name]
    return f"{name}.com" if name.endswith("stackoverflow") else f"{name}.stackexchange.com"


def site(address: str) -> str:
    """The short name of the site at an address."""
    name = (urlsplit(address).hostname or "").removeprefix("www.")
    return _NAMES.get(name) or name.removesuffix(".stackexchange.com").removesuffix(".com")


def tag_of(target: str) -> tuple[str, str] | None:
    """Site and tag of a lane's target "site/tag"; None if it is none."""
    name, _, tag = target.strip().lower().partition("/")
    return (name, tag) if _SITE.fullmatch(name) and _TAG.fullmatch(tag) else None
