"""The next page of a REST list: only the address GitHub names, never one of our own making."""

import re

from scrapy.http import Response

_NEXT = re.compile(r'<([^<>]{1,2048})>\s*;\s*rel="next"')


def next_page(response: Response) -> str | None:
    """The address of rel="next" in the Link header; None on the last page."""
    header = response.headers.get("Link")
    match = _NEXT.search(header.decode("latin-1")) if header else None
    return match.group(1) if match else None
