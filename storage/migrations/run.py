"""Runs the migrations on an open connection, without a configuration file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def configuration(connection: Connection | None = None) -> Config:
    """Give Alembic's configuration: the scripts are in this folder."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection) -> list[str]:
    """Bring the schema to the newest revision inside the caller's transaction; gives the revisions applied."""
    config = configuration(connection)
    before = MigrationContext.configure(connection).get_current_revision()
    command.upgrade(config, "head")
    scripts = ScriptDirectory.from_config(config).iterate_revisions("head", before or "base")
    return [script.revision for script in scripts][::-1]
