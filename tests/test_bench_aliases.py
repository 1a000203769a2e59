"""How the bench of commit aliases compares names and handles, on invented people."""

import numpy as np
import pytest

from bench import _aliases
from bench._labelled import learned
from sourcing.identity.names import names
from sourcing.identity.words import built, name_words


def log(rows: list[tuple[str, str]]) -> _aliases.Log:
    """Persons and their names, every pair of rows compared, without levels."""
    left, right = (np.asarray(side, dtype=np.int64) for side in np.triu_indices(len(rows), 1))
    full = _aliases._full_names([name_words(name) for _, name in rows])
    levels, none = np.zeros((len(left), 4), dtype=np.int8), np.zeros(len(left), dtype=bool)
    return _aliases.Log([person for person, _ in rows], left, right, levels, ~none, none, full)


@pytest.mark.parametrize(
    ("name", "handles", "other", "others", "level"),
    [
        ("Ada Lovelace", set(), "Ada Lovelace", set(), -1),
        ("Ada Lovelace", set(), "alovelace", {"alovelace"}, 2),
        ("Ada Lovelace", set(), "lovelace", {"lovelace"}, 1),
        ("Ada Lovelace", set(), "quillfeather", {"quillfeather"}, 0),
        # Who is called quillfeather under a full name would be so beside any other.
        ("Ada Lovelace", {"quillfeather"}, "Ada Lovelace", set(), -1),
        ("Ada Lovelace", {"alovelace"}, "Ida Saltmarsh", set(), 0),
        ("Ada Lovelace", {"quillfeather"}, "quill", {"quill"}, 0),
    ],
)
def test_a_handle_says_something_only_where_names_make_handles(
    name: str, handles: set[str], other: str, others: set[str], level: int
) -> None:
    forms = [built(name_words(name)), built(name_words(other))]
    pair = np.array([0]), np.array([1])
    assert _aliases._built(forms, [handles, others], *pair).tolist() == [level]


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("Ada Lovelace", "Ada B. Lovelace", True),
        ("Ada Byron Lovelace", "Ada Lovelace", True),
        ("Ada Lovelace", "Ada Lovelace", False),
        ("Ada Lovelace", "Ada Lovelace Byron", False),
        ("Ada", "Ada Lovelace", False),
        ("", "Ada Lovelace", False),
    ],
)
def test_middle_names(one: str, other: str, found: bool) -> None:
    pair = np.array([0]), np.array([1])
    assert _aliases._middle_names(names([one, other]), *pair).tolist() == [found]


def test_people_under_one_rare_full_name_are_taken_together() -> None:
    crowd = [(f"p{at}", "Wei Li") for at in range(20)]
    rows = [*crowd, ("a", "Ada Lovelace"), ("b", "Lovelace Ada"), ("b", "zz"), ("c", "Ada Saltmarsh"), ("d", "zz")]
    rows += [(f"q{at}", f"Nobody{at}") for at in range(300)]
    found = _aliases._one_person(log(rows))
    assert len({*found[20:23]}) == 1
    assert len({*found}) == len({person for person, _ in rows}) - 1


def test_the_rows_of_one_person_count_together() -> None:
    some = log([("a", "x"), ("a", "x"), ("a", "x"), ("b", "y"), ("b", "y")])
    share = _aliases._shares(some)
    assert share.sum() == pytest.approx(3)
    same = np.array([some.people[a] == some.people[b] for a, b in zip(some.left, some.right, strict=True)])
    model = learned(some.levels, same, (1, 1, 1, 1), share)
    assert model.prior == pytest.approx(2 / 3)
    assert model.matches == pytest.approx(2)


def test_one_login_or_personal_address_is_proof() -> None:
    some = log([("a", "x"), ("a", "x"), ("b", "y")])
    model = learned(some.levels, np.array([True, False, False]), (1, 1, 1, 1))
    some = some._replace(proof=np.array([True, False, False]))
    bits = _aliases._bits(some, model)
    assert bits[0] == _aliases.PROOF > _aliases.JOIN > bits[1] == bits[2]
    assert _aliases._joined(some, bits, _aliases.JOIN).tolist() != [0, 0, 0]
    assert len({*_aliases._joined(some, bits, _aliases.JOIN)[:2].tolist()}) == 1
