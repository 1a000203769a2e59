"""From the file to a `Config`: finding it, reading it, and what is wrong with it in one line."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sourcing.config.installation import Config
from sourcing.regimes import missing, too_long
from spiders._registry import names
from storage.errors import ConfigError

FILE_NAME = "sourcing.toml"
FILE_ENV = "SOURCING_CONFIG"
# Names under which people put secrets into files; the file is meant to be shown and shared.
SECRET_KEYS = frozenset({"token", "password", "secret", "api_key", "key", "client_secret", "access_token"})


def locate(path: Path | None = None) -> Path:
    """The file to use: the one given, else the environment's, else the one in the working directory."""
    chosen = path or Path(os.environ.get(FILE_ENV) or FILE_NAME)
    if chosen.is_dir():
        chosen = chosen / FILE_NAME
    if not chosen.is_file():
        raise ConfigError(f"no {chosen.absolute()}; write one with `sourcing init` or name one with --config")
    return chosen.resolve()


def load(path: Path | None = None) -> Config:
    """Read and check `sourcing.toml`; ConfigError names file, key, value and way out."""
    chosen = locate(path)
    raw = _parse(chosen)
    _refuse_secrets(chosen, raw)
    _refuse_unknown_sources(chosen, raw)
    try:
        config = Config.model_validate({**raw, "path": chosen})
    except ValidationError as error:
        raise ConfigError(_explain(chosen, error)) from error
    _check_rules(config)
    return config


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not readable as TOML: {error}; correct that line") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}; check its permissions") from error


def _refuse_secrets(path: Path, raw: Mapping[str, Any]) -> None:
    for name, section in _tables(raw.get("sources")):
        for key in SECRET_KEYS & section.keys():
            raise ConfigError(
                f"{path}: [sources.{name}] {key}: secrets do not belong in this file; "
                "put the value into an environment variable and name that in token_env"
            )


def _refuse_unknown_sources(path: Path, raw: Mapping[str, Any]) -> None:
    for name, _ in _tables(raw.get("sources")):
        if name not in names():
            raise ConfigError(f"{path}: [sources.{name}]: no such source; there are: {', '.join(names())}")


def _check_rules(config: Config) -> None:
    unstated = missing(config.privacy, config.retention)
    if unstated:
        raise ConfigError(
            f"{config.path}: [privacy] regime = 'custom' has no preset: state {', '.join(unstated)}, or take gdpr or us"
        )
    if reason := too_long(config.rules):
        raise ConfigError(f"{config.path}: {reason}; shorten it, or take regime = 'custom' and answer for it")


def _tables(value: object) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(value, dict):
        return []
    return [(name, section) for name, section in value.items() if isinstance(section, dict)]


def _explain(path: Path, error: ValidationError) -> str:
    first = error.errors()[0]
    place = [str(step) for step in first["loc"]]
    where = f"[{'.'.join(place[:-1])}] {place[-1]}" if len(place) > 1 else f"[{place[0]}]"
    if first["type"] == "extra_forbidden":
        return f"{path}: {where}: unknown; correct the spelling or remove the line (docs/configuration.md)"
    value = "" if isinstance(first["input"], dict) else f" = {first['input']!r}"
    return f"{path}: {where}{value}: {first['msg']}; correct the line or remove it for the default"
