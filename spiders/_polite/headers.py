"""Headers of an answer as plain text."""

from scrapy.http import Response


def plain_headers(response: Response) -> dict[str, str]:
    """Header names in lower case, last value of each."""
    return {k.decode("latin-1").lower(): v[-1].decode("latin-1") for k, v in response.headers.items() if v}
