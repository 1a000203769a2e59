"""Limit headers in the spellings of several sites, and pages that stay within their interface."""

import pytest
from scrapy.http import Response

from spiders._polite.gate import Reading
from spiders._polite.limits import spelled, structured
from spiders._reading.paging import next_page

NOW = 1_785_592_000.0  # 2026-08-01T13:46:40Z


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            {"ratelimit": '"api";r=498;t=212', "ratelimit-policy": '"fixed window";"api";q=500;w=300'},
            Reading(500, 498, 212.0),
        ),
        ({"ratelimit": '"api";r=0;t=55'}, Reading(None, 0, 55.0)),
        ({"ratelimit": "r=3, t=99999999"}, Reading(None, 3, 3600.0)),
        ({"ratelimit": '"api";r=5'}, None),
        ({"ratelimit-policy": "q=500"}, None),
        ({}, None),
    ],
)
def test_structured_headers(headers: dict[str, str], expected: Reading | None) -> None:
    assert structured(headers) == expected


@pytest.mark.parametrize(
    ("left", "reset", "date", "expected"),
    [
        ("299", "2026-08-01T13:50:00.5Z", "", Reading(300, 299, 200.5)),
        ("299", "1785592060", "", Reading(300, 299, 60.0)),
        ("299.0", "60", "", Reading(300, 299, 60.0)),
        # The site's clock is an hour ahead of ours; its reset is by its own.
        ("0", "2026-08-01T14:47:40Z", "Sat, 01 Aug 2026 14:46:40 GMT", Reading(300, 0, 60.0)),
        ("0", "2026-08-01T13:00:00Z", "", Reading(300, 0, 0.0)),
        ("many", "60", "", None),
        ("1", "soon", "", None),
    ],
)
def test_spelled_headers(left: str, reset: str, date: str, expected: Reading | None) -> None:
    headers = {"x-limit-limit": "300", "x-limit-remaining": left, "x-limit-reset": reset}
    assert spelled(headers | ({"date": date} if date else {}), "x-limit", wall=NOW) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<https://hub.example/api/models?cursor=a>; rel="next"', "https://hub.example/api/models?cursor=a"),
        ('</api/models?cursor=a>; rel="next"', "https://hub.example/api/models?cursor=a"),
        ('<https://hub.example/api/x>; rel="prev", </api/y>; rel="next"', "https://hub.example/api/y"),
        ('<https://other.example/api/models?cursor=a>; rel="next"', None),
        ('<https://hub.example/apix/models>; rel="next"', None),
        ('<https://hub.example/api/x>; rel="prev"', None),
        ("", None),
    ],
)
def test_next_page_stays_within_the_interface(link: str, expected: str | None) -> None:
    answer = Response("https://hub.example/api/models", headers={"Link": link} if link else {})
    assert next_page(answer, within="https://hub.example/api") == expected
