"""Pages from templates, with what every page shows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from sourcing.html import environment

FOLDER = Path(__file__).parent / "templates"


class Templates:
    """Renders pages with what every page shows: who is signed in, where one is, what was just said."""

    def __init__(self) -> None:
        self.environment = environment(FOLDER)

    def page(self, request: Request, name: str, values: Mapping[str, Any], *, status: int = 200) -> HTMLResponse:
        """A whole page."""
        shared = {"request": request, "path": request.url.path, **request.app.state.shared(request)}
        text = self.environment.get_template(name).render({**shared, **values})
        return HTMLResponse(text, status)
