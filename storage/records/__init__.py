"""The frozen records all floors share: what a source says, what we decided, what was computed from both.

Three rules hold everywhere: a fact carries its `Origin`; a field an answer did not cover is absent from
`Account.observed` and never overwrites what is known; times are UTC and aware.
"""

from storage.records._base import AccountKey, Instant, Origin, Record, changed
from storage.records._collected import (
    WISH,
    Account,
    AccountEvent,
    Claim,
    Evidence,
    Gone,
    Item,
    Kind,
    Known,
    Level,
    Link,
    Quarantined,
    Sighting,
    Withdrawn,
)
from storage.records._decided import Answer, Decision, RoleVersion
from storage.records._nights import Forecast, Lane, LaneBill, LaneState, LimitLeft, Night, Outcome, Shape, Validator
from storage.records._people import Judgement, Lead, Verdict
from storage.records._scores import Part, Penalty, Receipt

__all__ = [
    "WISH",
    "Account",
    "AccountEvent",
    "AccountKey",
    "Answer",
    "Claim",
    "Decision",
    "Evidence",
    "Forecast",
    "Gone",
    "Instant",
    "Item",
    "Judgement",
    "Kind",
    "Known",
    "Lane",
    "LaneBill",
    "LaneState",
    "Lead",
    "Level",
    "LimitLeft",
    "Link",
    "Night",
    "Origin",
    "Outcome",
    "Part",
    "Penalty",
    "Quarantined",
    "Receipt",
    "Record",
    "RoleVersion",
    "Shape",
    "Sighting",
    "Validator",
    "Verdict",
    "Withdrawn",
    "changed",
]
