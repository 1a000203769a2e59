"""Headers of an answer as plain text."""

from collections.abc import ItemsView

from scrapy.http import Headers, Response


def plain_items(headers: Headers) -> ItemsView[bytes, list[bytes]]:
    """Names with all their values, as they are kept; Scrapy's own way looks each name up anew."""
    return dict.items(headers)


def plain_headers(response: Response) -> dict[str, str]:
    """Header names in lower case, last value of each."""
    return {k.decode("latin-1").lower(): v[-1].decode("latin-1") for k, v in plain_items(response.headers) if v}
