"""Workers: who there is, and what each does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import counted, duration, moment, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.store import Worker

HEAD = ("worker", "since", "heard of", "at once", "works on")


def listed(workers: Sequence[Worker], silence: float) -> str:
    """Workers, one line each; `silence` is how many seconds of it mean that one died."""
    if not workers:
        return "no worker is known; start one with `sourcing worker`, or several with `sourcing nightly --workers 2`"
    return table(HEAD, [_cells(one, silence) for one in workers])


def at_work(workers: Sequence[Worker]) -> str:
    """Who works on a night at this moment, in a line; "" if nobody does."""
    busy = [one for one in workers if one.doing]
    sources = sum(len(one.doing) for one in busy)
    return f"at work: {counted(len(busy), 'worker')} on {counted(sources, 'source')}" if busy else ""


def left(ended: int) -> str:
    """What a worker says when it leaves."""
    return (
        f"{counted(ended, 'source')} came to its end here" if ended == 1 else f"{ended} sources came to their end here"
    )


def _cells(one: Worker, silence: float) -> tuple[object, ...]:
    heard = f"{duration(one.silent)} ago" + (", given up" if one.silent > silence else "")
    doing = ", ".join(one.doing) or "nothing"
    only = f" (only {', '.join(one.sources)})" if one.sources else ""
    return one.name, moment(one.since), heard, one.at_once, doing + only
