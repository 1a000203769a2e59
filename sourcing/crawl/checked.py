"""What sources say of themselves under the settings given.

Checking the settings of all sources takes a tenth of a short command; what came out is kept and holds until the code
of the sources or the settings change.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pydantic
from pydantic import ValidationError

import spiders
from sourcing import __version__
from sourcing.config import Config
from spiders._card import Card, Options
from spiders._registry import about, names
from storage.kept import code_in, kept
from storage.records import Lane, Record


class Checked(Record):
    """The card of a source, and of its options what decides whether it is asked."""

    card: Card
    enabled: bool | None
    token_env: str
    terms_read: date | None
    host: str  # of the address it asks
    lanes: tuple[Lane, ...] = ()  # that come from its options

    @property
    def read(self) -> date:
        """When its terms were last read, by us or by the operator."""
        return max(self.card.terms_read, self.terms_read or self.card.terms_read)


def options_of(config: Config, name: str) -> Options:
    """A source's options, checked by its own model; ConfigError names file, key, value and way out."""
    try:
        return about(name).options_model.model_validate(_given(config, name))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise config.problem(
            f"[sources.{name}] {key}", first["input"], f"{first['msg']}; see docs/configuration.md"
        ) from error


def checked(config: Config) -> Mapping[str, Checked]:
    """All sources, by name; ConfigError as `options_of`."""
    given = {name: _given(config, name) for name in names()}
    made_of = (
        _code(),
        f"{__version__} {pydantic.VERSION}".encode(),
        orjson.dumps(given, default=str, option=orjson.OPT_SORT_KEYS),
    )

    def make() -> dict[str, Any]:
        return {name: _checked(config, name).model_dump(mode="json") for name in given}

    return {name: Checked.model_validate(one) for name, one in kept("sources", made_of, make).items()}


def _checked(config: Config, name: str) -> Checked:
    source, options = about(name), options_of(config, name)
    return Checked(
        card=source.card,
        enabled=options.enabled,
        token_env=options.token_env,
        terms_read=options.terms_read,
        host=urlsplit(source.base(options)).hostname or "",
        lanes=tuple(source.own_lanes(options)),
    )


@cache
def _code() -> bytes:
    # Looked at once: a running process has loaded the code it found.
    return code_in(*map(Path, spiders.__path__))


def _given(config: Config, name: str) -> dict[str, Any]:
    section = config.source(name)
    given = {"max_profiles": config.crawl.max_profiles, **section.options}
    return given | {key: getattr(section, key) for key in section.model_fields_set}
