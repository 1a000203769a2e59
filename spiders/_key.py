"""The installation's key as a crawl finds it: settings name where it stands and never hold it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from storage.redaction import Secret
from storage.secret import installation_key


def key_of(settings: Mapping[str, Any]) -> bytes:
    """The key; b"" if there is none."""
    file = settings.get("STORE_KEY_FILE") or ""
    return installation_key(settings.get("STORE_KEY_ENV") or "", Path(file) if file else None)


def owner_of(token_env: str) -> str:
    """Digest that tells tokens apart without showing them; "" where there is none."""
    token = Secret.of(token_env).reveal()
    return hashlib.sha256(token.encode()).hexdigest()[:16] if token else ""
