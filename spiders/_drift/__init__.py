"""What the records of a source carry, and which fields are not believed tonight because they suddenly carry nothing.

A value is a fact as soon as it is read. That a field is *empty* is believed only once a later record of the same kind
carries it: a field that vanished at the source looks the same as a person who has emptied it, and believing it would
replace values known by nothing. So what a record lacks is held back, never the record itself: it is stored at once
without saying anything of the field, and told in full when the field has shown that it is alive. A field that has not
by the end of the run, though it usually does, is stopped: its gaps are never told, and what is known of it stays.
"""

from spiders._drift.believing import GONE, STOP_POINTS, SURE, Drift, Held, believed
from spiders._drift.shapes import (
    ENOUGH,
    FIGURE,
    GOOD_RUNS,
    UNREAD,
    comparable,
    good_runs,
    names_of,
    past_shapes,
    rate_of,
    usual_rates,
)

__all__ = [
    "ENOUGH",
    "FIGURE",
    "GONE",
    "GOOD_RUNS",
    "STOP_POINTS",
    "SURE",
    "UNREAD",
    "Drift",
    "Held",
    "believed",
    "comparable",
    "good_runs",
    "names_of",
    "past_shapes",
    "rate_of",
    "usual_rates",
]
