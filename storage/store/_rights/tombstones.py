"""Tombstones: keyed hashes of erased people, met before anything is stored.

A person is met again by an account's id or handle at its source, by the address of a profile or a website they called
their own, wherever that is named as somebody's own. What others say of them is left out as well: work at an address
below their profile, links to it, "@handle" in texts.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from sqlalchemy import Connection, select

from storage import text as spelling
from storage.records import Account, AccountKey, Claim, Evidence, Gone, Link
from storage.store._rights import keyed as _keyed
from storage.store._saving.batch import AccountItem, Batch, WorkItem
from storage.store._saving.rows import account_hash, evidence_hash
from storage.store._sql import among, insert_new
from storage.tables import tombstone

Words = tuple[str, ...]
ERASED = "[erased]"
_MENTION = re.compile(r"@([\w.-]{1,100})")
_OWNED = re.compile(r"https?://[^/?#]+/(?:[^/?#]+/){0,2}[^/?#]+")
_TEXTS = ("headline", "bio")


def signs_of(account: Account, former: Iterable[str] = (), shared: Collection[str] = ()) -> set[Words]:
    """What an account is met again by: its id, its handles, its profile, its websites but those others share."""
    found = {_id(account.key)} | {
        ("handle", account.source, spelling.handle_key(one)) for one in (account.handle, *former)
    }
    found |= {("website", site) for site in sites_of(account) if site not in shared}
    return found | {("word", word) for word in words_of(account, former)}


def sites_of(account: Account) -> set[str]:
    """The address of an account's page and those it calls its own; profiles at known sites belong to their accounts.

    Anybody can claim a profile: were claimed ones buried, an erasure could hide somebody else.
    """
    own = {link.url for link in account.links if _own(link) and spelling.profile_key(link.url) is None}
    found = {key for url in own if (key := spelling.link_key(url))}
    if (page := spelling.link_key(account.url)) and "/" in page:
        found.add(page)
    return found


def words_of(account: Account, former: Iterable[str] = ()) -> set[str]:
    """The words an account is named by in addresses and in what spiders remember, in lower case."""
    names = {spelling.handle_key(one) for one in (account.handle, *former)} | {account.source_id.lower()}
    tails = {name.rpartition("/")[2] for name in names} | {name.partition("@")[0] for name in names}
    return {one for one in names | tails if telling(one)}


def telling(word: str) -> bool:
    """Whether a word can stand for somebody: short ones and small numbers stand for too much else."""
    return len(word) >= (6 if word.isdecimal() else 3)


def bury(connection: Connection, signs: Collection[Words], key: bytes) -> int:
    """Write tombstones; ConfigError without the key the database was begun with."""
    _keyed.begin(connection, key)
    marks = sorted({_keyed.keyed(key, *words) for words in signs})
    insert_new(connection, tombstone, [{"hash": mark} for mark in marks])
    return len(marks)


def any_buried(connection: Connection) -> bool:
    """Whether there are tombstones at all."""
    return connection.execute(select(tombstone.c.hash).limit(1)).first() is not None


def buried(connection: Connection, asked: Iterable[Words], key: bytes) -> set[Words]:
    """Of these words those with a tombstone."""
    marks = {_keyed.keyed(key, *words): words for words in asked}
    chosen = select(tombstone.c.hash).where(among(connection, tombstone.c.hash, list(marks)))
    return {marks[mark] for mark in connection.execute(chosen).scalars()} if marks else set()


def without_buried(connection: Connection, source: str, handles: Iterable[str], key: bytes) -> list[str]:
    """Handles of a source without those of erased people; ConfigError with another key than the database's."""
    named = list(handles)
    if not named or not any_buried(connection):
        return named
    _keyed.require(connection, key)
    signs: dict[str, Words] = {one: ("handle", source, spelling.handle_key(one)) for one in named}
    found = buried(connection, signs.values(), key)
    return [one for one in named if signs[one] not in found]


def drop_buried(connection: Connection, batch: Batch, key: bytes) -> tuple[int, int]:
    """Take the items of erased people out of a batch, and what others say of them; gives how many of each.

    ConfigError if the key is not the one the tombstones were made with: nothing is stored then.
    """
    if not any_buried(connection):
        return 0, 0
    _keyed.require(connection, key)
    signs = {owner: set(_signs(batch, owner)) for owner in batch.owners()}
    said = {words for owner in batch.owners() for words in _said(batch, owner)}
    found = buried(connection, said.union(*signs.values()), key)
    gone = {owner for owner, own in signs.items() if own & found}
    dropped = drop_owners(batch, gone)
    return dropped, _silence(batch, found) if found else 0


def drop_owners(batch: Batch, gone: Iterable[AccountKey]) -> int:
    """Take all items of these accounts out of a batch; gives how many."""
    owners = set(gone)
    dropped = sum(len(batch.accounts.pop(owner, ())) for owner in owners)
    for name in [name for name, said in batch.work.items() if said[0][0].account in owners]:
        dropped += len(batch.work.pop(name))
    return dropped


def _signs(batch: Batch, owner: AccountKey) -> Iterator[Words]:
    yield _id(owner)
    for item, _ in batch.accounts.get(owner, ()):
        yield from _item_signs(item)


def _id(key: AccountKey) -> Words:
    return ("id", *key)


def _own(link: Link) -> bool:
    return link.claim is not Claim.MENTIONED


def _item_signs(item: AccountItem) -> Iterator[Words]:
    if isinstance(item, Gone):
        return
    source = item.source if isinstance(item, Account) else item.account.source
    yield ("handle", source, spelling.handle_key(item.handle))
    if isinstance(item, Account):
        yield from (("website", site) for link in item.links if _own(link) and (site := spelling.link_key(link.url)))
        if site := spelling.link_key(item.url):
            yield ("website", site)


# --- what others say of them -----------------------------------------------------------------------------------------


def _said(batch: Batch, owner: AccountKey) -> Iterator[Words]:
    for item, _ in batch.accounts.get(owner, ()):
        if isinstance(item, Account):
            yield from (("website", site) for link in item.links if (site := spelling.link_key(link.url)))
            yield from _mentions(owner.source, *(getattr(item, name) for name in _TEXTS))
    for pieces in batch.work.values():
        for piece, _ in pieces:
            if piece.account == owner and isinstance(piece, Evidence):
                yield from (("website", page) for page in pages_above(piece.url))
                yield from _mentions(owner.source, piece.title, piece.text)


def pages_above(url: str) -> Iterator[str]:
    """The profiles an address lies below or is: "github.com/ada" for a repository of hers."""
    whole = _OWNED.match(url)
    if whole is None:
        return
    parts = whole[0].split("/")
    for end in range(4, len(parts) + 1):
        page = "/".join(parts[:end])
        if (end == len(parts) or spelling.profile_key(page)) and (found := spelling.link_key(page)):
            yield found


def _mentions(source: str, *texts: str | None) -> Iterator[Words]:
    for text in texts:
        for name in _MENTION.findall(text or ""):
            yield ("handle", source, spelling.handle_key(name.rstrip(".-")))


def _silence(batch: Batch, found: set[Words]) -> int:
    """Leave out of what others say whatever speaks of somebody buried."""
    count = 0
    for items in batch.accounts.values():
        for at, (item, _) in enumerate(items):
            fresh = _quiet(item, found) if isinstance(item, Account) else item
            if isinstance(fresh, Account) and fresh is not item:
                items[at], count = (fresh, account_hash(fresh)), count + 1
    for name, pieces in list(batch.work.items()):
        kept = [said for one in pieces if (said := _piece(one, found)) is not None]
        count += sum(one not in pieces for one in kept) + len(pieces) - len(kept)
        if kept:
            batch.work[name] = kept
        else:
            del batch.work[name]
    return count


def _quiet(item: Account, found: set[Words]) -> Account:
    links = tuple(link for link in item.links if ("website", spelling.link_key(link.url) or "") not in found)
    said = {name: _blanked(getattr(item, name), item.source, found) for name in _TEXTS}
    update: Mapping[str, object] = {**said, "links": links}
    changed = any(getattr(item, name) != value for name, value in update.items())
    return item.model_copy(update=dict(update)) if changed else item


def _piece(one: tuple[WorkItem, bytes], found: set[Words]) -> tuple[WorkItem, bytes] | None:
    piece, _ = one
    if not isinstance(piece, Evidence):
        return one
    if any(("website", page) in found for page in pages_above(piece.url)):
        return None
    said = {name: _blanked(getattr(piece, name), piece.account.source, found) for name in ("title", "text")}
    if all(getattr(piece, name) == value for name, value in said.items()):
        return one
    quiet = piece.model_copy(update=said)
    return quiet, evidence_hash(quiet)


def _blanked(text: str | None, source: str, found: set[Words]) -> str | None:
    def put(match: re.Match[str]) -> str:
        return ERASED if ("handle", source, spelling.handle_key(match[1].rstrip(".-"))) in found else match[0]

    return _MENTION.sub(put, text) if text and "@" in text else text
