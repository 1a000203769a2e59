"""GitHub's global node ids, made and read: opaque to clients, as the real ones are."""

from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

_LEGACY_BEFORE = 90_000_000  # accounts older than late 2021 keep the first spelling of node ids


def user_node(number: int, kind: str = "User") -> str:
    """The node id of an account; `kind` is User, Organization or Bot."""
    if number < _LEGACY_BEFORE:
        return b64encode(f"0{len(kind)}:{kind}{number}".encode()).decode()
    return _packed({"User": "U", "Organization": "O", "Bot": "BOT"}[kind], number)


def repository_node(number: int) -> str:
    """The node id of a repository."""
    return _packed("R", number)


def user_number(node: str) -> int | None:
    """The account's number in a node id of either spelling, None if it is no account's."""
    try:
        if node.split("_", maxsplit=1)[0] in ("U", "O", "BOT"):
            raw = node.split("_", 1)[1]
            return int.from_bytes(urlsafe_b64decode(raw + "=" * (-len(raw) % 4))[3:], "big")
        text = b64decode(node, validate=True).decode()
        return int("".join(filter(str.isdigit, text.partition(":")[2])))
    except (NotBase64, ValueError):
        return None


def _packed(prefix: str, number: int) -> str:
    packed = urlsafe_b64encode(b"\x92\x00\xce" + number.to_bytes(4, "big"))
    return f"{prefix}_{packed.decode().rstrip('=')}"
