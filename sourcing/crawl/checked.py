"""What sources say of themselves under the settings given, without loading the spiders each time.

Checking the settings of all sources loads every spider, half a second; what came out is kept and holds until the code
of the spiders or the settings change.
"""

from collections.abc import Mapping
from datetime import date
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
from spiders._registry import load, names
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
    """A source's options, checked by the spider's own model; ConfigError names file, key, value and way out."""
    try:
        return load(name).options_model.model_validate(_given(config, name))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise config.problem(
            f"[sources.{name}] {key}", first["input"], f"{first['msg']}; see docs/configuration.md"
        ) from error


def checked(config: Config) -> Mapping[str, Checked]:
    """All sources, by name; ConfigError as `options_of`."""
    given = {name: _given(config, name) for name in names()}
    code = code_in(*map(Path, spiders.__path__))
    made_of = (
        code,
        f"{__version__} {pydantic.VERSION}".encode(),
        orjson.dumps(given, default=str, option=orjson.OPT_SORT_KEYS),
    )

    def make() -> dict[str, Any]:
        return {name: about(name, options_of(config, name)).model_dump(mode="json") for name in given}

    return {name: Checked.model_validate(one) for name, one in kept("sources", made_of, make).items()}


def about(name: str, options: Options) -> Checked:
    """The same of one source whose options are at hand."""
    spider = load(name)
    return Checked(
        card=spider.card,
        enabled=options.enabled,
        token_env=options.token_env,
        terms_read=options.terms_read,
        host=urlsplit(spider.base(options)).hostname or "",
        lanes=tuple(spider.own_lanes(options)),
    )


def _given(config: Config, name: str) -> dict[str, Any]:
    section = config.source(name)
    given = {"max_profiles": config.crawl.max_profiles, **section.options}
    return given | {key: getattr(section, key) for key in section.model_fields_set}
