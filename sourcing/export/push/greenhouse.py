"""Greenhouse's Harvest interface: POST /v1/candidates on behalf of a user. From memory, not tried on a live account."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sourcing.export.presets import first_name, last_name
from sourcing.export.push.base import CLOCKS, MOST_PAGES, TAG, System, There, addresses, too_many
from sourcing.export.push.client import Client
from sourcing.ranking import Row

PAGE = "500"  # most a page holds


class Greenhouse(System):
    """Candidates with one application each, for the job of the role."""

    name = "greenhouse"

    def headers(self) -> Mapping[str, str]:
        """Who acts."""
        return {"On-Behalf-Of": self.settings.user}

    def body(self, row: Row) -> Mapping[str, Any]:
        """A candidate and the application that Harvest asks for."""
        job = self.settings.jobs.get(row.role, "")
        return {
            "first_name": first_name(row),
            "last_name": last_name(row),
            "title": row.headline,
            "company": row.company,
            "addresses": [{"value": row.location, "type": "other"}] if row.location else [],
            "website_addresses": [{"value": url, "type": "other"} for url in addresses(row)],
            "tags": [TAG],
            "applications": [{"job_id": int(job) if job.isdecimal() else job}],
        }

    def there(self, client: Client, since: datetime | None) -> Iterator[There]:
        """Candidates created since a moment; nobody without one, since Harvest cannot be asked for an address."""
        if since is None:
            return
        path, params = self.settings.path, {"created_after": (since - CLOCKS).isoformat(), "per_page": PAGE}
        for _ in range(MOST_PAGES):
            rows, path = client.get(path, params)
            yield from (_there(one) for one in rows)
            params = {}  # the address of the next page holds them
            if not path:
                return
        raise too_many()

    def why_not(self, row: Row) -> str:
        """Harvest requires a first and a last name."""
        return super().why_not(row) if last_name(row) else "one word for a name, Greenhouse wants two; enter by hand"


def _there(one: Mapping[str, Any]) -> There:
    given = (*(one.get("website_addresses") or ()), *(one.get("social_media_addresses") or ()))
    name = f"{one.get('first_name') or ''} {one.get('last_name') or ''}"
    return There.of(str(one["id"]), name, [str(address.get("value", "")) for address in given])
