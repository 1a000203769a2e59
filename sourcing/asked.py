"""Of whom too little is public: in the order of what asking them would be worth, kept beside the database.

To know the first twenty-five, all have to be weighed: seconds for tens of thousands. The order holds until a receipt of
the role or a table changes, so it is kept; the file is only a shorter way, and goes with the columns when somebody is
erased (`ranking.drop_matrices`).
"""

import logging
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import orjson

from scoring import reference
from sourcing.export.files import durable
from storage.errors import StoreError
from storage.kept import code_in
from storage.records import Receipt
from storage.store import Store

THIN = "too_little_evidence"  # as `ranking` and `desk.asking` have it
_FOLDER = "_asked"  # the underscore keeps it apart from the columns of a role of that name
_AT_ONCE = 500  # receipts read at a time
_log = logging.getLogger(__name__)


def first_asked(store: Store, role: str, most: int | None = None) -> list[Receipt]:
    """The latest receipts of the section, whom to ask first at the top, the first so many of living leads."""
    return list(islice(_receipts(store, role, asking_order(store, role), most), most))


def asking_order(store: Store, role: str) -> Sequence[str]:
    """The leads of the section in the order of `scoring.asking.by_asking`, merged ones too."""
    path = store.file.with_suffix(".matrix") / _FOLDER / f"{role}.json" if store.file is not None else None
    about = [store.receipt_stamp(role), code_in(*map(Path, reference.__path__), endings=(".py", ".yaml")).hex()]
    if path is not None and (found := _read(path, about)) is not None:
        return found
    from sourcing.desk.asking import reaches

    reach = reaches(store, role)
    order = sorted(reach, key=lambda lead: (-reach[lead], lead))
    if path is not None:
        _keep(path, about, order)
    return order


def _receipts(store: Store, role: str, order: Sequence[str], most: int | None) -> Iterator[Receipt]:
    merged, rest = set(store.merged_leads()), iter(order)
    while some := list(islice(rest, most or _AT_ONCE)):
        found = store.receipts_of(role, [name for name in some if name not in merged])
        yield from (found[name] for name in some if name in found and found[name].section == THIN)


def _read(path: Path, about: Sequence[str]) -> list[str] | None:
    try:
        kept = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return list(kept["leads"]) if isinstance(kept, dict) and kept.get("about") == about else None


def _keep(path: Path, about: Sequence[str], order: Sequence[str]) -> None:
    try:
        durable(path, orjson.dumps({"about": about, "leads": order}))
    except StoreError as error:
        _log.warning("the order of %s is not kept: %s; it is made again each time", path.stem, error)
