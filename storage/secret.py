"""The installation's key: the secret under which erased people are remembered, in the environment or in a file."""

import os
import secrets
from pathlib import Path

from storage.errors import ConfigError
from storage.redaction import Secret

FILE_NAME = "sourcing.key"
OTHERS = 0o077  # permission bits of anybody but the owner


def installation_key(variable: str, file: Path | None = None) -> bytes:
    """The key of the environment, else of the file; b"" if there is none. ConfigError if others may read the file."""
    held = Secret.of(variable)
    if held or file is None or not file.is_file():
        return held.reveal().encode()
    if file.stat().st_mode & OTHERS:
        raise ConfigError(f"{file} can be read by others; close it with `chmod 600 {file}`")
    return Secret(file.read_text("utf-8").strip()).reveal().encode()


def make_key(file: Path, value: str = "") -> bool:
    """Write a new key, or this one, to a file only its owner may read; False, and nothing done, if there is one."""
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(opened, "w", encoding="utf-8") as out:
        out.write(f"{value or secrets.token_hex(32)}\n")
    return True
