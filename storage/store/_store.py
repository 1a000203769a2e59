"""The Store: the verbs of every subject behind one name."""

from storage.store._desk.decisions import Decisions
from storage.store._desk.desk import Desk
from storage.store._desk.exports import Exports
from storage.store._desk.prepared import Prepared
from storage.store._desk.search import Search
from storage.store._desk.users import Users
from storage.store._judged.features import Features
from storage.store._judged.lists import Lists
from storage.store._judged.marks import Marks
from storage.store._judged.scores import Scores
from storage.store._night.frontier import Questions
from storage.store._night.nights import Nights
from storage.store._night.running import Running
from storage.store._night.workers import Working
from storage.store._person.identity import Identity
from storage.store._person.judging import Judging
from storage.store._person.leads import Leads
from storage.store._person.suggested import Suggested
from storage.store._rights.notices import Notices
from storage.store._rights.privacy import Privacy
from storage.store._rights.purge import Purging
from storage.store._rights.rights import Rights
from storage.store._saving.counting import Counting
from storage.store._saving.keeping import Keeping
from storage.store._trail.audit import Audit
from storage.store._trail.sealing import Sealing


class Store(
    Audit,
    Privacy,
    Rights,
    Keeping,
    Counting,
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
    Marks,
    Decisions,
    Desk,
    Exports,
    Notices,
    Purging,
    Sealing,
    Prepared,
    Search,
    Suggested,
    Users,
):
    """The one door to the database; open it with `Store.open`, create or migrate with `Store.upgrade`."""
