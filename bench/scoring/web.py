"""The synthetic web: a night for six roles, then how many of each first 25 truly meet every must-have of the role.

The truth of a person is never served: some of what they can do nobody sees, and some work looks like more than it is.
One in four people outside the six fields boasts of one, with hollow repositories; some are famous for something else.
Beside the product stand chance, followers, stars and keywords, over the same leads. WORLD names a folder to keep the
worlds in and to use again.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest.mock import patch

from bench.report import Row, report
from scoring.engine import Scorer
from scoring.roles import Role, find_role
from sourcing.config import FILE_NAME, load
from sourcing.demo.loud import boast
from sourcing.demo.run import ENVIRONMENT, WORLD_FILE, DemoWorld, run_demo
from sourcing.demo.truth import Truth, Truths, tell
from sourcing.demo.world import World
from storage.records import Lead
from storage.store import Store

ROLES = ("mle", "nlp", "cv", "ml-ops", "ds", "aipd")
PEOPLE = 2000
SEEDS = ("figures", "more", "third")  # other worlds than any that weights or rules were looked at with
AT = 25
BEST = (0.10, 0.05)  # shares of all people, by true fit: two other ways to call somebody qualified
BAR, AHEAD = 0.80, 0.25
OURS = "ours"
_UNIT = f"precision@{AT}"


class Night(NamedTuple):
    """What a night left behind, and who is behind it."""

    world: DemoWorld
    leads: list[Lead]
    behind: list[Truth]  # per lead
    boasting: list[bool]  # per lead
    people: list[Truth]  # everybody there


def rows() -> Iterator[Row]:
    """The figures of all roles, the mean of some worlds: 25 people alone are moved by single ones."""
    with TemporaryDirectory() as spare:
        home = Path(os.environ.get("WORLD") or spare)
        nights = [_night(home / seed, seed) for seed in SEEDS]
    for seed, night in zip(SEEDS, nights, strict=True):
        there = f"of {len(night.people)} people; {sum(night.boasting)} leads are boasters"
        yield Row(f"synthetic web {seed}, leads", len(night.leads), "leads", there)
    found = [row for name in ROLES for row in _role(nights, find_role(name))]
    yield from found
    firsts = [row.value for row in found if "qualified" in row.figure]
    yield Row("synthetic web, mean of six roles", _mean(firsts), _UNIT, "", f"≥ {BAR:.2f}", _mean(firsts) >= BAR)


def _night(folder: Path, seed: str) -> Night:
    with patch.dict(os.environ, ENVIRONMENT):
        if not (folder / WORLD_FILE).exists():
            run_demo(folder, people=PEOPLE, seed=seed, roles=ROLES)
        config = load(folder / FILE_NAME)
        with Store.open(config.database_url, key=config.key) as store:
            leads = sorted(store.leads(), key=lambda lead: lead.id)
    kept = DemoWorld.model_validate_json((folder / WORLD_FILE).read_bytes())
    world = World(kept.seed, kept.people, kept.anchor, kept.day)
    everybody = [tell(world, person) for person in world.cast.people]
    truths = Truths(world)
    behind = [everybody[_owner(truths, lead)] for lead in leads]
    boasting = [_boasts(world, truth) for truth in behind]
    return Night(kept, leads, behind, boasting, [truth for truth in everybody if truth.kind == "person"])


def _boasts(world: World, truth: Truth) -> bool:
    """Whether somebody claims a field that is not theirs."""
    person = world.cast.people[truth.person]
    return boast(person) not in (None, person.field)


def _owner(truths: Truths, lead: Lead) -> int:
    """Whose most accounts of a lead are; a lead joined wrongly counts for one of its people."""
    owners = Counter(truths[account.key].person for account in lead.accounts if account.key in truths)
    return max(owners, key=lambda person: (owners[person], -person))


def _role(nights: Sequence[Night], role: Role) -> Iterator[Row]:
    orders = [_orders(night, role) for night in nights]
    met = [[truth.kind == "person" and truth.met[role.role] >= 1 for truth in night.behind] for night in nights]
    shares = _shares(nights, orders, met)
    ours, chance = _mean(shares[OURS]), _mean(sum(good) / len(good) for good in met)
    peers = {name: _mean(values) for name, values in shares.items() if name != OURS}
    said = [f"each {' '.join(f'{value:.2f}' for value in shares[OURS])}", f"chance {chance:.2f}", *_said(peers)]
    holds = ours >= BAR and all(ours - share >= AHEAD - 1e-9 for share in peers.values())
    target = f"≥ {BAR:.2f}, {AHEAD:.2f} above each"
    yield Row(f"{role.role}, qualified among the first {AT}", ours, _UNIT, "; ".join(said), target, holds)
    boasting = [sum(night.boasting[at] for at in order[OURS][:AT]) for night, order in zip(nights, orders, strict=True)]
    yield Row(f"{role.role}, boasters among the first {AT}", _mean(boasting), "leads")
    for share in BEST:
        shares = _shares(nights, orders, [_best(night, role.role, share) for night in nights])
        peers = {name: _mean(values) for name, values in shares.items() if name != OURS}
        yield Row(f"{role.role}, of the best {share:.0%} by fit", _mean(shares[OURS]), _UNIT, "; ".join(_said(peers)))


def _orders(night: Night, role: Role) -> dict[str, list[int]]:
    """The order of the product and of every simple way."""
    scorer = Scorer(role, night.world.now)
    receipts = [scorer.score(lead) for lead in night.leads]
    ours = _order(night, [receipt.total if receipt.section == "ranked" else -1.0 for receipt in receipts])
    return {OURS: ours} | {name: _order(night, way(night, role)) for name, way in _PEERS.items()}


def _shares(
    nights: Sequence[Night], orders: Sequence[Mapping[str, list[int]]], good: Sequence[Sequence[bool]]
) -> dict[str, list[float]]:
    """Per way its share of good people in each world."""
    return {
        name: [_share(night, order[name], right) for night, order, right in zip(nights, orders, good, strict=True)]
        for name in orders[0]
    }


def _said(peers: Mapping[str, float]) -> list[str]:
    return [f"{name} {share:.2f}" for name, share in peers.items()]


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / len(held)


def _best(night: Night, role: str, share: float) -> list[bool]:
    """Which leads are people of the best share of everybody there, by true fit."""
    fits = sorted((truth.fit[role] for truth in night.people), reverse=True)
    least = fits[round(share * len(fits)) - 1]
    return [truth.kind == "person" and truth.fit[role] >= least for truth in night.behind]


def _order(night: Night, scores: Sequence[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda at: (-scores[at], night.leads[at].id))


def _share(night: Night, order: Sequence[int], good: Sequence[bool]) -> float:
    """Share of qualified people among the first leads; who stands there twice counts once."""
    return len({night.behind[at].person for at in order[:AT] if good[at]}) / AT


# ---- simple ways ------------------------------------------------------------------------------------------------


def _followers(night: Night, _: Role) -> list[float]:
    return [max((a.figures.get("followers", 0.0) for a in lead.accounts), default=0.0) for lead in night.leads]


def _stars(night: Night, _: Role) -> list[float]:
    return [
        sum(one.figures.get("stars", 0.0) for one in lead.evidence if one.kind == "repository") for lead in night.leads
    ]


def _keywords(night: Night, role: Role) -> list[float]:
    """How often the role's titles and needed skills are named anywhere: profiles, titles, descriptions, topics."""
    asked = _words(role)
    return [float(len(asked.findall(_profile(lead) + _works(lead)))) for lead in night.leads]


def _keywords_in_profiles(night: Night, role: Role) -> list[float]:
    """How many different ones profiles name."""
    asked = _words(role)
    return [float(len(set(asked.findall(_profile(lead))))) for lead in night.leads]


def _words(role: Role) -> re.Pattern[str]:
    """Titles and every spelling of the needed skills, as a boolean search would list them."""
    known = (role.vocabulary.get(skill) for group in role.must_have for skill in group.skills)
    spelled = {alias.text.lower() for skill in known if skill is not None for alias in skill.parsed()}
    spelled |= {title.alias.text.lower() for title in role.titles}
    longest = sorted(spelled, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")


def _profile(lead: Lead) -> str:
    return "\n".join(text for a in lead.accounts for text in (a.headline, a.bio) if text).lower()


def _works(lead: Lead) -> str:
    return "\n".join(" ".join((one.title, one.text or "", *one.tags)) for one in lead.evidence).lower()


_PEERS: Mapping[str, Callable[[Night, Role], list[float]]] = {
    "followers": _followers,
    "stars": _stars,
    "keywords": _keywords,
    "keywords in profiles": _keywords_in_profiles,
}


if __name__ == "__main__":
    report("scoring-web", list(rows()))
