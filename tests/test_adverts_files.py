"""Advert files: every format that is read, and every one that is refused in a line that names file and way out."""

import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from scoring.advert import draft, files, read_advert
from scoring.plain_yaml import plain_yaml
from scoring.roles import load_role
from sourcing.commands import role_new
from sourcing.config import Controller
from sourcing.installation import create
from storage.errors import ConfigError

ADVERT = "ML Engineer\n\nRequirements:\n- You must know PyTorch\n- Fluent English\n"


def pdf(*pages: str) -> bytes:
    writer = pypdf.PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(595, 842)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        lines = " ".join(f"({line}) Tj 0 -14 Td" for line in text.splitlines())
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 11 Tf 50 780 Td {lines} ET".encode())
        page[NameObject("/Contents")] = stream
    return saved(writer)


def saved(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked(password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(ADVERT)))
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    return saved(writer)


def word() -> bytes:
    document = docx.Document()
    document.add_heading("ML Engineer", 0)
    document.add_heading("Requirements", 1)
    document.add_paragraph("You must know PyTorch", style="List Bullet")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Languages", "Fluent English"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def archive(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr(name, data)
    return out.getvalue()


READ: dict[str, Callable[[], bytes]] = {
    "plain": lambda: ADVERT.encode(),
    "windows line ends": lambda: ADVERT.replace("\n", "\r\n").encode(),
    "byte order mark": lambda: ADVERT.encode("utf-8-sig"),
    "utf-16": lambda: ADVERT.encode("utf-16"),
    "html": lambda: (
        b"<!DOCTYPE html><h1>ML Engineer</h1><h2>Requirements:</h2><ul><li>You must know PyTorch<li>Fluent "
        b"English</ul><script>var Java = 1</script>"
    ),
    "pdf": lambda: pdf(ADVERT),
    "pdf with an owner's password alone": lambda: locked(""),
    "docx": word,
}


@pytest.mark.parametrize("name", READ)
def test_formats_that_are_read(name: str, tmp_path: Path) -> None:
    file = tmp_path / "advert"
    file.write_bytes(READ[name]())
    text = read_advert(file)
    assert "You must know PyTorch" in text
    assert "Fluent" in text
    assert "var Java" not in text


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "is empty; put the advert's text"),
    "blank": (lambda: b" \n\t ", "is empty"),
    "no words": (lambda: b"--- 123 ---", "holds no text; copy"),
    "ten megabytes": (lambda: b"Python " * 1_500_000, "larger than 5000000 bytes; keep only"),
    "long text": (lambda: b"Python " * 20_000, "holds 140000 characters, more than 100000; keep one advert"),
    "latin-1": (
        lambda: "Anforderungen\nK\xf6nnen".encode("latin-1"),
        "line 2 is not UTF-8 text; save the file as UTF-8",
    ),
    "binary": (lambda: bytes(range(256)) * 4, "is no text, Markdown, HTML, PDF or DOCX file"),
    "zeros": (lambda: b"\x00" * 500 + b"text", "is no text, Markdown"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(64), "is a picture; copy the advert's words"),
    "old word": (lambda: b"\xd0\xcf\x11\xe0" + bytes(64), "an old Word or Office file; save it as DOCX"),
    "rtf": (lambda: b"{\\rtf1 hello}", "is RTF; save it as"),
    "zip": (lambda: archive("a.txt", b"hello"), "is no text, Markdown, HTML, PDF or DOCX"),
    "broken zip": (lambda: b"PK\x03\x04" + bytes(40), "no readable DOCX .*; save it anew"),
    "docx of nonsense": (lambda: archive("word/document.xml", b"<w>"), "no readable DOCX .*; save it anew"),
    "zip bomb": (lambda: archive("word/document.xml", bytes(40_000_000)), "unpacks to 40000000 bytes in 1 parts"),
    "pdf without text": (lambda: pdf("", ""), "its 2 page.s. hold pictures, no text; save"),
    "damaged pdf": (lambda: b"%PDF-1.7\nhello", "is a damaged PDF .*; save it anew"),
    "locked pdf": (lambda: locked("secret"), "is protected by a password; save it without"),
    "pdf of a book": (lambda: pdf(*["page"] * 31), "has 31 pages, more than 30; keep only"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_formats_that_are_refused(name: str, tmp_path: Path) -> None:
    make, message = REFUSED[name]
    file = tmp_path / "advert"
    file.write_bytes(make())
    with pytest.raises(ConfigError, match=rf"^{re.escape(str(file))}: .*{message}") as caught:
        read_advert(file)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.txt", tmp_path):
        with pytest.raises(ConfigError, match=r"cannot be read .*check the path"):
            read_advert(path)


def test_a_docx_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """The archive says one byte; reading stops there and finds the sum wrong."""
    data = bytearray(archive("word/document.xml", b"<w/>" * 1000))
    size = (4000).to_bytes(4, "little")
    for _ in range(2):
        data[data.index(size) : data.index(size) + 4] = (1).to_bytes(4, "little")
    file = tmp_path / "advert.docx"
    file.write_bytes(data)
    with pytest.raises(ConfigError, match="no readable DOCX"):
        read_advert(file)


@pytest.mark.parametrize("make", [lambda: pdf(ADVERT, ADVERT), word, lambda: locked("")], ids=["pdf", "docx", "locked"])
@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_is_read_or_refused(make: Callable[[], bytes], seed: int, tmp_path: Path) -> None:
    chance, data = random.Random(seed), bytearray(make())
    for _ in range(chance.choice((1, 3, 10, 60))):
        at = chance.randrange(8, len(data))
        data[at : at + chance.randrange(30)] = data[: chance.randrange(3)] + chance.randbytes(chance.randrange(3))
    file = tmp_path / "advert"
    file.write_bytes(data)
    try:
        said = read_advert(file)
    except ConfigError as error:
        said = str(error) if str(error).startswith(f"{file}: ") else ""
    assert said


@pytest.fixture
def house(tmp_path: Path) -> Path:
    create(tmp_path / "house", Controller(name="Team", contact="team@example.org", purpose="Hiring"))
    return tmp_path / "house"


def call(house: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["--config", str(house), "role", "new", *words])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_writes_a_draft_and_says_what_is_open(house: Path, tmp_path: Path) -> None:
    advert = tmp_path / "advert.docx"
    advert.write_bytes(word())
    code, out, err = call(house, "--from", str(advert))
    role = load_role(house / "roles" / "ml-engineer.yaml")
    assert (code, role.confirmed, [group.skills for group in role.must_have]) == (0, False, [("pytorch",)])
    assert "wrote" in out
    assert "question: location: remote or on site?" in err
    assert "mle" in out
    assert role.lanes
    assert "# line" in (house / "roles" / "ml-engineer.yaml").read_text("utf-8")


def test_the_command_prints_json(house: Path, tmp_path: Path) -> None:
    advert = tmp_path / "advert.txt"
    advert.write_text(ADVERT, "utf-8")
    code, out, _ = call(house, "--from", str(advert), "--name", "x", "--base", "none", "--json")
    shown = plain_yaml(out)
    assert code == 0
    assert isinstance(shown, dict)
    assert (shown["role"], shown["lanes_of"], shown["must"][0]["skills"]) == ("x", None, ["pytorch"])
    assert shown["titles"] == [{"value": "ML Engineer", "sentence": "ML Engineer", "line": 1}]
    assert not load_role(house / "roles" / "x.yaml").lanes


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--name", "Big Name"), "write a name of small letters"),
        (("--base", "mlx"), "no role 'mlx'"),
        (("--name", "../evil"), "write a name of small letters"),
        (("--name", ""), "gives no job title to name the role by"),
    ],
)
def test_what_the_command_refuses(house: Path, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    advert = tmp_path / "advert.txt"
    advert.write_text("Requirements:\n- PyTorch\n", "utf-8")
    code, out, err = call(house, "--from", str(advert), *words)
    assert (code, out) == (2, "")
    assert message in err
    assert not list((house / "roles").iterdir())


def test_nothing_is_overwritten_and_bad_files_leave_nothing(house: Path, tmp_path: Path) -> None:
    advert, bad = tmp_path / "advert.txt", tmp_path / "bad.pdf"
    advert.write_text(ADVERT, "utf-8")
    bad.write_bytes(pdf(""))
    assert call(house, "--from", str(bad), "--name", "x")[0] == 2
    assert not list((house / "roles").iterdir())
    assert call(house, "--from", str(advert), "--name", "x")[0] == 0
    before = (house / "roles" / "x.yaml").read_bytes()
    code, _, err = call(house, "--from", str(advert), "--name", "x")
    assert code == 2
    assert "exists; pass another --name" in err
    assert (house / "roles" / "x.yaml").read_bytes() == before


def test_answers_are_asked_again_until_they_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter(["ML Engineer", "wizard", "staff", "", "English"])
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(given))
    held = role_new._asked(draft("Requirements:\n- You must know PyTorch"))
    assert [title.value for title in held.titles] == ["ML Engineer"]
    assert held.seniority is not None
    assert held.seniority.value == "staff"
    assert held.where is None
    assert [one.code for one in held.languages] == ["en"]
    assert next(given, None) is None


def test_limits_are_those_the_page_states() -> None:
    page = (Path(__file__).parents[1] / "docs" / "adverts.md").read_text("utf-8")
    for limit in (files.LARGEST_FILE, files.MOST_TEXT, files.MOST_PAGES, files.LARGEST_UNPACKED):
        assert f"{limit:,}".replace(",", " ") in page
