"""Lever's interface: POST /v1/opportunities as a user. From memory, not tried on a live account."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sourcing.export.push.base import MOST_PAGES, TAG, System, There, addresses, too_many
from sourcing.export.push.client import Client
from sourcing.ranking import Row

PAGE = "100"  # most a page holds


class Lever(System):
    """Opportunities, for the posting of the role where one is named."""

    name = "lever"

    def headers(self) -> Mapping[str, str]:
        """Nothing: who acts stands in the address."""
        return {}

    def params(self) -> Mapping[str, str]:
        """Who acts."""
        return {"perform_as": self.settings.user}

    def body(self, row: Row) -> Mapping[str, Any]:
        """An opportunity of origin "sourced"."""
        job = self.settings.jobs.get(row.role, "")
        return {
            "name": row.name,
            "headline": ", ".join(part for part in (row.headline, row.company) if part),
            "location": row.location or "",
            "links": addresses(row),
            "tags": [TAG],
            "sources": [TAG],
            "origin": "sourced",
            "postings": [job] if job else [],
        }

    def there(self, client: Client, since: datetime | None) -> Iterator[There]:
        """Everybody handed over before: Lever can be asked for a tag, so `since` is not needed."""
        del since
        params = {"tag": TAG, "limit": PAGE}
        for _ in range(MOST_PAGES):
            answer, _next = client.get(self.settings.path, params)
            for one in answer["data"]:
                yield There.of(str(one["id"]), str(one.get("name") or ""), [str(url) for url in one.get("links") or ()])
            if not answer.get("hasNext"):
                return
            params = {**params, "offset": str(answer["next"])}
        raise too_many()

    def created(self, answer: Any) -> str:
        """Lever wraps its answers."""
        return super().created(answer.get("data") if isinstance(answer, dict) else None)
