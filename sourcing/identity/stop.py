"""What never joins anybody: hub hosts, shared pages, role mailboxes, placeholders, words that are no names."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_DIGITS = re.compile(r"\d+$")


@dataclass(frozen=True, slots=True)
class Stop:
    """The shipped lists; the counter of `evidence.links` is the real guard, these only know sooner."""

    hosts: frozenset[str]  # a page here, or below, belongs to many
    pages: frozenset[str]  # one page per path is fine at these, their front page is not
    registries: frozenset[str]  # second-level names of package registries
    titles: frozenset[str]
    particles: frozenset[str]
    generic: frozenset[str]  # words that are no names
    handles: frozenset[str]  # handles that say nothing
    nobody: frozenset[str]  # handles that say nothing whatever digits follow
    placeholders: frozenset[str]  # what stands where an account was


@cache
def stop() -> Stop:
    """The lists of data/stop.toml."""
    raw = tomllib.loads((files("sourcing.identity") / "data" / "stop.toml").read_text("utf-8"))
    lists = {name: frozenset(str(raw[name]).split()) for name in raw}
    words = lists["generic"] | lists["placeholders"]
    return Stop(
        hosts=lists["hosts"],
        pages=lists["pages"],
        registries=lists["registries"],
        titles=lists["titles"],
        particles=lists["particles"],
        generic=words,
        handles=words | lists["handles"] | lists["roles"],
        nobody=words | lists["roles"],
        placeholders=lists["placeholders"],
    )


def is_placeholder(handle: str) -> bool:
    """Whether a handle (letters and digits) stands for no account any more: "ghost", "deleteduser5"."""
    return _DIGITS.sub("", handle) in stop().placeholders


def is_hub(address: str) -> bool:
    """Whether an address (`link_key` form) is a page of many: a listed host, a host below one, a bare front page."""
    host, _, path = address.partition("/")
    host = host.partition(":")[0]
    if host in stop().pages:
        return not path
    parts = host.split(".")
    if len(parts) < 2 or parts[-2] in stop().registries:
        return True
    return any(".".join(parts[at:]) in stop().hosts for at in range(len(parts) - 1))
