"""What every process of ours does first."""

import atexit
import gc
import os
from functools import cache

OBJECTS_PER_LOOK = 200_000  # new containers before the collector looks for cycles; a command that reads makes fewer


@cache
def start_quickly() -> None:
    """Leave out work a process gains nothing by: a third of a reading command's time, a sixth of a crawl's."""
    # Looking for plugins of pydantic, of which none is wanted, reads the papers of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What is loaded stays until the end: the collector looks less often, and not at all when the process ends.
    gc.set_threshold(OBJECTS_PER_LOOK, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)
