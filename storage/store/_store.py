"""The Store: the verbs of every subject behind one name."""

from storage.store._audit import Audit
from storage.store._decisions import Decisions
from storage.store._desk import Desk
from storage.store._exports import Exports
from storage.store._features import Features
from storage.store._frontier import Questions
from storage.store._identity import Identity
from storage.store._judging import Judging
from storage.store._keeping import Keeping
from storage.store._leads import Leads
from storage.store._lists import Lists
from storage.store._nights import Nights
from storage.store._notices import Notices
from storage.store._privacy import Privacy
from storage.store._purge import Purging
from storage.store._rights import Rights
from storage.store._running import Running
from storage.store._scores import Scores
from storage.store._sealing import Sealing
from storage.store._search import Search
from storage.store._suggested import Suggested
from storage.store._users import Users
from storage.store._workers import Working


class Store(
    Audit,
    Privacy,
    Rights,
    Keeping,
    Questions,
    Nights,
    Running,
    Working,
    Judging,
    Identity,
    Leads,
    Scores,
    Features,
    Lists,
    Decisions,
    Desk,
    Exports,
    Notices,
    Purging,
    Sealing,
    Search,
    Suggested,
    Users,
):
    """The one door to the database; open it with `Store.open`, create or migrate with `Store.upgrade`."""
