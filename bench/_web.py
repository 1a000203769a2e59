"""What joining makes of accounts whose owners are known: wrong joins, duplicates by what ties them, the queue."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from zlib import crc32

from bench import _asked
from bench._adversaries import adversaries
from bench._found import Duplicates, Found, Owners, duplicates, judge, wrong
from bench._invented import SEEN, Owned, web
from bench.report import Row
from sourcing.identity.facts import Facts, Said, facts
from sourcing.identity.settings import Settings
from storage.records import AccountKey, Claim

__all__ = ["Found", "adversaries", "judge", "mistakes", "read", "report_on", "web", "wrong"]


def read(accounts: Iterable[Owned]) -> tuple[list[Facts], dict[AccountKey, int]]:
    """Facts and owners."""
    rows, owners = [], {}
    for one in accounts:
        fact = facts(one.account)
        rows.append(replace(fact, former=one.former, since=SEEN) if one.former else fact)
        owners[one.account.key] = one.owner
    return sorted(rows, key=lambda one: one.key), owners


def mistaken(rows: Sequence[Facts], every: int) -> list[Facts]:
    """The same accounts, of which every so-many-th at GitHub also names a stranger's account somewhere else."""
    others = [one for one in rows if one.key.source != "github" and one.person and not one.alone]
    out = list(rows)
    for at, one in enumerate(rows):
        if one.key.source == "github" and one.person and crc32(str(one.key).encode()) % every == 0:
            other = others[crc32(f"stranger of {one.key}".encode()) % len(others)]
            said = Said(other.address, other.url, Claim.CLAIMED, "website")
            out[at] = replace(one, said=(*one.said, said))
    return out


# --- figures ---------------------------------------------------------------------------------------------------------


def report_on(title: str, found: Found, settings: Settings, *, none_wrong: bool = False) -> Iterator[Row]:
    """The figures of one run."""
    assert settings == found.settings
    clusters = found.clusters()
    thousand, people = len(clusters) / 1000, len(set(map(found.owners.__getitem__, found.people)))
    bad = wrong(found, clusters) / thousand
    target, holds = ("0", bad == 0) if none_wrong else ("≤ 1", bad <= 1)
    note = f"{len(clusters)} leads, {people} people"
    yield Row(f"{title}, wrong joins", bad, "per 1,000 leads", note, target, holds)
    if not none_wrong:
        yield from _duplicates(title, duplicates(found, clusters), thousand)
        yield from _asked.rows_of(title, found, clusters)
    yield Row(f"{title}, largest lead", float(max(map(len, clusters), default=0)), "accounts")


def _duplicates(title: str, left: Duplicates, thousand: float) -> Iterator[Row]:
    unit = "per 1,000 leads"
    proof, linked = left.proof / thousand, left.linked / thousand
    note = f"{left.proof} proof, {left.claim} a claim one way, {left.page} a page both name"
    whole, plain = left.all / thousand, f"{title}, remaining duplicates"
    yield Row(f"{plain}, all", whole, unit, "most are tied by nothing anybody published", "≤ 10", whole <= 10)
    yield Row(f"{plain} that links of people's own tie in any way", linked, unit, note, "≤ 10", linked <= 10)
    yield Row(f"{title}, duplicates that links of their own prove", proof, unit, "", "≤ 10", proof <= 10)
    yield Row(f"{title}, duplicates that nothing public ties", left.nothing / thousand, unit, "no bar: nobody can know")
    yield Row(f"{title}, duplicates that may not be joined", left.forbidden / thousand, unit, "terms of the source")


def mistakes(title: str, rows: Sequence[Facts], owners: Owners, settings: Settings, every: int) -> Row:
    """Wrong joins if more people named strangers than do in the web."""
    found = judge(mistaken(rows, every), owners, settings)
    clusters = found.clusters()
    bad = wrong(found, clusters) / (len(clusters) / 1000)
    figure = f"{title}, wrong joins if 1 in {every} at GitHub named a stranger besides"
    return Row(figure, bad, "per 1,000 leads", "no bar: how the rules bear a worse web")
