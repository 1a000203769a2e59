"""Scoring as functions from record batch to record batch: no Store, no clock, no state between two calls.

Each may run on rows cut in any way and in any order, on this machine or on an engine of many:

* what says something of one row (`shown`, `claimed`, `counted`, `weighed`) looks at nothing but that row;
* what says something of a lead (`totalled`, `covered`, `judged`) is given all its rows at once, and puts them in one
  order itself;
* what is put together from parts on the way is made of whole numbers, whose sums depend on no order.

A batch is whatever speaks Arrow's C interface on the way in, and a Polars frame, which does, on the way out. Within
the house both are the same columns in memory; nothing is copied, and no second table library is needed to run locally.
"""

from scoring.batches.counts import COUNTED, COUNTS, counted, totalled
from scoring.batches.judged import RECEIPTS, Judge, receipts
from scoring.batches.rows import ACCOUNTS, EVIDENCE, ROWS, account_row, columns, evidence_row, leads, tidied
from scoring.batches.shown import COVERAGE, ITEMS, Reading, claimed, covered, shown
from scoring.batches.weighed import SCORES, weighed

__all__ = [
    "ACCOUNTS",
    "COUNTED",
    "COUNTS",
    "COVERAGE",
    "EVIDENCE",
    "ITEMS",
    "RECEIPTS",
    "ROWS",
    "SCORES",
    "Judge",
    "Reading",
    "account_row",
    "claimed",
    "columns",
    "counted",
    "covered",
    "evidence_row",
    "leads",
    "receipts",
    "shown",
    "tidied",
    "totalled",
    "weighed",
]
