"""The numbers of the decision: weights in bits, thresholds, and how common words and handles are.

A model is numbered and frozen: what was scored tonight is scored the same tomorrow, so that comparing only what
changed gives what comparing everything would. Bits are log2 of the odds. The starting values are ours, after the
ranges of docs/identity.md; `identity what-if` shows what other values would do.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from sourcing.identity.facts import Facts
from sourcing.identity.places import employer
from sourcing.identity.renown import bounds
from sourcing.identity.settings import Settings
from sourcing.identity.words import handle_form, handle_stem, name_words

SMALLEST_STORE = 1_000  # a small store is a sample of the same world; its handles are no rarer for that
PARTNERS = 0.4  # accounts of the same person an account has elsewhere, on average
KEPT_FROM = 2  # borne by one person is the default


class Model(BaseModel):
    """Frozen numbers of one fit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = 1
    settings: Settings = Settings()
    accounts: int = 0  # persons in the store when it was made
    # How many persons bear it: the most accounts of any one source, since nearly everybody has one per source.
    words: Mapping[str, int] = Field(default_factory=dict)
    full: Mapping[str, int] = Field(default_factory=dict)  # names, words sorted
    handles: Mapping[str, int] = Field(default_factory=dict)
    employers: Mapping[str, int] = Field(default_factory=dict)
    renown: Mapping[str, tuple[float, ...]] = Field(default_factory=dict)  # per source, see `renown.bounds`

    @property
    def population(self) -> int:
        """Accounts the prior and all frequencies count on."""
        return max(self.accounts, SMALLEST_STORE)

    @property
    def prior(self) -> float:
        """log2 of the chance that an account and a random other one are one person."""
        return math.log2(PARTNERS / self.population)

    @property
    def growth(self) -> float:
        """Bits by which an address tells more here than in the smallest store: it still names one account of all."""
        return math.log2(self.population / SMALLEST_STORE)

    def rarities(self, counts: Mapping[str, int], texts: Sequence[str]) -> NDArray[np.float64]:
        """Bits of agreeing on each of these texts, by how many persons bear it."""
        borne = np.fromiter((counts.get(text, 1) for text in texts), dtype=np.float64, count=len(texts))
        bits: NDArray[np.float64] = np.log2(self.population / borne)
        return bits

    @property
    def digest(self) -> str:
        """Of the frequencies."""
        tables = [dict(sorted(getattr(self, name).items())) for name in (*TABLES, "renown")]
        return sha256(orjson.dumps(tables)).hexdigest()[:16]


TABLES = ("words", "full", "handles", "employers")


def fit(rows: Iterable[Facts], settings: Settings, number: int = 1) -> Model:
    """Count words, handles, employers and places of all persons, in one pass."""
    counts = {name: defaultdict[str, Counter[str]](Counter) for name in TABLES}
    figures = defaultdict[str, list[float]](list)
    accounts = 0
    for one in rows:
        if one.person and not one.alone:
            accounts += 1
            figures[one.key.source].append(one.renown)
            for name, texts in _told(one).items():
                counts[name][one.home].update(texts)
    tables = {name: _most(some.values()) for name, some in counts.items()}
    return Model.model_validate(
        {"number": number, "settings": settings, "accounts": accounts, **tables, "renown": told(figures)}
    )


def told(figures: Mapping[str, Iterable[float]]) -> dict[str, tuple[float, ...]]:
    """The bounds of every source that has some."""
    return {source: some for source in sorted(figures) if (some := bounds(figures[source]))}


def _told(one: Facts) -> dict[str, Iterable[str]]:
    words = name_words(one.name) if one.name else ()
    form = handle_form(one.handle)
    return {
        "words": set(words),
        "full": (" ".join(sorted(words)),),
        "handles": {form, handle_stem(form)},
        "employers": (employer(one.company),),
    }


def _most(counts: Iterable[Counter[str]]) -> dict[str, int]:
    """How many persons bear each text: the most of any source; texts borne by one are left out."""
    most: dict[str, int] = {}
    for some in counts:
        for text, count in some.items():
            if text and count >= KEPT_FROM and count > most.get(text, 0):
                most[text] = count
    return dict(sorted(most.items()))
