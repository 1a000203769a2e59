"""At which forum, server or site of its source an account lives: nearly everybody has one account at each."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from storage.records import Account, AccountKey

# Sources of many forums, servers, workspaces, events or sites: where an account says which one it lives at.
_OF_ID: Mapping[str, Callable[[str], str]] = {
    "discourse": lambda text: text.rpartition("/")[0],
    "events": lambda text: text.rpartition("/")[0],
    "slack": lambda text: text.partition(".")[0],
    "ats": lambda text: text.rpartition("/")[0],
    "web": lambda text: text,  # several sites of one person are common
}
_ELSEWHERE: Mapping[str, Callable[[Account], str]] = {
    "mastodon": lambda account: account.handle.rpartition("@")[2],
    "forgejo": lambda account: urlsplit(account.url).hostname or "",
}


def host(account: Account) -> str:
    """Which one an account lives at, "" at a source that is one."""
    elsewhere, read = _ELSEWHERE.get(account.source), _OF_ID.get(account.source)
    found = elsewhere(account) if elsewhere else read(account.source_id) if read else ""
    return found.lower()


def home_of(key: AccountKey) -> str | None:
    """`Facts.home` of an account of which only the key is known; None where the key does not tell it."""
    if key.source in _ELSEWHERE:
        return None
    read = _OF_ID.get(key.source)
    found = read(key.source_id).lower() if read else ""
    return f"{key.source}/{found}" if found else key.source
