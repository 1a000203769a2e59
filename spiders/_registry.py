"""Which sources exist: the public modules of this folder, found without importing any of them.

What a source says of itself is read from `spiders/_NAME/about.py`, which loads nothing that crawls; its spider from
`spiders/NAME.py`, by whoever really asks something.
"""

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import spiders
from storage.errors import ConfigError

if TYPE_CHECKING:
    from spiders._about import About
    from spiders._base import SourceSpider

T = TypeVar("T")


def names() -> list[str]:
    """Names of all sources, sorted; a source's module, spider and command-line name are one word."""
    return list(_public())


@cache
def _public() -> tuple[str, ...]:
    # Asked once for every source a command looks at; the folder does not change under a running process.
    found = (module.name for module in pkgutil.iter_modules(spiders.__path__))
    return tuple(sorted(name for name in found if not name.startswith("_")))


@cache
def about(name: str) -> "type[About]":
    """What a source says of itself, without its spider; ConfigError for a name that is no source."""
    from spiders._about import About

    return _found(name, f"_{name}.about", About)


def load(name: str) -> "type[SourceSpider]":
    """The spider of a source; ConfigError for a name that is no source."""
    from spiders._base import SourceSpider

    return _found(name, name, SourceSpider)


def _found(name: str, module: str, kind: type[T]) -> type[T]:
    """The class of that kind in a module that bears the source's name."""
    if name not in names():
        raise ConfigError(f"no source is called {name!r}; there are: {', '.join(names())}")
    for found in vars(importlib.import_module(f"spiders.{module}")).values():
        if isinstance(found, type) and issubclass(found, kind) and getattr(found, "name", None) == name:
            return found
    raise ConfigError(f"spiders.{module} holds no {kind.__name__} called {name!r}")
