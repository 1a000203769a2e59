"""The kinds of files there are, each loaded when it is asked for."""

import importlib
import pkgutil
from pathlib import Path
from typing import Any

from sourcing.imports._kind import FileKind
from spiders._card import Card
from storage.errors import ConfigError


def names() -> list[str]:
    """Kinds of files that can be imported, sorted."""
    here = [str(Path(__file__).parent)]
    return sorted(module.name for module in pkgutil.iter_modules(here) if not module.name.startswith("_"))


def load(name: str) -> type[FileKind[Any]]:
    """A kind of file; ConfigError for a name that is none."""
    if name not in names():
        raise ConfigError(f"no kind of file is called {name!r}; there are: {', '.join(names())}")
    module = importlib.import_module(f"sourcing.imports.{name}")
    for found in vars(module).values():
        if isinstance(found, type) and issubclass(found, FileKind) and getattr(found, "name", None) == name:
            return found
    raise ConfigError(f"sourcing/imports/{name}.py holds no kind of file called {name!r}")


def cards() -> dict[str, Card]:
    """The cards of all kinds of files."""
    return {name: load(name).card for name in names()}
