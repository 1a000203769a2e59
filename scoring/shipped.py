"""Tables this version ships, there at once: whoever finds one kept loads nothing that reads YAML."""

from pathlib import Path

from storage.kept import kept


def shipped_table(path: Path) -> object:
    """The content of a table this version ships: read once as YAML, then kept in a form that is there at once."""
    text = path.read_bytes()

    def make() -> object:
        from scoring.plain_yaml import plain_yaml

        return plain_yaml(text.decode())

    return kept(f"table-{path.stem}", (text,), make)
