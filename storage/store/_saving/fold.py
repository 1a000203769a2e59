"""How answers fold into what is known: pure, one account or one piece of work at a time.

An answer older than the last one seen never overwrites; it only fills what nobody told us yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.records import Account, AccountEvent, AccountKey, Gone, Sighting
from storage.store._saving.rows import MERGED, account_hash, covered


@dataclass(slots=True)
class State:
    """An account as the Store holds it while a batch is folded into it."""

    key: AccountKey
    text: str  # of the key, as the tables hold it
    handle: str
    hash: bytes
    last_seen: datetime
    touched_at: datetime
    gone_at: datetime | None = None
    markers: Mapping[str, str] = field(default_factory=dict)
    # The rest is loaded only for accounts whose content may change.
    account: Account | None = None
    first_seen: datetime | None = None
    last_changed: datetime | None = None
    handle_since: datetime | None = None
    # What has to be written.
    new: bool = False
    changed: bool = False
    noted: bool = False  # markers, gone or touched moved
    seen: bool = False  # last_seen moved
    former: tuple[tuple[str, datetime], ...] = ()
    held: Mapping[str, object] | None = None  # what the person says of fields: no answer changes them
    said: Mapping[str, object] | None = None  # what answers say of those fields
    events: tuple[AccountEvent, ...] = ()


def begin(account: Account, content: bytes, key: AccountKey) -> State:
    """Give the state of an account nobody knew."""
    seen = account.origin.seen_at
    return State(
        key=key,
        text=str(key),
        handle=account.handle,
        hash=content,
        last_seen=seen,
        touched_at=seen,
        markers=account.markers,
        account=account,
        first_seen=seen,
        last_changed=seen,
        handle_since=seen,
        new=True,
        seen=True,
    )


def answer(state: State, account: Account, content: bytes) -> None:
    """Fold one answer in; `state.account` must be loaded if the hashes differ."""
    seen = account.origin.seen_at
    stale = seen < state.last_seen
    if content != state.hash:
        assert state.account is not None
        _take(state, merge(account, state.account) if stale else merge(state.account, account), seen)
    _saw(state, seen, {} if stale else account.markers)


def sighting(state: State, seen: Sighting) -> None:
    """Fold in that an account was seen unchanged; a new handle is a rename, for which the account is loaded."""
    if seen.handle != state.handle and seen.seen_at >= state.last_seen:
        assert state.account is not None
        _take(state, state.account.model_copy(update={"handle": seen.handle}), seen.seen_at)
    _saw(state, seen.seen_at, {} if seen.seen_at < state.last_seen else seen.markers)


def gone(state: State, item: Gone) -> bool:
    """Fold in that an account is gone and say whether that is news; an answer older than the last sighting is none."""
    at = item.origin.seen_at
    if state.gone_at is not None or at < state.last_seen:
        return False
    state.gone_at = at
    _note(state, at)
    _tell(state, "gone", item.reason, at)
    return True


def touch(state: State, at: datetime) -> None:
    """Fold in that the work of an account changed."""
    if at > state.touched_at:
        _note(state, at)


def merge(older: Account, newer: Account) -> Account:
    """Join two answers: the newer one decides what it covers, the older one fills the rest."""
    told = covered(newer)
    kept = {name: getattr(older, name) for name in (*MERGED, "kind") if name not in told}
    flags = newer.flags if "flags" in told else {*older.flags, *newer.flags}
    update = kept | {
        "flags": tuple(sorted(flags)),
        "figures": newer.figures if "figures" in newer.observed else {**older.figures, **newer.figures},
        "observed": told | covered(older),
    }
    return newer.model_copy(update=update)


def with_cover(account: Account) -> Account:
    """Give the answer with everything it covers named in `observed`."""
    told = covered(account)
    return account if told is account.observed else account.model_copy(update={"observed": told})


def _take(state: State, merged: Account, seen: datetime) -> None:
    if state.held:
        merged = _corrected(state, merged, state.held)
    content = account_hash(merged)
    if content == state.hash:
        return
    known = state.account
    assert known is not None
    if merged.handle != state.handle:
        _rename(state, merged.handle, seen)
    if "no_recruiters" in merged.flags and "no_recruiters" not in known.flags:
        _tell(state, "opted_out", "no_recruiters", seen)
    at = max(seen, state.last_changed or seen)
    state.account, state.hash, state.changed, state.last_changed = merged, content, True, at
    state.touched_at = max(at, state.touched_at)


def _corrected(state: State, merged: Account, held: Mapping[str, object]) -> Account:
    """Lay what the person says over an answer, and note what the answer says."""
    other = {name: said for name in held if (said := getattr(merged, name)) != held[name]}
    state.said = {**(state.said or {}), **other}
    told = frozenset(merged.observed | held.keys())
    return merged.model_copy(update={name: held[name] for name in other} | {"observed": told})


def _rename(state: State, handle: str, seen: datetime) -> None:
    assert state.handle_since is not None
    _tell(state, "renamed", f"{state.handle} → {handle}", seen)
    state.former += ((state.handle, state.handle_since),)
    state.handle, state.handle_since = handle, seen


def _saw(state: State, seen: datetime, markers: Mapping[str, str]) -> None:
    if markers and not markers.items() <= state.markers.items():
        state.markers = {**state.markers, **markers}
        state.noted = True
    if state.gone_at is not None and seen >= state.gone_at:
        state.gone_at = None
        _note(state, seen)
        _tell(state, "returned", "", seen)
    if seen > state.last_seen:
        state.last_seen, state.seen = seen, True


def _note(state: State, at: datetime) -> None:
    state.touched_at = max(state.touched_at, at)
    state.noted = True


def _tell(state: State, event: str, detail: str, at: datetime) -> None:
    state.events += (AccountEvent(account=state.key, event=event, detail=detail, at=at),)
