"""`python -m bench.faults PART`: one part of what nights survive, or all of them."""

import sys
from importlib import import_module
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run the part named first with the other arguments, or all parts; 1 if a bar is missed."""
    parts = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_"))
    if arguments and arguments[0] not in parts:
        print(f"no part {arguments[0]!r}; there are: {', '.join(parts)}", file=sys.stderr)
        return 2
    chosen, rest = ([arguments[0]], arguments[1:]) if arguments else (parts, [])
    return max(int(import_module(f"bench.faults.{part}").main(rest)) for part in chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
