"""The next page of a list: only the address the source names, and only within the interface it belongs to."""

import re
from urllib.parse import urljoin

from scrapy.http import Response

_NEXT = re.compile(r'<([^<>]{1,4096})>\s*;\s*rel="next"')


def next_page(response: Response, *, within: str) -> str | None:
    """The address of rel="next" in the Link header; None on the last page, or where it leads out of `within`."""
    header = response.headers.get("Link")
    found = _NEXT.search(header.decode("latin-1")) if header else None
    if found is None:
        return None
    url = urljoin(response.url, found[1])
    return url if url.startswith(f"{within.rstrip('/')}/") else None
