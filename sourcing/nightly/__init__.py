"""One night: plan → crawl → resolve → score → report. Each step can be run again and continues where it was.

A source that fails is an outcome, not an end: the others go on. A stop by the user or the system at any
moment closes the night as interrupted; a night that never got that far is closed by the next one.
"""

import lazy_loader

# What is behind the door stands in `__init__.pyi`; each part is loaded when it is first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
