"""A local worker of one night, as the night itself starts it."""

import sys

from sourcing.workers._children import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
