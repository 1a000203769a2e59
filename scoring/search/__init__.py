"""Finding people by what their work says: items are searched, people are ranked by the votes of their items."""

import lazy_loader

# What is behind the door stands in `__init__.pyi`; each part is loaded when it is first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
