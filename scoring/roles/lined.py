"""A role file as plain data with the line of every key, read so that nothing in it can surprise: no bombs, no twins."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from scoring.plain_yaml import PlainLoader, TellingLoader

_NODES = 20_000  # with every alias counted as often as it is used; the largest shipped profile has about 300
_DEPTH = 20
_LONGEST_NAME = 120  # code points of a key in a message

Path = tuple[str | int, ...]


def dotted(path: Path) -> str:
    """A place in a file as messages name it, on one line: "must_have.0.level"."""
    name = ".".join(map(str, path))
    return "".join(char if char.isprintable() else "?" for char in name)[:_LONGEST_NAME]


class Fault(ValueError):
    """What is wrong with a file, and on which line if it is known."""

    def __init__(self, line: int | None, message: str) -> None:
        self.line = line
        self.message = "".join(char if char.isprintable() else " " for char in message)
        super().__init__(self.message)


class Word(NamedTuple):
    """One text of a file: where it stands, and whether it is a key."""

    line: int
    path: Path
    text: str
    is_key: bool


class Lined(NamedTuple):
    """Plain data, the line of every part of it, and all texts in the order of the file."""

    content: object
    lines: dict[Path, int]
    words: tuple[Word, ...]

    def line(self, path: Path) -> int | None:
        """The line of a part, or of the nearest part around it; None for the file as a whole."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


def read_lined(text: str) -> Lined:
    """The content of a YAML text; Fault names the line and what is wrong."""
    try:
        try:
            return _read(text, PlainLoader)
        except yaml.YAMLError:
            return _read(text, TellingLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or type(error).__name__
        raise Fault(mark.line + 1 if mark else None, f"is not readable YAML: {problem}") from error
    except RecursionError as error:
        raise Fault(None, "is not readable YAML: nested too deeply") from error
    except ValueError as error:  # a date or number that cannot be one: 2026-13-45
        if isinstance(error, Fault):
            raise
        raise Fault(None, f"is not readable YAML: {error}") from error


def _read(text: str, kind: type[PlainLoader | TellingLoader]) -> Lined:
    loader = kind(text)
    try:
        node = loader.get_single_node()
        walk = _Walk(loader)
        words = tuple(walk.words(node, (), ())) if node is not None else ()
        content = loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()
    return Lined(content, walk.lines, words)


class _Walk:
    """One pass over the nodes, before anything is built of them."""

    def __init__(self, loader: PlainLoader | TellingLoader) -> None:
        self.loader = loader
        self.lines: dict[Path, int] = {}
        self.count = 0

    def words(self, node: yaml.Node, path: Path, above: tuple[int, ...]) -> Iterator[Word]:
        self.count += 1
        line = node.start_mark.line + 1
        if self.count > _NODES:
            raise Fault(line, f"holds more than {_NODES} values once its aliases are spelled out; write it plainly")
        if id(node) in above:
            raise Fault(line, "an alias stands inside what it names; write the value out")
        if len(above) > _DEPTH:
            raise Fault(line, f"nested more than {_DEPTH} deep; a role profile is flat")
        inner = (*above, id(node))
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.MappingNode):
            yield from self._mapping(node, path, inner)
        elif isinstance(node, yaml.SequenceNode):
            for at, child in enumerate(node.value):
                yield from self.words(child, (*path, at), inner)
        elif isinstance(node, yaml.ScalarNode):
            yield self._scalar(node, path, line)

    def _mapping(self, node: yaml.MappingNode, path: Path, above: tuple[int, ...]) -> Iterator[Word]:
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise Fault(line, "a key must be a single word")
            if key.value in seen:
                first = seen[key.value]
                raise Fault(line, f"{key.value}: stands twice, first on line {first}; keep one of them")
            seen[key.value] = line
            inner = path if key.tag == "tag:yaml.org,2002:merge" else (*path, key.value)
            self.lines.setdefault(inner, line)
            yield Word(line, inner, key.value, is_key=True)
            yield from self.words(value, inner, above)

    def _scalar(self, node: yaml.ScalarNode, path: Path, line: int) -> Word:
        if node.tag == "tag:yaml.org,2002:float" and not math.isfinite(self.loader.construct_yaml_float(node)):
            raise Fault(line, f"{dotted(path)}: {node.value} is not a finite number; write a plain number")
        return Word(line, path, str(node.value), is_key=False)
