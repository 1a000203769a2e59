"""A list as one page to hand on: no script, nothing loaded from anywhere, its style allowed by its digest."""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from markupsafe import Markup

from sourcing.export.about import About
from sourcing.export.columns import batches
from sourcing.html import environment
from sourcing.ranking import Row

FOLDER = Path(__file__).parent / "templates"


def write_html(rows: Iterable[Row], file: BinaryIO, *, heading: str, head: About) -> None:
    """Write the whole page, some thousand people at a time."""
    style = (FOLDER / "report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = environment(FOLDER).get_template("report.html")
    values = {
        "heading": heading,
        "head": tuple(head.lines()),
        "style": Markup(style),  # noqa: S704  our own file, and escaping it would change its digest
        "digest": f"sha256-{digest}",
        "batches": batches(rows),
    }
    file.writelines(piece.encode() for piece in page.generate(values))
