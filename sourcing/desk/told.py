"""What of a lead is searched: which work, and which texts of it."""

from collections.abc import Iterator

from storage.records import WISH
from storage.store import Piece, Profile, Said


def readable(said: Said) -> Iterator[Piece]:
    """Work without wishes about being contacted, and without ranks a person opted out of."""
    unranked = {one.key for one in said.profiles if "progression_opt_out" in one.flags}
    for piece in said.work:
        if piece.kind != WISH and not (piece.kind == "competition" and piece.account in unranked):
            yield piece


def profile_texts(profile: Profile) -> tuple[str | None, ...]:
    """The texts of an account that are searched."""
    return profile.name, profile.handle, profile.headline, profile.bio, profile.location, profile.company


def piece_texts(piece: Piece) -> tuple[str | None, ...]:
    """The texts of a piece of work that are searched."""
    return piece.title, piece.text, *piece.tags, *piece.packages
