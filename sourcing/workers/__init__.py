"""A night shared by several processes, on one machine or many, through PostgreSQL.

A job is one source's night, since limits belong to a source and its token. The process that runs the night puts the
jobs into the queue, longest first, and says when everybody looks whom others named by now (the rounds of
`spiders/_course/rounds.py`). A worker takes jobs, each with a lock on source and token, and asks several sources side
by side in one process. A source that waits for the others stays open and gives up its place, so nothing is read twice
in a night without accidents. What a worker that died had begun is taken by another, which is given the kept answers and
looks at the same people in the same rounds.
"""

from sourcing.workers._lead import lead, settle
from sourcing.workers._state import alive, answering, listed
from sourcing.workers._work import require_server, work

__all__ = ["alive", "answering", "lead", "listed", "require_server", "settle", "work"]
