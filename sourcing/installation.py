"""A new installation: the commented `sourcing.toml`, its folders and its database."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import tomlkit
from pydantic.fields import FieldInfo

from scoring.roles import shipped_roles
from sourcing.config import FILE_NAME, Config, Controller, load
from spiders._card import Card, Options
from spiders._registry import load as load_source
from spiders._registry import names
from storage.errors import ConfigError
from storage.store import Store

WIDTH = 112  # columns of the settings file
TEMPLATE = """\
# Settings of this installation. Every key is explained in docs/configuration.md.
# Secrets never stand here: tokens and passwords come from environment variables.

[controller]
# Who answers for the data. Nothing is crawled before these three lines are filled in.
name = {name}
# An address people can write to: shown to every site we ask.
contact = {contact}
# Why people are looked for, in one sentence.
purpose = {purpose}

[database]
# SQLite by default; for a team "postgresql+psycopg://user@host/name", with the password in
# the environment (PGPASSWORD), or the whole address in SOURCING_DATABASE_URL.
url = "sqlite:///sourcing.db"

[crawl]
# A page that says who crawls and how to object; part of the agent string.
contact_url = {contact_url}
# People read in full per source and night.
max_profiles = 2000

# One section per source, made from its card. Leave a source out and its defaults hold; lines
# behind "#" show them.
{sources}
[roles]
# Role profiles of your own, one YAML file each; a shipped profile of the same name is replaced.
folder = "roles"
# Profiles a night works for.
active = ["mle"]

[exports]
folder = "exports"
"""


def create(folder: Path, controller: Controller, *, contact_url: str = "", force: bool = False) -> list[Path]:
    """Write the settings, folders and database of a new installation; gives what was made.

    ConfigError if a settings file is there and `force` is off, or if a controller line is empty.
    """
    refuse_existing(folder, force=force)
    path = folder / FILE_NAME
    if controller.missing:
        options = ", ".join(f"--{key}" for key in controller.missing)
        raise ConfigError(f"the controller needs {', '.join(controller.missing)}; answer or pass {options}")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text(controller, contact_url), encoding="utf-8")
    return [path, *furnish(path)]


def refuse_existing(folder: Path, *, force: bool) -> None:
    """Raise ConfigError if an installation is there already and may not be overwritten."""
    path = folder / FILE_NAME
    if path.exists() and not force:
        raise ConfigError(f"{path}: exists; edit it, or overwrite it with --force (the database stays)")


def available_roles(config: Config) -> dict[str, Path]:
    """Role profiles by name: the installation's own hide shipped ones of the same name."""
    own = {path.stem: path for path in sorted(config.roles_folder.glob("*.yaml"))}
    return dict(sorted({**shipped_roles(), **own}.items()))


def text(controller: Controller, contact_url: str = "") -> str:
    """The commented settings file."""
    values = {**controller.model_dump(), "contact_url": contact_url}
    written = {key: tomlkit.string(value).as_string() for key, value in values.items()}
    return TEMPLATE.format(**written, sources="\n".join(map(section, names())))


def section(source: str) -> str:
    """The commented section of one source, from its card and its options."""
    card, model = load_source(source).card, load_source(source).options_model
    lines = [f"[sources.{source}]", *_comment(f"{card.title}: {card.method}.")]
    lines += [*_token(card, model), *_switch(card)]
    own = (key for key, field in model.model_fields.items() if _is_own(key, field.default))
    lines += [line for key in own for line in _option(key, model.model_fields[key])]
    return "\n".join([*lines, ""])


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def _token(card: Card, model: type[Options]) -> Iterator[str]:
    variable = model.model_fields["token_env"].default
    if not variable:
        yield "# Needs no token."
        return
    yield f"# {'Needs' if card.needs_token else 'Works better with'} a token: export {variable}=…"
    yield f'token_env = "{variable}"'


def _switch(card: Card) -> Iterator[str]:
    if card.default_on:
        yield "enabled = true"
        return
    yield from _comment(f"Off by default: {card.why_off}.")
    yield "# enabled = true"


def _is_own(key: str, default: object) -> bool:
    """Whether a source has the option for itself, or another default than the rest."""
    shared = Options.model_fields.get(key)
    return key not in {"token_env", "enabled"} and (shared is None or shared.default != default)


def _option(key: str, field: FieldInfo) -> Iterator[str]:
    """The option with its default and what it means, on one line if there is room."""
    default = field.get_default(call_default_factory=True)
    if not _writable(default):
        yield from _comment(f"{key}: {field.description}; see docs/configuration.md")
        return
    line = f"# {key} = {tomlkit.item(list(default) if isinstance(default, tuple) else default).as_string()}"
    if len(line) + len(field.description or "") + 4 <= WIDTH:
        yield f"{line}  # {field.description}"
    else:
        yield from _comment(f"{key}: {field.description}")
        yield line


def _writable(default: object) -> bool:
    if isinstance(default, list | tuple):
        return all(isinstance(one, str | int | float) for one in default)
    return isinstance(default, str | int | float)


def furnish(path: Path) -> list[Path]:
    """Make the folders and the database a settings file names; gives what was made."""
    config = load(path)
    folders = [config.roles_folder, config.exports_folder, config.logs_folder]
    made = [folder for folder in folders if not folder.exists()]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    if Store.upgrade(config.database_url) and config.database_url.startswith("sqlite:///"):
        made.append(Path(config.database_url.removeprefix("sqlite:///")))
    return made
