"""The desk of an installation in a process of its own, as `sourcing review` serves it.

Usage: python -m bench.desk._serve FOLDER PORT
"""

import sys
from pathlib import Path

from sourcing.config import load
from sourcing.review.serve import Address, run
from storage.store import Store

if __name__ == "__main__":
    config = load(Path(sys.argv[1]))
    with Store.open(config.database_url, key=config.key) as store:
        run(config, store, Address(port=int(sys.argv[2])))
