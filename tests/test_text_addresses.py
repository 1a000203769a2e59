"""Addresses of strangers and wishes in their words, as tables of cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.text import Address, check_address, link_key, no_recruiters, profile_key, web_address

REFUSED = [
    ("https://example.com/" + "a" * 2048, "length"),
    ("javascript:alert(1)", "scheme"),
    (" java\tscript:alert(1)", "scheme"),
    ("mailto:ada@ada.example", "scheme"),
    ("localhost:8080", "scheme"),
    ("//ada.example/x", "relative"),
    ("ada.example", "relative"),
    ("", "relative"),
    ("https://", "host"),
    ("https:ada.example", "host"),
    ("https:///path", "host"),
    ("http://[::1", "host"),
    ("http://[::z]/", "host"),
    ("ht tp://ada.example", "host"),
    ("https://a\\b@c.example/", "backslash"),
    ("https://ada.example/a\\b", "backslash"),
    ("https://ada@example.com/", "userinfo"),
    ("https://@ada.example/", "userinfo"),
    ("http://a da.example/", "host"),
    ("http://ada.example/a b", "host"),
    ("http://ada.example/a\nb", "host"),
    ("http://ada..example/", "host"),
    ("http://-ada-.example/", "host"),
    ("http://ada!.example/", "host"),
    ("http://%61da.example/", "host"),
    ("http://" + "a." * 130 + "example/", "host"),
    ("http://ada.example:port/", "host"),
    ("http://ada.example:22/", "port"),
    ("http://ada.example:99999/", "port"),
    ("http://ada.example:0/", "port"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=[f"{c[1]} {c[0][:30]}" for c in REFUSED])
def test_what_is_no_address(text: str, reason: str) -> None:
    assert check_address(text) == reason
    assert web_address(text) is None


ACCEPTED = [
    ("https://ada.example/~me?q=1#x", "https://ada.example/~me?q=1#x", "ada.example"),
    (" HTTP://ADA.Example ", "http://ada.example", "ada.example"),
    ("https://ada.example:443/x", "https://ada.example/x", "ada.example"),
    ("http://ada.example:443/x", "http://ada.example:443/x", "ada.example"),
    ("https://ada.example:/x", "https://ada.example/x", "ada.example"),
    ("https://ada.example:8443/", "https://ada.example:8443/", "ada.example"),
    ("https://bücher.example/", "https://bücher.example/", "xn--bcher-kva.example"),
    ("https://аpple.example/", "https://аpple.example/", "xn--pple-43d.example"),
    ("https://my_page.ada.example./", "https://my_page.ada.example./", "my_page.ada.example"),
    ("https://ada.example/%E2%9C%93", "https://ada.example/%E2%9C%93", "ada.example"),
    ("http://[2001:db8::1]/", "http://[2001:db8::1]/", "[2001:db8::1]"),
    ("https://ada.example/a@b", "https://ada.example/a@b", "ada.example"),
]


@pytest.mark.parametrize(("text", "url", "host"), ACCEPTED, ids=[c[0] for c in ACCEPTED])
def test_what_is_an_address(text: str, url: str, host: str) -> None:
    address = check_address(text)
    assert isinstance(address, Address)
    assert (address.url, address.ascii_host) == (url, host)
    assert web_address(text) == url
    assert address.mixed_script == ("аpple" in text)


@given(st.text() | st.from_regex(r"https?://[a-z@:\\/\[\]0-9.%\s]{0,20}", fullmatch=True))
def test_any_text_is_an_address_or_has_a_reason(text: str) -> None:
    found = check_address(text)
    if isinstance(found, Address):
        assert check_address(found.url) == found
    else:
        assert found in {"length", "scheme", "relative", "host", "backslash", "userinfo", "port"}
    key = link_key(text)
    assert key is None or link_key(f"https://{key}") == key


SAME = [
    ("https://www.ada.example/", "ada.example"),
    ("http://ADA.example", "ada.example"),
    ("ada.example/blog/", "ada.example/blog"),
    ("//ada.example/blog", "ada.example/blog"),
    ("https://ada.example/Blog?utm_source=x#top", "ada.example/Blog"),
    ("https://ada.example:8443/x", "ada.example:8443/x"),
    ("https://bücher.example/", "xn--bcher-kva.example"),
    ("https://github.com/Ada/", "github.com/ada"),
    ("github.com/Ada", "github.com/ada"),
    ("https://github.com/Ada/Engine", "github.com/Ada/Engine"),
    ("https://www.kaggle.com/Ada", "kaggle.com/ada"),
    ("http://news.ycombinator.com/user?id=Ada", "news.ycombinator.com/user?id=ada"),
    ("https://news.ycombinator.com/item?id=1", "news.ycombinator.com/item"),
    ("https://twitter.com/Ada", "x.com/ada"),
    ("https://mobile.twitter.com/ada", "x.com/ada"),
    ("https://uk.linkedin.com/in/Ada-L/", "linkedin.com/in/ada-l"),
    ("https://de.linkedin.com/in/Jos%C3%A9-muestra-1a/?trk=x", "linkedin.com/in/josé-muestra-1a"),
    ("https://www.linkedin.com/in/josé-muestra-1a", "linkedin.com/in/josé-muestra-1a"),
    ("https://stackoverflow.com/users/990000001/ada-example", "stackoverflow.com/users/990000001"),
    ("https://stats.stackexchange.com/users/71/ada?tab=tags", "stats.stackexchange.com/users/71"),
    ("https://discuss.pytorch.org/users/Ada", "discuss.pytorch.org/u/ada"),
    ("https://forum.example/x", "forum.example/x"),
    ("https://team.ada.example/x", "team.ada.example/x"),
    ("https://Social.example/@Ada/", "social.example/@ada"),
    ("https://other.example/@Ada@social.example", "social.example/@ada"),
    ("https://medium.com/@Ada", "medium.com/@Ada"),
    ("javascript:alert(1)", None),
    ("ada", None),
    ("ada@ada.example", None),
    ("", None),
]


@pytest.mark.parametrize(("url", "key"), SAME, ids=[c[0] for c in SAME])
def test_link_key(url: str, key: str | None) -> None:
    assert link_key(url) == key


PROFILES = [
    ("https://github.com/Ada", ("github", "ada")),
    ("https://github.com/ada?tab=repositories", ("github", "ada")),
    ("https://github.com/ada#readme", ("github", "ada")),
    ("https://www.kaggle.com/ada/", ("kaggle", "ada")),
    ("https://news.ycombinator.com/user?id=ada", ("hackernews", "ada")),
    ("https://huggingface.co/ada", ("huggingface", "ada")),
    ("https://x.com/@ada", ("twitter", "ada")),
    ("https://orcid.org/0000-0002-1825-009X", ("orcid", "0000-0002-1825-009x")),
    ("https://stackoverflow.com/users/990000001/ada-example?tab=profile", ("stackexchange", "stackoverflow/990000001")),
    ("https://stats.stackexchange.com/users/71", ("stackexchange", "stats/71")),
    ("https://discuss.pytorch.org/u/Ada_L/summary", ("discourse", "discuss.pytorch.org/ada_l")),
    ("https://stackoverflow.com/questions/71/ada", None),
    ("https://stackexchange.com/users/71/ada", None),
    ("https://discuss.pytorch.org/t/ada/71", None),
    ("https://forum.opencv.org/u/ada", ("discourse", "forum.opencv.org/ada")),
    ("https://social.example/@Ada", ("mastodon", "ada@social.example")),
    ("social.example/@ada_l?from=x", ("mastodon", "ada_l@social.example")),
    ("https://other.example/@Ada@Social.example/", ("mastodon", "ada@social.example")),
    ("https://bsky.app/profile/ada.example", ("bluesky", "ada.example")),
    ("https://social.example/@ada/113000000000000000", None),
    ("https://social.example/users/ada", None),
    ("https://medium.com/@ada", None),
    ("https://ada.medium.com/@ada", None),
    ("https://www.youtube.com/@ada", None),
    ("https://other.example/@ada@medium.com", None),
    ("https://dev.to/Ada_L", ("forem", "ada_l")),
    ("https://dev.to/ada/a-post-1a2b", None),
    ("https://dev.to/tags", None),
    ("https://codeberg.org/Ada", ("forgejo", "ada")),
    ("https://codeberg.org/explore", None),
    ("https://codeberg.org/ada/engine", None),
    ("https://github.com/", None),
    ("https://github.com/features", None),
    ("https://github.com/ada/engine", None),
    ("https://github.com/orgs/example/people", None),
    ("https://gist.github.com/ada", None),
    ("https://ada.github.io/", None),
    ("https://github.com.evil.example/ada", None),
    ("https://github.com:8080/ada", None),
    ("https://evil.example/github.com/ada", None),
    ("https://www.kaggle.com/competitions", None),
    ("https://news.ycombinator.com/user", None),
    ("https://news.ycombinator.com/item?id=7", None),
    ("https://linkedin.com/company/example", None),
]


@pytest.mark.parametrize(("url", "key"), PROFILES, ids=[c[0] for c in PROFILES])
def test_profile_key(url: str, key: tuple[str, str] | None) -> None:
    assert profile_key(url) == key


LEAVE_ME = [
    "No recruiters, please.",
    "❌ recruiters / headhunters",
    "🚫 Recruiters",
    "Rust, coffee. NO RECRUITERS!",
    "no unsolicited recruiter spam",
    "Recruiters: no.",
    "Recruiters, please don't contact me",
    "Recruiters need not apply",
    "not interested in talking to recruiters",
    "Please do not contact me about recruiting",
    "Don’t e-mail me if you are a recruiter",
    "Keine Recruiter oder Headhunter",
    "pas de recruteurs",
    "no headhunters",
]
WELCOME = [
    "I am a recruiter for ML roles",
    "I'm not a recruiter",
    "Recruiters welcome",
    "Recruiters: yes please",
    "We are recruiting!",
    "no one recruits like us",
    "I build recruitment software, no nonsense",
    "No longer a recruiter",
    "",
    "noticed by recruiters",
    "No. Recruiter-turned-engineer",
]


@pytest.mark.parametrize("text", LEAVE_ME)
def test_no_recruiters(text: str) -> None:
    assert no_recruiters(text)


@pytest.mark.parametrize("text", WELCOME)
def test_others_said_no_such_thing(text: str) -> None:
    assert not no_recruiters(text)
