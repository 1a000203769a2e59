"""Addresses and numbers of contact in whatever a source says: taken out before anything is stored, and counted."""

from collections import Counter

import pytest

from spiders._reading.allowed import CONTACT, allowed
from spiders._reading.contacts import SEE_POST, without_mail, without_phones
from spiders._registry import load, names
from storage.records import Account, AccountKey, Evidence, Level
from tests.house_of_sourcing import account, origin

MAILS = [
    "ada@example.org",
    "Ada <ada.l+x@mail.example.co.uk>",
    "ada [at] example [dot] org",
    "ada (at) example.org",
    "ada at gmail dot com",
    "Signed-off-by: Ada <ada@example.org>",
]
NONE = [
    "@ada@social.example",
    "https://social.example/@ada",
    "react@18.2.0",
    "git@github.com:ada/x.git",
    "working at example.com",
    "looks at me",
    "pkg@main",
    "@ada",
    "x@y",
    "https://medium.example/@ada.l/post",
]


@pytest.mark.parametrize("text", MAILS)
def test_addresses_are_taken_out(text: str) -> None:
    done = without_mail(f"Compilers. {text}, Rust")
    assert done.removed == 1
    assert "ada" not in (done.text or "").replace("Ada", "")
    assert str(done.text).startswith("Compilers. ")
    assert str(done.text).endswith("Rust")


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_address_stays(text: str) -> None:
    assert without_mail(text) == (text, 0)


@pytest.mark.parametrize(
    ("text", "removed"),
    [
        ("+49 170 1234567", 1),
        ("(030) 123 456 78", 1),
        ("2101.00001v2", 0),
        ("2101.00001", 0),
        ("2019 2020 2021 2022", 0),
        ("(415) 555-2671", 1),
        ("1,000,000 downloads", 0),
        ("0000-0002-1825-0097", 0),
    ],
)
def test_numbers_of_telephones(text: str, removed: int) -> None:
    assert without_phones(text).removed == removed


@pytest.mark.parametrize("source", [one for one in names() if "bio" in load(one).card.fields])
def test_of_every_source(source: str) -> None:
    """Wherever it stands: in texts and names of accounts, in titles and texts of work."""
    card = load(source).card
    said = "Write to ada@example.org"
    one = account(
        "github", "ada", name=said, headline=said, bio=f"{said} or +49 170 1234567", location=said, company=said
    )
    one = one.model_copy(update={"source": source})
    piece = Evidence(
        account=AccountKey(source, "id-ada"),
        source_id="1",
        kind="repository",
        url="https://github.com/ada/x",
        title=said,
        text=f"{said}. See arXiv 2101.00001 of 2021",
        level=Level.PRACTICE,
        origin=origin("github"),
    )
    counted: Counter[str] = Counter()
    kept = allowed([one, piece], card, lambda name, count: counted.update({name: count}))
    assert not [item for item in kept if "@example" in item.model_dump_json()]
    assert "170" not in str([item.bio for item in kept if isinstance(item, Account)])
    [work] = [item for item in kept if isinstance(item, Evidence)]
    assert (work.title, "2101.00001" in (work.text or "")) == (f"Write to {SEE_POST}", True)
    assert counted[CONTACT] >= 4
