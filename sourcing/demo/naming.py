"""Invented names and handles, unique per site."""

import re

from sourcing.demo.chance import Chance
from sourcing.demo.stock import Region

_QUIET = ("quiet", "paper", "amber", "hollow", "lunar", "mossy", "copper", "salted", "velvet", "nimble")
_THINGS = ("gradient", "lantern", "kernel", "otter", "meadow", "tensor", "sparrow", "cobalt", "anchor", "prism")
_FIRMS = ("lumen", "nord", "quarry", "tidal", "ember", "hazel", "orbit", "plume", "saffron", "basalt")
_TRADES = ("forge", "works", "metrics", "labs", "grid", "peak", "loom", "signal", "harbour", "stack")
_MACHINES = ("mend", "sweep", "tally", "relay", "stamp", "merge", "prune", "watch")


def firm(chance: Chance) -> str:
    """The name of an invented company, "lumenforge"."""
    return chance.pick(_FIRMS) + chance.pick(_TRADES)


def invent(chance: Chance, region: Region, field: str) -> tuple[str, str]:
    """(name as written, Latin "given family") of somebody from a region."""
    given, first, last = chance.pick(region.given), chance.pick(region.first), chance.pick(region.last)
    latin = f"{given.latin} {first.latin}{last.latin}"
    if field == "organisation":
        name = firm(chance)
        return name.capitalize(), name
    family = first.native + last.native
    if region.order == "gf":
        written = f"{given.native} {family}"
    else:
        written = f"{family}{'' if region.order == 'fg_joined' else ' '}{given.native}"
    return (latin.title(), latin) if chance.often(0.3) else (written, latin)


class Handles:
    """Gives out handles; a taken one gets a number."""

    def __init__(self) -> None:
        self._taken: dict[str, set[str]] = {"github": set(), "kaggle": set(), "hackernews": set()}

    def forget(self) -> None:
        """Drops what is taken once everybody has a handle."""
        self._taken.clear()

    def machine(self, chance: Chance, field: str) -> str:
        """The login of a bot or an organisation."""
        if field == "organisation":
            return self._claim("github", f"{firm(chance)}-{chance.pick(('hq', 'oss', 'ai', 'io'))}")
        stem = f"{chance.pick(_FIRMS)}-{chance.pick(_MACHINES)}"
        return self._claim("github", f"{stem}-bot") if chance.often(0.4) else self._claim("github", stem, "[bot]")

    def github(self, chance: Chance, latin: str) -> str:
        """A GitHub login: letters, digits, single hyphens."""
        return self._claim("github", _handle(chance, latin, "-"))

    def kaggle(self, chance: Chance, latin: str, login: str, borrowed: str) -> str:
        """A Kaggle user name: lower-case letters and digits; often the GitHub login, sometimes another's."""
        own = login if login and chance.often(0.55) else _handle(chance, latin, "")
        return self._claim("kaggle", re.sub(r"[^a-z0-9]", "", (borrowed or own).lower())[:30])

    def hackernews(self, chance: Chance, latin: str, login: str) -> str:
        """A Hacker News name: at most 15 characters, case-sensitive."""
        own = login if login and chance.often(0.5) else _handle(chance, latin, "_")
        return self._claim("hackernews", own[:13])

    def _claim(self, site: str, wish: str, tail: str = "") -> str:
        taken, handle, number = self._taken[site], wish + tail, 1
        while handle.lower() in taken:
            number += 1
            handle = f"{wish}{number}{tail}"
        taken.add(handle.lower())
        return handle


def _handle(chance: Chance, latin: str, joint: str) -> str:
    given, _, family = latin.partition(" ")
    style = chance.below(8)
    if style == 0:
        return f"{chance.pick(_QUIET)}{joint}{chance.pick(_THINGS)}{chance.below(90) + 10}"
    if style == 1:
        return f"{given[0]}{family}"
    if style == 2:
        return f"{given}{joint}{family}".title()
    if style == 3:
        return f"{family}{joint}{given[0]}{chance.below(80) + 10}"
    if style == 4:
        return f"{given}{family}{1970 + chance.below(40)}"
    return f"{given}{joint if style % 2 else ''}{family}"
