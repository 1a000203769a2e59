"""Reference tables: where a figure stands among others of its own source, and what is usual in a role.

Tables are data with a version. A night never moves them, so nobody's score changes because others were crawled.
"""

import lazy_loader

# What is behind the door stands in `__init__.pyi`; each part is loaded when it is first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
