"""Which sources exist: the public modules of this folder, found without importing any of them."""

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

import spiders
from storage.errors import ConfigError

if TYPE_CHECKING:
    from spiders._base import SourceSpider


def names() -> list[str]:
    """Names of all sources, sorted; a source's module, spider and command-line name are one word."""
    return list(_public())


@cache
def _public() -> tuple[str, ...]:
    # Asked once for every source a command looks at; the folder does not change under a running process.
    found = (module.name for module in pkgutil.iter_modules(spiders.__path__))
    return tuple(sorted(name for name in found if not name.startswith("_")))


def load(name: str) -> "type[SourceSpider]":
    """The spider of a source; ConfigError for a name that is no source."""
    if name not in names():
        raise ConfigError(f"no source is called {name!r}; there are: {', '.join(names())}")
    from spiders._base import SourceSpider

    module = importlib.import_module(f"spiders.{name}")
    for found in vars(module).values():
        if isinstance(found, type) and issubclass(found, SourceSpider) and getattr(found, "name", None) == name:
            return found
    raise ConfigError(f"spiders/{name}.py holds no SourceSpider called {name!r}")
