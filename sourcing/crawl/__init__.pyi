from .limits import Limits, limits, read_budgets, read_until, with_budgets
from .planning import FORGOTTEN, Plan, SourcePlan, outlook, past_bills, plan
from .running import Elsewhere, agent, begin, close, run, settings
from .statuses import SourceStatus, options_of, sources, warnings
from .watch import NOT_STORED

__all__ = [
    "FORGOTTEN",
    "NOT_STORED",
    "Elsewhere",
    "Limits",
    "Plan",
    "SourcePlan",
    "SourceStatus",
    "agent",
    "begin",
    "close",
    "limits",
    "options_of",
    "outlook",
    "past_bills",
    "plan",
    "read_budgets",
    "read_until",
    "run",
    "settings",
    "sources",
    "warnings",
    "with_budgets",
]
