"""Notes on a lead: written with author and time, never deleted, struck when they no longer hold."""

from datetime import datetime

from storage.errors import ConfigError
from storage.store import Note, Store

MOST = 4_000  # code points of one note


def add(store: Store, lead: str, text: str, *, by: str, now: datetime) -> Note:
    """Write a note; ConfigError for an empty or too long one, UnknownLead for an unknown lead."""
    said = text.strip()
    if not said:
        raise ConfigError("the note is empty; write what the next reader should know")
    if len(said) > MOST:
        raise ConfigError(f"the note has {len(said)} characters, the most is {MOST}; shorten it")
    return store.add_note(lead, said, by=by, at=now)


def strike(store: Store, lead: str, number: int, *, by: str, now: datetime) -> Note:
    """Strike a note of a lead; ConfigError if it has none of that number, StoreError if it is struck already."""
    if number not in {note.id for note in store.notes(store.living_lead(lead))}:
        raise ConfigError(f"{lead} has no note {number}; reload its page")
    return store.strike_note(number, by=by, at=now)
