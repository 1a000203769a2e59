"""A new installation: the commented `sourcing.toml`, its folders and its database."""

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path

import tomlkit
from pydantic.fields import FieldInfo

from scoring.roles import shipped_roles
from sourcing.config import FILE_NAME, KEY_ENV, REQUIRED, Config, Controller, load
from sourcing.regimes import BASIS, MEANING, PRESETS, WEIGHING, Privacy, Retention
from spiders._card import Card, Options
from spiders._registry import about, names
from storage import secret
from storage.errors import ConfigError
from storage.store import Store

WIDTH = 112  # columns of the settings file
GDPR, PRESET = Privacy(), Retention()
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
# The rest may stay as it is; `sourcing legal show` says what is thin.
{more}

[database]
# SQLite by default; for a team "postgresql+psycopg://user@host/name", with the password in
# the environment (PGPASSWORD), or the whole address in SOURCING_DATABASE_URL.
url = "sqlite:///sourcing.db"

[crawl]
# A page that says who crawls and how to object; part of the agent string.
contact_url = {contact_url}
# People read in full per source and night.
max_profiles = 2000
# Requests of all sources together per night; they go where they bring most.
# max_requests = 5000
# When a night ends, by this machine's clock; what is left is asked the next night.
# until = "06:00"

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

[privacy]
# gdpr, us or custom: sets notices, terms and what an export needs (docs/privacy.md). Lines behind "#"
# show the regime's values; take the "#" away to change one.
regime = "{regime}"
{privacy}

[retention]
{retention}
"""
# Lines of [controller] that have a preset, with what stands above each.
MORE = {
    "data_protection_contact": "Where people write about their data; without it the contact above.",
    "lawful_basis": "What permits it.",
    "weighing": "The controller's interest weighed against people's: write your own.",
    "countries": "Where you work and look for people.",
    "recipients": "Who else is given the data, beside those in the ledger of exports.",
}


def create(
    folder: Path,
    controller: Controller,
    *,
    contact_url: str = "",
    privacy: Privacy = GDPR,
    retention: Retention = PRESET,
    force: bool = False,
) -> list[Path]:
    """Write the settings, folders and database of a new installation; gives what was made.

    ConfigError if a settings file is there and `force` is off, or if a controller line is empty.
    """
    refuse_existing(folder, force=force)
    path = folder / FILE_NAME
    if controller.missing:
        options = ", ".join(f"--{key}" for key in controller.missing)
        raise ConfigError(f"the controller needs {', '.join(controller.missing)}; answer or pass {options}")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text(controller, contact_url, privacy, retention), encoding="utf-8")
    return [path, *furnish(path)]


def read_rules(regime: str, lead_days: int | None) -> tuple[Privacy, Retention]:
    """The rules of a new installation; ConfigError for a regime there is no preset of."""
    if regime not in PRESETS:
        raise ConfigError(f"--regime {regime!r}: there are {', '.join(PRESETS)}; custom is written in {FILE_NAME}")
    if lead_days is not None and lead_days < 1:
        raise ConfigError(f"--lead-days {lead_days}: name a number of days from 1 on")
    return Privacy.model_validate({"regime": regime}), Retention(lead_days=lead_days)


def refuse_existing(folder: Path, *, force: bool) -> None:
    """Raise ConfigError if an installation is there already and may not be overwritten."""
    path = folder / FILE_NAME
    if path.exists() and not force:
        raise ConfigError(f"{path}: exists; edit it, or overwrite it with --force (the database stays)")


def available_roles(config: Config) -> dict[str, Path]:
    """Role profiles by name: the installation's own hide shipped ones of the same name."""
    own = {path.stem: path for path in sorted(config.roles_folder.glob("*.yaml"))}
    return dict(sorted({**shipped_roles(), **own}.items()))


def text(controller: Controller, contact_url: str = "", privacy: Privacy = GDPR, retention: Retention = PRESET) -> str:
    """The commented settings file."""
    values = {key: getattr(controller, key) for key in REQUIRED} | {"contact_url": contact_url}
    written = {key: tomlkit.string(value).as_string() for key, value in values.items()}
    return TEMPLATE.format(
        **written,
        more="\n".join(_more(controller, privacy)),
        sources="\n".join(map(section, names())),
        regime=privacy.regime,
        privacy="\n".join(_rules(privacy, privacy)),
        retention="\n".join(_rules(retention, privacy)),
    )


def _more(controller: Controller, privacy: Privacy) -> Iterator[str]:
    presets = {"lawful_basis": BASIS[privacy.regime], "weighing": WEIGHING}
    for key, meaning in MORE.items():
        given = getattr(controller, key)
        value = tomlkit.item(list(given) if isinstance(given, tuple) else given or presets.get(key, "")).as_string()
        yield f"# {meaning}"
        yield f"{key} = {value}" if given else f"# {key} = {value}"


def _rules(section: Privacy | Retention, privacy: Privacy) -> Iterator[str]:
    """The rules of a section: those stated as they are, the others with the regime's value behind "#"."""
    preset = PRESETS.get(privacy.regime, PRESETS["gdpr"])
    for key in (key for key in type(section).model_fields if key in MEANING):
        given = getattr(section, key)
        value = tomlkit.item(getattr(preset, key) if given is None else given).as_string()
        yield from _comment(f"{MEANING[key]}.")
        yield f"# {key} = {value}" if given is None else f"{key} = {value}"


def section(source: str) -> str:
    """The commented section of one source, from its card and its options."""
    card, model = about(source).card, about(source).options_model
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
    if not os.environ.get(KEY_ENV) and secret.make_key(config.key_file):
        made.append(config.key_file)
    if Store.upgrade(config.database_url) and config.database_url.startswith("sqlite:///"):
        made.append(Path(config.database_url.removeprefix("sqlite:///")))
    return made


def where_the_key_is(folder: Path) -> str:
    """Where the key stands that recognises erased people, for whoever has just made an installation."""
    if os.environ.get(KEY_ENV):
        return f"the key that recognises erased people is that of {KEY_ENV}; keep it, another one is refused"
    file = (folder / secret.FILE_NAME).absolute()
    return f"the key that recognises erased people is in {file}; keep a copy apart from the database"
