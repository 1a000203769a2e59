"""What other weights would do, and what decisions say of the weights: differences, never verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import clean, counted, percent, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scoring.calibration import Calibration
    from scoring.what_if import Cause, Decided, Difference, Move
    from sourcing.weights import SavedRole, Tried, Tuned


def tried(row: Tried, *, listed: bool = False) -> str:
    """The difference; with `listed` the new top itself as well."""
    difference = row.difference
    lines = [_head(row), *_notes(row)]
    if listed:
        lines += ["", *_list(row)]
    lines += ["", *_movers("enters the top", difference.enters, row), *_movers("leaves it", difference.leaves, row)]
    if difference.moves:
        lines += ["", "largest moves near the top:", *(_move(move, row) for move in difference.moves)]
    return "\n".join([*lines, "", *_weights(difference), *_decided(difference.decided)])


def _head(row: Tried) -> str:
    found = row.difference
    tau = "tells nothing apart" if found.tau is None else f"Kendall tau-b {found.tau:.3f}"
    return (
        f"{row.role}: {counted(found.leads, 'lead')}; top {found.top}: {found.overlap} stay, "
        f"{len(found.enters)} enter, {len(found.leaves)} leave; {tau}"
    )


def _notes(row: Tried) -> Iterator[str]:
    if row.left_out:
        yield f"not counted, since it takes reading everybody again (--full): {', '.join(row.left_out)}"
    if row.stale:
        yield f"{counted(row.stale, 'lead')} scored by another version; `sourcing score` brings them up to date"
    for one in row.difference.weights:
        if not one.known:
            yield f"nothing is known of {one.component} yet: everybody counts as usual (--full reads it)"


def _list(row: Tried) -> Iterator[str]:
    for move in row.difference.after:
        before = "new here" if move.rank_before is None else _from(move)
        yield f"{move.rank_after:>3}. {_who(move, row)}  {move.total_after:.4f}  {before}".rstrip()


def _from(move: Move) -> str:
    return "" if move.rank_before == move.rank_after else f"from {move.rank_before}"


def _movers(said: str, moves: Sequence[Move], row: Tried) -> Iterator[str]:
    if moves:
        yield f"{said}:"
        yield from (_move(move, row) for move in moves)


def _move(move: Move, row: Tried) -> str:
    ranks = f"{_rank(move.rank_before)} → {_rank(move.rank_after)}"
    causes = ", ".join(map(_cause, move.causes))
    return f"  {ranks:>13}  {_who(move, row)}  {move.total_before:.4f} → {move.total_after:.4f}  {causes}".rstrip()


def _who(move: Move, row: Tried) -> str:
    return f"{clean(row.names.get(move.lead, ''))} [{move.lead}]"


def _rank(rank: int | None) -> str:
    return "-" if rank is None else str(rank)


def _cause(cause: Cause) -> str:
    return f"{cause.component} {cause.effect:+.3f}"


def _weights(difference: Difference) -> Iterator[str]:
    rows = [(one.component, f"{one.before:.4f}", f"{one.after:.4f}", f"{one.effect:.4f}") for one in difference.weights]
    if rows:
        yield table(("weight", "now", "then", "moves a lead by"), rows)
    else:
        yield "no weight differs"


def _decided(row: Decided) -> Iterator[str]:
    if not row.yes + row.no:
        yield "no past decisions to compare with"
        return
    yield f"past decisions: {row.yes} yes, {row.no} no"
    if row.auc_before is not None and row.auc_after is not None:
        yield f"  a yes stands above a no in {percent(row.auc_before)} of pairs now, {percent(row.auc_after)} then"
    for said, now, then in (
        ("yes", row.rank_yes_before, row.rank_yes_after),
        ("no", row.rank_no_before, row.rank_no_after),
    ):
        if now is not None and then is not None:
            yield f"  mean rank of a {said}: {now:.1f} now, {then:.1f} then"


def tuned(row: Tuned) -> str:
    """What the decisions say; the usual answer is keep."""
    from scoring.learn import FACTOR, NOISE  # it learns with numpy, which the other lists have no use for

    found = row.proposal
    counted_ = f"{found.decisions} decisions, {counted(found.pairs, 'pair')} from {counted(found.lists, 'list')}"
    lines = [f"{row.role}, version {row.version}: {counted_}"]
    if found.right_now is not None and found.right_learned is not None:
        lines.append(
            f"pairs ordered right on lists not learned from: {percent(found.right_now)} with the present weights, "
            f"{percent(found.right_learned)} with learned ones; gain {_points(found.right_learned - found.right_now)} "
            f"({_points(found.low)} to {_points(found.high)}, 95 %)"
        )
    if row.weights is None:
        return "\n".join([*lines, f"keep: {found.why}"])
    if found.right_learned is not None and found.right_learned > NOISE:
        lines.append(f"above {percent(NOISE)} of pairs one person's taste is followed, not the role: have others look")
    lines += [
        f"change: {found.why}; no weight by more than a factor of {FACTOR:g}, {', '.join(found.frozen)} not at all"
    ]
    lines += ["", tried(row.tried)] if row.tried is not None else []
    return "\n".join([*lines, "", "nothing is written; the usual answer is keep. To take it: --accept"])


def _points(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:+.1f} points"


def calibrated(row: Calibration) -> str:
    """How far totals can be read as shares of yes, with the table behind it."""
    if row.error_total is None or row.error_map is None:
        return f"totals are shown as percentiles: {row.why}"
    errors = f"expected calibration error on the newer decisions {row.error_map:.3f}, bare total {row.error_total:.3f}"
    shown = "as shares of yes" if row.used else "as percentiles"
    rows = [
        (f"{one.low:.1f}–{one.high:.1f}", one.leads, f"{one.expected:.2f}", f"{one.chosen:.2f}") for one in row.table
    ]
    return f"totals are shown {shown}: {row.why}; {errors}\n" + table(("expected", "leads", "mean", "came"), rows)


def saved(row: SavedRole) -> str:
    """Where a new version was written."""
    return f"{row.role}: version {row.version} written to {row.path}, by {clean(row.by)}: {clean(row.why)}"
