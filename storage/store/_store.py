"""The Store: the verbs of every subject behind one name."""

from storage.store._collecting import Collecting
from storage.store._decisions import Decisions
from storage.store._desk import Desk
from storage.store._exports import Exports
from storage.store._features import Features
from storage.store._identity import Identity
from storage.store._judging import Judging
from storage.store._lanes import Lanes
from storage.store._leads import Leads
from storage.store._lists import Lists
from storage.store._nights import Nights
from storage.store._scores import Scores
from storage.store._search import Search
from storage.store._suggested import Suggested
from storage.store._users import Users


class Store(
    Collecting,
    Lanes,
    Nights,
    Judging,
    Identity,
    Leads,
    Scores,
    Features,
    Lists,
    Decisions,
    Desk,
    Exports,
    Search,
    Suggested,
    Users,
):
    """The one door to the database; open it with `Store.open`, create or migrate with `Store.upgrade`."""
