"""Cheap looks before expensive patterns: a text they let pass is one no pattern would have changed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from spiders._reading import contacts
from spiders._reading.contacts import SEE_POST, without_mail, without_phones
from storage import redaction
from storage.redaction import HIDDEN, without_published

_PIECES = (
    *(
        "ada",
        "@",
        "at",
        " ",
        "[at]",
        "(AT)",
        "( @ )",
        "{ at }",
        "<at>",
        "example",
        ".com",
        " dot ",
        "gmail",
        " At ",
        "\n",
    ),
    *("+49 170 1234567", "(555) 123-4567", "0", "2345678", "-", ".", "_", "é", "ſ", "٣", "１２", "data"),
    *("ghp_" + "a" * 24, "github_pat_" + "k" * 22, "hf_" + "B" * 22, "sk-" + "x" * 40, "glpat-" + "q" * 20),
    *("AKIA" + "Q" * 16, "ASIA" + "0" * 16, "AIza" + "z" * 35, "xoxb-1234567890ab", "KGAT_" + "r" * 20),
    *("-----BEGIN RSA PRIVATE KEY-----", "MIIB", "-----END PRIVATE KEY-----", "https://", "user:", "secret@", "host/x"),
)
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=9).map("".join)


@settings(max_examples=500)
@given(_TEXTS)
def test_addresses_are_taken_as_without_a_look(text: str) -> None:
    whole, removed = text, 0
    for pattern in (contacts._SURE, contacts._BRACKETED, contacts._SPOKEN):
        whole, count = pattern.subn(SEE_POST, whole)
        removed += count
    assert without_mail(text) == (whole, removed)


@settings(max_examples=300)
@given(_TEXTS)
def test_numbers_are_taken_as_without_a_look(text: str) -> None:
    assert without_phones(text) == contacts._PHONE.subn(SEE_POST, text)


@settings(max_examples=500)
@given(_TEXTS)
def test_secrets_are_taken_as_without_a_look(text: str) -> None:
    whole = redaction.PRIVATE_KEY.sub(HIDDEN, redaction.SHAPES.sub(HIDDEN, text))
    assert without_published(text) == redaction._USER_PART.sub(rf"\1{HIDDEN}@", whole)
