"""Asking the sources: which can be asked, what it will cost, and a night of them side by side."""

from sourcing.crawl.planning import past_bills, plan
from sourcing.crawl.running import agent, run, settings
from sourcing.crawl.statuses import SourceStatus, options_of, sources

__all__ = ["SourceStatus", "agent", "options_of", "past_bills", "plan", "run", "settings", "sources"]
