"""Which skills a file name shows: exact names, endings, folders and a few patterns."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache


class FileRules:
    """File patterns of a vocabulary, sorted so that most names are settled by two look-ups."""

    def __init__(self, patterns: Iterable[tuple[str, str]]) -> None:
        self._names: dict[str, list[str]] = {}
        self._endings: dict[str, list[str]] = {}
        self._folders: dict[str, list[str]] = {}
        self._globs: list[tuple[str, str]] = []
        for pattern, skill in patterns:
            self._add(pattern, skill)
        self.skills = lru_cache(maxsize=50_000)(self._skills)

    def _add(self, pattern: str, skill: str) -> None:
        if pattern.startswith("*.") and "*" not in pattern[1:]:
            self._endings.setdefault(pattern[1:].lower(), []).append(skill)
        elif pattern.endswith("/"):
            self._folders.setdefault(pattern.rstrip("/"), []).append(skill)
        elif "*" in pattern or "/" in pattern:
            self._globs.append((pattern, skill))
        else:
            self._names.setdefault(pattern, []).append(skill)

    def _skills(self, path: str) -> tuple[str, ...]:
        """Skills of one path or bare name, in a stable order."""
        clean = path.strip().removeprefix("./")
        name = clean.rstrip("/").rpartition("/")[2]
        dot = name.rfind(".")
        found = [*self._names.get(name, ()), *(self._endings.get(name[dot:].lower(), ()) if dot >= 0 else ())]
        found += [skill for folder, skills in self._folders.items() if _inside(clean, folder) for skill in skills]
        found += [s for glob, s in self._globs if fnmatchcase(clean, glob) or fnmatchcase(clean, f"*/{glob}")]
        return tuple(dict.fromkeys(found))


def _inside(path: str, folder: str) -> bool:
    return f"/{folder}/" in f"/{path.rstrip('/')}/"
