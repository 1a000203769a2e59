"""Lists as files, written whole or not at all, each with a row in the ledger."""

import lazy_loader

# What is behind the door stands in `__init__.pyi`; each part is loaded when it is first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
