"""Texts sealed at rest: what people write down about others, which may hold a way to reach them.

Fernet (AES in CBC mode with an HMAC) of the `cryptography` library; the key stands in the environment, never beside the
data. Several keys with commas between them: the first seals, all of them open. Without a key nothing is sealed.
"""

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from storage.errors import ConfigError

# The library is loaded with the first key: most installations seal nothing, and every command comes by here.
if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

KEY_ENV = "SOURCING_CONTACT_KEY"
MARK = "sealed:"  # before a sealed text; a plain one that begins like it is sealed or refused, never taken for sealed


def seal(text: str) -> str:
    """The text as it is stored: sealed if there is a key. ConfigError for a plain text that looks like a sealed one."""
    box = _box(os.environ.get(KEY_ENV, ""))
    if box is not None:
        return MARK + box.encrypt(text.encode(errors="replace")).decode("ascii")
    if text.startswith(MARK):
        raise ConfigError(f"a text may not begin with {MARK!r}; write it in other words")
    return text


def unseal(stored: str) -> str:
    """The text of what is stored; ConfigError without the key it was sealed with."""
    if not stored.startswith(MARK):
        return stored
    box = _box(os.environ.get(KEY_ENV, ""))
    if box is None:
        raise ConfigError(f"notes in this database are sealed; put their key into {KEY_ENV}")
    from cryptography.fernet import InvalidToken

    try:
        return box.decrypt(stored.removeprefix(MARK)).decode()
    except InvalidToken as error:
        raise ConfigError(
            f"a note was sealed with another key than those in {KEY_ENV}; add the former one behind a comma"
        ) from error


def is_current(stored: str) -> bool:
    """Whether a stored text is as `seal` would store it now: sealed with the first key, or plain without one."""
    keys = [key for key in os.environ.get(KEY_ENV, "").split(",") if key.strip()]
    if not keys or not stored.startswith(MARK):
        return not keys and not stored.startswith(MARK)
    first = _box(keys[0])
    assert first is not None
    from cryptography.fernet import InvalidToken

    try:
        first.decrypt(stored.removeprefix(MARK))
    except InvalidToken:
        return False
    return True


def new_key() -> str:
    """A new random key."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode("ascii")


@lru_cache(maxsize=8)
def _box(keys: str) -> "MultiFernet | None":
    given = [key.strip() for key in keys.split(",") if key.strip()]
    if not given:
        return None
    from cryptography.fernet import Fernet, MultiFernet

    try:
        return MultiFernet([Fernet(key) for key in given])
    except ValueError as error:
        raise ConfigError(f"{KEY_ENV} holds no key; make one with `sourcing db seal --new-key`") from error
