"""The Store: the verbs of every subject behind one name."""

from storage.store._collecting import Collecting
from storage.store._exports import Exports
from storage.store._identity import Identity
from storage.store._judging import Judging
from storage.store._lanes import Lanes
from storage.store._leads import Leads
from storage.store._nights import Nights
from storage.store._scores import Scores


class Store(Collecting, Lanes, Nights, Judging, Identity, Leads, Scores, Exports):
    """The one door to the database; open it with `Store.open`, create or migrate with `Store.upgrade`."""
