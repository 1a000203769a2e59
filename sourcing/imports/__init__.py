"""Files instead of crawling: `run` reads one into the Store; each public module here is one kind of file.

A kind has a card like a source has, and says in `read` what it keeps. Nothing here asks a network, except for the
two kinds whose owners publish files to be fetched; those go through `_download`, and nothing else does.
"""

import lazy_loader

# What is behind the door stands in `__init__.pyi`; each part is loaded when it is first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
