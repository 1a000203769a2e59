"""Files and folders of an invented repository, by path."""

from sourcing.demo.works import Record

_SHOWN_BYTES = 512_000  # GitHub cuts the text of a blob there


def opened(repo: Record, path: str) -> Record | None:
    """The tree or blob at a path below HEAD; "" is the root, None if nothing is there."""
    files = repo["_files"]
    if path == "":
        return _tree(repo, path, [(name, isinstance(held, list)) for name, held in files.items()])
    if path == ".github" and path in files:
        return _tree(repo, path, [("workflows", True)])
    held = files.get(".github") if path == ".github/workflows" else files.get(path)
    if held is None:
        return None
    return _blob(repo, path, held) if isinstance(held, str) else _tree(repo, path, [(name, False) for name in held])


def _tree(repo: Record, path: str, held: list[tuple[str, bool]]) -> Record:
    entries = [
        {"name": name, "type": "tree" if folder else "blob", "path": f"{path}/{name}".lstrip("/")}
        for name, folder in sorted(held)
    ]
    return {"__typename": "Tree", "id": f"T_{repo['databaseId']}", "entries": entries}


def _blob(repo: Record, path: str, text: str) -> Record:
    size = len(text.encode())
    cut = size > _SHOWN_BYTES
    return {
        "__typename": "Blob",
        "id": f"B_{repo['databaseId']}_{path}",
        "text": text[:_SHOWN_BYTES],
        "byteSize": size,
        "isTruncated": cut,
        "isBinary": False,
    }
