"""The hostile payloads kept beside the project, as far as they are about texts and addresses."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage.records import AccountKey
from storage.store import Store
from storage.text import (
    Address,
    check_address,
    display,
    excerpt,
    handle_key,
    link_key,
    match_key,
    no_recruiters,
    profile_key,
)
from tests.store_kit import person

CASES = Path(__file__).parents[3] / "shared" / "recordings" / "hostile" / "cases.jsonl"
Case = dict[str, Any]
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CASES.is_file(), reason="no recordings beside the project (../shared/recordings/hostile)"),
]
NAME_LIMIT, BIO_LIMIT = 200, 4000


def cases(*categories: str) -> list[Any]:
    lines = CASES.read_text("utf-8").splitlines() if CASES.is_file() else []
    found = [case for case in map(json.loads, lines) if case["category"] in categories]
    return [pytest.param(case, id=case["id"]) for case in found]


def payload(case: Case) -> str:
    given = case["payload"]
    if case["encoding"] == "join":
        return "".join(given)
    if case["encoding"] == "generator":
        return str(given.get("prefix", "") + given["repeat"] * given["times"] + given.get("suffix", ""))
    return str(given)


@pytest.mark.parametrize("case", cases("unicode"))
def test_unicode(case: Case) -> None:
    expect, text = case["expect"], payload(case)
    shown, flags = display(text, limit=NAME_LIMIT)
    assert (shown, list(flags)) == (expect["display"], expect["flags"])
    assert match_key(shown) == expect["match_key"]
    assert case["outcome"] == ("clean" if flags else "keep")


@pytest.mark.parametrize("case", cases("unicode", "path_query", "log_terminal", "html_injection", "prompt_injection"))
def test_stored_verbatim(case: Case, lite: Store) -> None:
    if case["encoding"] not in {"text", "join"}:
        pytest.skip("not a text")
    text = payload(case)
    expected = text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    lite.save([person(AccountKey("github", "1"), handle=text or "x", name=text, bio=text)])
    (stored,) = lite.accounts()
    assert (stored.name, stored.bio) == (expected, expected)
    assert lite.check() == []


@pytest.mark.parametrize("case", cases("url_value"))
def test_addresses(case: Case) -> None:
    found = check_address(payload(case))
    assert (None if isinstance(found, Address) else found) == case["expect"]["reason"]
    assert isinstance(found, Address) == (case["outcome"] == "keep")


@pytest.mark.parametrize("case", cases("ssrf"))
def test_addresses_that_lead_inside(case: Case) -> None:
    """What the value alone can tell; hosts, answers of resolvers and redirects are judged by the fetching gate."""
    found, reason = check_address(case["payload"]["start"]), case["expect"]["reason"]
    if reason in {"userinfo", "backslash", "port", "scheme"} and "responses" not in case["payload"]:
        assert found == reason
    else:
        assert isinstance(found, Address)
        assert found.ascii_host.isascii()


@pytest.mark.parametrize("case", cases("slow_pattern"))
def test_slow_patterns_end(case: Case) -> None:
    text = payload(case)
    assert len(display(text, limit=BIO_LIMIT)[0]) <= BIO_LIMIT
    assert len(excerpt(text, BIO_LIMIT)) <= BIO_LIMIT
    for question in (match_key, handle_key, check_address, link_key, profile_key, no_recruiters):
        question(text)


@pytest.mark.parametrize("case", cases("log_terminal"))
def test_nothing_reaches_a_terminal(case: Case) -> None:
    shown = display(payload(case), limit=NAME_LIMIT)[0]
    assert shown.isprintable()
    assert len(shown) <= NAME_LIMIT
    assert case["expect"].get("display_contains", "") in shown


@pytest.mark.parametrize("case", [one for one in cases("wish") if "bio" in one.values[0]["payload"]])
def test_wishes(case: Case) -> None:
    assert no_recruiters(case["payload"]["bio"]) == (case["expect"]["flag"] == "no_recruiters")
