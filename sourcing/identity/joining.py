"""From stored accounts to leads: the one place where identity meets the Store.

A run looks only at accounts that changed and at what they could meet, and gives what looking at everything would. A
run over unchanged accounts writes nothing. What a person decided or took back is never proposed again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sourcing.identity import reading
from sourcing.identity.clusters import Cluster, Grown, grow, keep_ids
from sourcing.identity.clusters import age as age_of
from sourcing.identity.facts import Facts
from sourcing.identity.keys import keys_of
from sourcing.identity.model import Model, fit
from sourcing.identity.parting import Parted
from sourcing.identity.recording import Recorded, record
from sourcing.identity.scorer import score
from sourcing.identity.settings import Settings
from storage.records import AccountKey, Judgement, Record, Verdict
from storage.store import IdentityModel, Store

GROWN = 2.0  # times its size from which a store gets a new model before the week is over


class Joined(Record):
    """What one run of `resolve` did and found."""

    accounts: int  # accounts that have a lead
    leads: int  # leads they form now
    leads_new: int
    merged: int  # leads that became part of another
    judgements_new: int  # pairs joined that were not joined before
    judgements_undone: int  # joins that no longer hold
    joins: tuple[Judgement, ...]  # the new judgements
    counters: Mapping[str, int]  # claims, blocks and unions set aside, by reason
    looked_at: int = 0  # accounts compared tonight
    suggested: int = 0  # new suggestions for review
    withdrawn: int = 0  # suggestions there is no reason for any more
    restated: int = 0  # joins and suggestions that stand, but for other reasons or bits
    parted: tuple[Parted, ...] = ()  # the joins that no longer hold, with the reason
    quarantined: tuple[tuple[AccountKey, ...], ...] = ()  # accounts that would have made a lead over the limit


def resolve(store: Store, *, now: datetime, settings: Settings | None = None, full: bool = False) -> Joined:
    """Compare what changed, record what is proven and what is worth a look, and arrange accounts into leads."""
    model, fresh = current_model(store, settings or Settings(), now)
    run = _Run(store, model, now)
    return run.everything() if full or fresh else run.changes()


def current_model(store: Store, settings: Settings, now: datetime) -> tuple[Model, bool]:
    """The frozen model, and whether it was made just now: on other settings, after a week, when the store doubled."""
    kept = store.identity_model()
    if kept is not None and kept.content:
        model = Model.model_validate(kept.content)
        due = now - kept.fitted_at >= timedelta(days=settings.refit_days)
        outgrown = store.lead_counts()[0] > GROWN * max(model.population, kept.accounts)
        if model.settings == settings and not due and not outgrown:
            return model, False
    model = fit(reading.everybody(store), settings, number=1 + (kept.number if kept else 0))
    row = IdentityModel(
        number=model.number,
        fitted_at=now,
        digest=f"{settings.digest} {model.digest}",
        accounts=model.accounts,
        content=model.model_dump(mode="json"),
    )
    store.keep_identity_model(row)
    return model, True


class _Run:
    """One run with one model."""

    def __init__(self, store: Store, model: Model, now: datetime) -> None:
        self.store, self.model, self.now = store, model, now
        self.counters: Counter[str] = Counter()
        self.quarantined: tuple[tuple[AccountKey, ...], ...] = ()

    def everything(self) -> Joined:
        rows = reading.everybody(self.store)
        self.store.set_identity_keys({one.key: keys_of(one) for one in rows})
        found = score(rows, (), self.model)
        self.counters.update(found.counters)
        done = record(self.store, found, {one.key for one in rows}, self.store.judgements(), self.now)
        return self._finish({one.key: one for one in rows}, {one.key for one in rows}, rows, done, len(rows))

    def changes(self) -> Joined:
        stale = self.store.unresolved()
        if not stale:
            return self._nothing()
        near = reading.neighbourhood(self.store, stale, self.model.settings.block)
        self.counters["block_too_large"] += len(near.closed)
        found = score(near.touched, near.others, self.model, near.closed)
        touched = {one.key for one in near.touched}
        self.counters.update(found.counters)
        done = record(self.store, found, touched, self.store.judgements(keys=touched), self.now)
        known = {one.key: one for one in (*near.touched, *near.others)}
        fresh = [known[key] for key in stale]
        return self._finish(known, neighbours(self.store, touched), fresh, done, len(touched))

    def _finish(
        self,
        known: dict[AccountKey, Facts],
        around: set[AccountKey],
        looked: Iterable[Facts],
        done: Recorded,
        compared: int,
    ) -> Joined:
        missing = around - known.keys()
        nodes = {key: known[key] for key in around & known.keys()}
        nodes |= {one.key: one for one in reading.some(self.store, missing)}
        fresh, merged = self._arrange(nodes)
        waiting = reading.waiting(known.values())
        self.store.mark_resolved({one.key for one in looked} | waiting, waiting)
        accounts, leads = self.store.lead_counts()
        return Joined(
            accounts=accounts,
            leads=leads,
            leads_new=fresh,
            merged=merged,
            judgements_new=len(done.joined),
            judgements_undone=len(done.parted),
            joins=tuple(done.joined),
            counters={name: count for name, count in sorted(self.counters.items()) if count},
            looked_at=compared,
            suggested=done.suggested,
            withdrawn=done.withdrawn,
            restated=done.restated,
            parted=done.parted,
            quarantined=self.quarantined,
        )

    def _arrange(self, nodes: Mapping[AccountKey, Facts]) -> tuple[int, int]:
        """Give every cluster its lead id and write the moves; how many leads are new, how many vanished."""
        current = self.store.fellows(nodes)
        people = {key: one for key, one in nodes.items() if one.person or key in current}
        rows = self.store.judgements(keys=people)
        grown = grow(people, rows, self.model.settings.largest)
        self.counters.update(grown.refused)
        self.quarantined = tuple(sorted(tuple(sorted(some)) for some in grown.too_large))
        return arrange(self.store, people, grown, current, self.now)

    def _nothing(self) -> Joined:
        accounts, leads = self.store.lead_counts()
        return Joined(
            accounts=accounts,
            leads=leads,
            leads_new=0,
            merged=0,
            judgements_new=0,
            judgements_undone=0,
            joins=(),
            counters={},
        )


def neighbours(store: Store, keys: set[AccountKey]) -> set[AccountKey]:
    """All accounts whose cluster may change with these: those they share a lead with or are joined to, and so on."""
    seen: set[AccountKey] = set()
    edge = set(keys)
    while edge:
        seen |= edge
        rows = store.judgements(keys=edge)
        tied = {key for row in rows if row.verdict is Verdict.SAME for key in (row.left, row.right)}
        edge = (tied | set(store.fellows(edge))) - seen
    return seen


def arrange(
    store: Store, nodes: Mapping[AccountKey, Facts], grown: Grown, current: Mapping[AccountKey, str], now: datetime
) -> tuple[int, int]:
    """Write which lead each account belongs to now; how many leads are new, how many vanished."""
    clusters: list[Cluster] = sorted(grown.clusters(), key=lambda cluster: age_of(nodes, cluster))
    named = keep_ids(clusters, store.born(nodes))
    fresh = sum(lead is None for _, lead in named)
    new_ids = iter(store.next_lead_ids(fresh) if fresh else ())
    target = {key: lead for cluster, kept in named for lead in [kept or next(new_ids)] for key in cluster}
    moves = {key: lead for key, lead in target.items() if current.get(key) != lead}
    if moves:
        store.arrange(moves, at=now)
    vanished = {lead for key, lead in current.items() if key in target} - set(target.values())
    return fresh, len(vanished)
