"""What is kept between processes: never stale, and never in the way."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.places.names import Names
from storage.kept import FOLDER_ENV, MOST, Rows, code_in, kept, kept_rows, packed_rows


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of its own."""
    monkeypatch.setenv(FOLDER_ENV, str(tmp_path / "cache"))
    return tmp_path / "cache"


class Making:
    """Counts how often something is made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, int]:
        self.times += 1
        return {"made": self.times}


def test_made_once_and_read_from_then_on(folder: Path) -> None:
    making = Making()
    assert kept("thing", [b"a", b"b"], making) == {"made": 1}
    assert kept("thing", [b"a", b"b"], making) == {"made": 1}
    assert len(list(folder.iterdir())) == 1
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("other", [[b"a"], [b"b", b"a"], [b"ab", b""], [b"", b"ab"], []])
def test_what_it_is_made_of_decides(other: list[bytes]) -> None:
    making = Making()
    kept("thing", [b"a", b"b"], making)
    assert kept("thing", other, making) == {"made": 2}
    assert kept("thing", [b"a", b"b"], making) == {"made": 1}  # each has a copy of its own


def test_copies_do_not_pile_up(folder: Path) -> None:
    making = Making()
    for number in range(MOST + 3):
        kept("thing", [b"%d" % number], making)
    assert len(list(folder.iterdir())) == MOST
    assert kept("thing", [b"%d" % (MOST + 2)], making) == {"made": MOST + 3}


def test_a_damaged_copy_is_made_anew(folder: Path) -> None:
    making = Making()
    kept("thing", [b"a"], making)
    next(folder.iterdir()).write_text("{half", "utf-8")
    assert kept("thing", [b"a"], making) == {"made": 2}
    assert kept("thing", [b"a"], making) == {"made": 2}


def test_a_folder_that_cannot_be_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    making = Making()
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv(FOLDER_ENV, str(tmp_path / "file" / "below"))
    assert [kept("thing", [b"a"], making)["made"] for _ in range(2)] == [1, 2]
    monkeypatch.setenv(FOLDER_ENV, "")
    assert kept("thing", [b"a"], making) == {"made": 3}


def test_the_users_folder_unless_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_ENV)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kept("thing", [b"a"], Making())
    assert [path.parent.name for path in tmp_path.rglob("thing-*.json")] == ["sourcing"]


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)


@given(st.dictionaries(_TEXTS, st.text(st.characters(exclude_categories=["Cs"]), max_size=6), max_size=30), _TEXTS)
def test_rows_are_what_they_were_made_of(told: dict[str, str], other: str) -> None:
    rows = Rows(packed_rows(told))
    assert dict(rows) == told
    assert len(rows) == len(told)
    assert rows.get(other) == told.get(other)
    assert (other in rows) == (other in told)


def test_rows_are_read_where_they_stand(folder: Path) -> None:
    made: list[int] = []

    def make() -> dict[str, str]:
        made.append(1)
        return {"b": "2\0two", "a": "1", "": "none"}

    for _ in range(2):
        rows = kept_rows("texts", [b"x"], make)
        assert dict(rows) == {"": "none", "a": "1", "b": "2\0two"}
    assert made == [1]
    with pytest.raises(KeyError):
        rows["c"]


def test_no_row_has_a_name_that_would_end_early() -> None:
    with pytest.raises(ValueError, match="zero byte"):
        packed_rows({"a\0b": "1"})


@pytest.mark.parametrize("left", [0, 7, 16, 30])
def test_rows_cut_short_are_made_anew(folder: Path, left: int) -> None:
    kept_rows("texts", [b"x"], lambda: {"a": "first", "b": "second"})
    [path] = folder.glob("texts-*")
    path.write_bytes(path.read_bytes()[:left])
    assert dict(kept_rows("texts", [b"x"], lambda: {"a": "again"})) == {"a": "again"}
    assert dict(kept_rows("texts", [b"x"], dict)) == {"a": "again"}


def test_code_that_was_written_again_is_other_code(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("1", "utf-8")
    before = code_in(tmp_path)
    assert code_in(tmp_path) == before
    (tmp_path / "one.py").write_text("22", "utf-8")
    assert code_in(tmp_path) != before


@pytest.mark.parametrize(("endings", "counts"), [((".py",), False), ((".py", ".yaml"), True)])
def test_tables_count_where_they_are_asked_for(tmp_path: Path, endings: tuple[str, ...], counts: bool) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "one.py").write_text("1", "utf-8")
    before = code_in(tmp_path, endings=endings)
    (tmp_path / "room" / "table.yaml").write_text("a: 1", "utf-8")
    assert (code_in(tmp_path, endings=endings) != before) is counts
    (tmp_path / "room" / "note.txt").write_text("no code", "utf-8")
    (tmp_path / "room" / "one.py").unlink()
    assert code_in(tmp_path, endings=endings) not in (before, b"")


def test_places_read_from_a_copy_are_those_that_were_built() -> None:
    built, read = Names(), Names()
    assert len(built.cities) > 50_000
    for name in ("berlin", "springfield", "sao paulo", "東京"):
        assert read.cities[name] == built.cities[name]
        assert read.cities[name]
    assert list(read.cities) == list(built.cities)
    assert read.zones("US") == built.zones("US") != ()
    assert (read.official, read.states, read.countries) == (built.official, built.states, built.countries)
