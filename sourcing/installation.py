"""A new installation: the commented `sourcing.toml`, its folders and its database."""

from pathlib import Path

import tomlkit

from scoring.roles import shipped_roles
from sourcing.config import FILE_NAME, Config, Controller, load
from storage.errors import ConfigError
from storage.store import Store

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

# One section per source. Leave a source out and its defaults hold.
[sources.github]
# Needs a token without any scopes: export GITHUB_TOKEN=…
enabled = true
token_env = "GITHUB_TOKEN"
# api = "https://api.github.com"        # GitHub Enterprise has its own address

[sources.kaggle]
# Needs a token of the official API: export KAGGLE_API_TOKEN=…
enabled = true
token_env = "KAGGLE_API_TOKEN"
# api = "https://api.kaggle.com/v1"

[sources.hackernews]
# Needs no token.
enabled = true

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
    return TEMPLATE.format(**{key: tomlkit.string(value).as_string() for key, value in values.items()})


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
