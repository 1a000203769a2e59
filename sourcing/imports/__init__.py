"""Files instead of crawling: `run` reads one into the Store; each public module here is one kind of file.

A kind has a card like a source has, and says in `read` what it keeps. Nothing here asks a network, except for the
two kinds whose owners publish files to be fetched; those go through `_download`, and nothing else does.
"""

from sourcing.imports._report import report
from sourcing.imports._run import Imported, cards, load, names, run

__all__ = ["Imported", "cards", "load", "names", "report", "run"]
