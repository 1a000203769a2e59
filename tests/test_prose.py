"""What people write about themselves: addresses and how strongly they are claimed, contacts, markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders._reading import prose as _prose
from storage.records import Claim
from storage.text import web_address

CLAIMS = [
    ("ML engineer. github.com/ada", [("https://github.com/ada", "claimed")]),
    ("GitHub: https://github.com/ada | Site: https://ada.example", None),
    ("🌐 https://ada.example", [("https://ada.example", "claimed")]),
    ("Blog - https://ada.example/blog.", [("https://ada.example/blog", "claimed")]),
    ("(https://ada.example/a_(b)).", [("https://ada.example/a_(b)", "claimed")]),
    ("@ada@social.example", [("https://social.example/@ada", "claimed")]),
    ("My toots are at @ada@social.example these days", [("https://social.example/@ada", "mentioned")]),
    ("Maintainer of https://github.com/other", [("https://github.com/other", "mentioned")]),
    ("Working at: https://employer.example", [("https://employer.example", "mentioned")]),
    ("Code: github.com/ada", [("https://github.com/ada", "claimed")]),
    ("Paper: https://papers.example/1", [("https://papers.example/1", "mentioned")]),
    ("https://a.example, https://b.example", [("https://a.example", "mentioned"), ("https://b.example", "mentioned")]),
    ("Thanks to https://a.example\nhttps://a.example", [("https://a.example", "claimed")]),
    ("I write Node.js and vue.js, e.g. for fun", []),
    ("ada@mail.example or https://user:pw@ada.example", []),
    ("ftp://ada.example javascript:alert(1)", []),
    ("", []),
    (None, []),
]


@pytest.mark.parametrize(("text", "expected"), CLAIMS, ids=[str(case[0])[:40] for case in CLAIMS])
def test_addresses_and_their_claims(text: str | None, expected: list[tuple[str, str]] | None) -> None:
    found = [(link.url, link.claim.value) for link in _prose.links(text, "bio", lambda _: None)]
    if expected is None:
        expected = [("https://github.com/ada", "claimed"), ("https://ada.example", "claimed")]
    assert found == expected


def test_too_many_addresses_are_counted() -> None:
    counted: list[str] = []
    found = _prose.links("\n".join(f"https://a{n}.example" for n in range(60)), "bio", counted.append)
    assert (len(found), counted) == (50, ["links_over_limit"] * 10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mail ada@mail.example now", "Mail [contact: see post] now"),
        ("ada [at] mail [dot] example", "[contact: see post]"),
        ("@ada@social.example and ada@mail.example", "https://social.example/@ada and [contact: see post]"),
        ("one\n\n\n\ntwo\u202e", "one\n\ntwo"),
        ("   ", None),
        (None, None),
    ],
)
def test_contacts_are_not_shown(text: str | None, expected: str | None) -> None:
    assert _prose.shown(text) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>I walk funny</p>", "I walk funny"),
        (
            '<p>Site <a href="https://ada.example/x" rel="me nofollow"><span class="invisible">https://</span>ada…</a>',
            "Site https://ada.example/x",
        ),
        ("<p>a</p><p>b &amp; c<br>d</p>", "a\n\nb & c\nd"),
        ("1 < 2 <script>x</script>", "1 < 2 x"),
    ],
)
def test_markup_becomes_plain_lines(markup: str, expected: str) -> None:
    assert _prose.shown(_prose.plain(markup)) == expected


@given(st.text() | st.from_regex(r"(@[a-z]+@|https?://|<a href=|[a-z.]+/|\s){0,30}", fullmatch=True))
def test_any_text_gives_addresses_or_nothing(text: str) -> None:
    for link in _prose.links(text, "bio", lambda _: None):
        assert web_address(link.url) == link.url
        assert link.claim in (Claim.CLAIMED, Claim.MENTIONED)
    _prose.shown(_prose.plain(text))
