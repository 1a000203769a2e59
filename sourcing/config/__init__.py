"""One Config: `sourcing.toml` for what may be read by anybody, the environment for secrets.

Every section has its model in `sections`, except the inner keys of a source: those belong to the spider, which
checks them against its own options. Errors name the file, the key, the value and the way out.
"""

from sourcing.config.installation import DATABASE_ENV, KEY_ENV, SQLITE, Config
from sourcing.config.reading import FILE_ENV, FILE_NAME, load, locate
from sourcing.config.sections import (
    ENGINES,
    REQUIRED,
    Controller,
    Crawl,
    Database,
    Exports,
    Logs,
    PushSection,
    Roles,
    Source,
    Workers,
)

__all__ = [
    "DATABASE_ENV",
    "ENGINES",
    "FILE_ENV",
    "FILE_NAME",
    "KEY_ENV",
    "REQUIRED",
    "SQLITE",
    "Config",
    "Controller",
    "Crawl",
    "Database",
    "Exports",
    "Logs",
    "PushSection",
    "Roles",
    "Source",
    "Workers",
    "load",
    "locate",
]
