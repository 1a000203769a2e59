"""Leads put into a store, and what the quick ways say of them worked out the careful way, lead by lead."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from scoring.engine import skills_of
from scoring.fairness.proxies import DAYS_A_YEAR, Facts
from scoring.fairness.slates import UNKNOWN
from scoring.features.language import written_in
from scoring.heard import heard
from scoring.places import band, country_of
from scoring.reading import Reading, Setting
from scoring.roles import Funnel, Role, find_role
from scoring.roles.lint import funnel, meets
from scoring.sound import sound
from sourcing.ranking import refuses
from storage.records import Lead, Level
from storage.store import Store
from tests.cases.scoring_people import NOW


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    url = f"sqlite:///{tmp_path / 'sourcing.db'}"
    Store.upgrade(url)
    with Store.open(url) as made:
        yield made


def put(store: Store, leads: Iterable[Lead]) -> None:
    """Put people into the store, each under accounts of their own."""
    for number, one in enumerate(leads):
        own = [held.model_copy(update={"source_id": f"{number}-{held.source_id}"}) for held in one.accounts]
        names = {held.key: made.key for held, made in zip(one.accounts, own, strict=True)}
        done = [piece.model_copy(update={"account": names[piece.account]}) for piece in one.evidence]
        store.save([*own, *done])
        store.arrange({made.key: f"L{number:06d}" for made in own}, at=NOW)


def careful_supply(leads: Iterable[Lead], role: Role, now: datetime) -> Funnel:
    """The funnel by reading every lead as scores do."""
    rows, unread = [], 0
    for one in leads:
        if refuses(one):
            unread += 1
        else:
            rows.append(meets(role, {shown.skill: shown for shown in skills_of(one, now, role)}))
    return funnel(role, rows, unread=unread)


def careful_facts(lead: Lead, now: datetime) -> Facts:
    """What a score should not follow, of one lead as scores read it."""
    told = heard(sound(lead, now)[0])
    ages = [(now - account.created_at).days / DAYS_A_YEAR for account in told.accounts if account.created_at]
    followers = [account.figures["followers"] for account in told.accounts if "followers" in account.figures]
    languages = written_in(Reading(told, Setting(find_role("mle"), now)))
    return Facts(
        account_age=max(ages, default=None),
        followers=max(followers, default=None),
        sources=float(len({account.source for account in told.accounts})),
        english_only=float(languages == {"en"}) if languages else None,
        country=country_of(told.accounts),
        language="+".join(sorted(languages)) or None,
    )


def careful_stratum(lead: Lead, name: str, now: datetime) -> str:
    """The stratum of one lead."""
    one = sound(lead, now)[0]
    if name == "region":
        return band(country_of(one.accounts)) or UNKNOWN
    if name == "source":
        work = Counter(piece.account.source for piece in one.evidence if piece.level > Level.CLAIM)
        return min(work, key=lambda source: (-work[source], source), default=one.accounts[0].source)
    begun = [piece.started_at or piece.event_at for piece in one.evidence if piece.level >= Level.PRACTICE]
    first = min((at for at in begun if at is not None), default=None)
    if first is None:
        return UNKNOWN
    years = (now - first).days / DAYS_A_YEAR
    bands = {3: "under 3 years", 6: "3 to 6 years", 10: "6 to 10 years"}
    return next((text for limit, text in bands.items() if years < limit), "10 years and more")
