from ._kinds import cards, load, names
from ._report import report
from ._run import Imported, run

__all__ = ["Imported", "cards", "load", "names", "report", "run"]
