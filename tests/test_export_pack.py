"""Calibration packs: who is in them, what anonymous ones hide, and how they come back as decisions."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from sourcing.config import Config
from sourcing.export.pack import TO_FILL, read_pack, write_pack
from sourcing.regimes import Privacy
from storage.errors import ConfigError
from storage.store import Store
from tests.notice_kit import tell_everybody
from tests.test_export import NOW, config, stored

__all__ = ["config"]  # the fixture
LATER = NOW + timedelta(days=2)


def cells(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def filled(path: Path, answers: dict[str, tuple[str, str]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    rows = cells(path)
    for row in rows:
        if row["number"] in answers:
            row["decision"], row["reason"] = answers[row["number"]]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    back = path.with_name(f"back-{path.name}")
    back.write_bytes(text.getvalue().encode(encoding, "replace"))
    return back


def test_half_from_the_top_half_spread(config: Config) -> None:
    with Store.open(config.database_url) as store:
        for number in range(40):
            stored(store, f"p{number:02}", 0.8 - number / 100)
        path = write_pack(store, config, "mle", by="grace", recipient="Dana", anonymous=False, now=NOW).file
        [entry] = store.exports()
    rows = cells(path)
    assert [row["number"] for row in rows] == [str(at) for at in range(1, 11)]
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert scores[:5] == [0.9, 0.8, 0.79, 0.78, 0.77]
    assert scores[-1] < 0.5
    assert (entry.recipient, entry.purpose, len(entry.leads)) == ("Dana", "calibration", 10)


def test_an_anonymous_pack_says_nothing_of_who_it_is(config: Config) -> None:
    with Store.open(config.database_url) as store:
        path = write_pack(store, config, "mle", by="grace", recipient="", anonymous=True, now=NOW).file
        hidden = {account.handle for lead in store.leads() for account in lead.accounts} | set(store.lead_ids())
    body = path.read_text("utf-8")
    assert not [word for word in hidden if word in body]
    assert "https://" not in body
    assert set(cells(path)[0]) >= {"score", "reason_1", *TO_FILL}


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-8-sig")])
def test_a_pack_comes_back_as_decisions(config: Config, delimiter: str, encoding: str) -> None:
    with Store.open(config.database_url) as store:
        stored(store, "kay", 0.7)
        path = write_pack(store, config, "mle", by="grace", recipient="Dana", anonymous=True, now=NOW).file
        answers = {"1": ("Yes ", ""), "2": ("no", "too many notebooks"), "3": ("perhaps", "")}
        back = filled(path, answers, delimiter=delimiter, encoding=encoding)
        done = read_pack(store, back, by="Dana", now=LATER)
        told = [(one.answer, one.reason, one.note, one.by) for one in done.decided]
        assert told == [("yes", "other", "", "Dana"), ("no", "other", "too many notebooks", "Dana")]
        assert done.empty == 0
        again = read_pack(store, back, by="Dana", now=LATER)
        assert [one.id for one in again.decided] == [one.id for one in done.decided]
        assert len(store.decisions("mle")) == len(done.decided) > 1


def test_lines_that_cannot_be_used_are_named_and_the_others_taken(config: Config) -> None:
    with Store.open(config.database_url) as store:
        stored(store, "kay", 0.7)
        path = write_pack(store, config, "mle", by="grace", recipient="", anonymous=False, now=NOW).file
        back = filled(path, {"1": ("perhaps", ""), "2": ("yes", "fit")})
        done = read_pack(store, back, by="Dana", now=LATER)
    assert [one.answer for one in done.decided] == ["yes"]
    assert len(done.refused) == 1
    assert done.refused[0].startswith("line 1: no answer 'perhaps'; there are: yes")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no column 'pack'"),
        (b"name,decision\r\nAda,yes\r\n", "no column 'pack'"),
        (b"pack,number,decision,reason,note\r\npack-000000000000,1,yes,,\r\n", "no pack 'pack-000000000000'"),
        (b"\x00\xff\xfe" * 10, "no column"),
        (b"x" * 1_000_001, "bytes are no pack"),
    ],
)
def test_files_that_are_no_packs_change_nothing(config: Config, tmp_path: Path, body: bytes, words: str) -> None:
    file = tmp_path / "back.csv"
    file.write_bytes(body)
    with Store.open(config.database_url) as store:
        with pytest.raises(ConfigError, match=words):
            read_pack(store, file, by="Dana", now=LATER)
        assert store.decisions("mle") == []


def test_a_pack_of_nobody_is_not_written(config: Config) -> None:
    with Store.open(config.database_url) as store, pytest.raises(ConfigError, match="nobody is ranked for nlp"):
        write_pack(store, config, "nlp", by="grace", recipient="", anonymous=False, now=NOW)


@pytest.fixture
def strict(config: Config) -> Config:
    """With the rule of the regime: nobody untold is handed on."""
    return config.model_copy(update={"privacy": Privacy()})


@pytest.mark.parametrize("anonymous", [False, True])
def test_a_pack_for_somebody_else_holds_nobody_untold(strict: Config, anonymous: bool) -> None:
    config = strict
    with Store.open(config.database_url) as store:
        with pytest.raises(ConfigError, match="not told yet that their data are held"):
            write_pack(store, config, "mle", by="grace", recipient="Dana", anonymous=anonymous, now=NOW)
        assert store.exports() == []
        tell_everybody(store, NOW)
        stored(store, "kay", 0.7)
        done = write_pack(store, config, "mle", by="grace", recipient="Dana", anonymous=anonymous, now=NOW)
        [row] = store.exports()
        assert store.lead("github:kay").id not in row.leads
    assert [count for why, count in done.left_out.items() if "not told yet" in why] == [1]
    assert done.notices == 0


def test_unless_their_notice_goes_with_it(strict: Config) -> None:
    config = strict
    with Store.open(config.database_url) as store:
        with pytest.raises(ConfigError, match="an anonymous pack nobody"):
            write_pack(store, config, "mle", by="g", recipient="D", anonymous=True, now=NOW, with_notice=True)
        done = write_pack(store, config, "mle", by="g", recipient="D", anonymous=False, now=NOW, with_notice=True)
        [row] = store.exports()
    beside = done.file.with_name(f"{done.file.name}.about.txt").read_text("utf-8")
    assert done.notices == len(row.leads) == beside.count("NOTICE TO BE GIVEN") > 0
