"""Reading Hacker News posts: labels, technologies, links, contacts, and what is no candidate."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders._hackernews import labels, markup, posts, technologies
from spiders._hackernews.labels import Label
from spiders._hackernews.posts import NoCandidate
from spiders._hackernews.state import Memory, SeenPost
from spiders._reading import contacts
from spiders.hackernews import TITLE


def link(url: str, shown: str = "cut...") -> str:
    return f'<a href="{url.replace("/", "&#x2F;")}" rel="nofollow">{shown}</a>'


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("Location", Label.LOCATION),
        ("LOCATION", Label.LOCATION),
        ("Locaton", Label.LOCATION),
        ("Current location", Label.LOCATION),
        ("Willing to relocate", Label.RELOCATION),
        ("Wiling to relocate", Label.RELOCATION),
        ("Willing to travel", Label.OTHER),
        ("Résumé/CV", Label.RESUME),
        ("Resumé / CV", Label.RESUME),
        ("re\u0301sume\u0301", Label.RESUME),
        ("CV", Label.RESUME),
        ("Techonologies", Label.TECHNOLOGIES),
        ("Technologies and skills", Label.TECHNOLOGIES),
        ("Tech stack", Label.TECHNOLOGIES),
        ("E-Mail", Label.CONTACT),
        ("Salary", Label.PRIVATE),
        ("Nationality", Label.PRIVATE),
        ("Linked In", Label.LINK),
        ("In the past", None),
        ("Note", None),
        ("Go", None),
    ],
)
def test_labels_are_read_leniently(label: str, meaning: Label | None) -> None:
    found = labels.known(label)
    assert (found[0] if found else None) == meaning


@pytest.mark.parametrize(
    "line",
    [
        "Location: Berlin",
        "location : Berlin",
        "*Location:* Berlin",
        "**Location**: Berlin",
        "• Location: Berlin",
        "- Location - Berlin",
        "  Location; Berlin",
        "Location:Berlin",
        "[Location]: Berlin",
        "\tLOCATION =\tBerlin",
    ],
)
def test_one_labelled_line_in_all_its_forms(line: str) -> None:
    (found,) = labels.read([line])
    assert (found.label, found.value) == (Label.LOCATION, "Berlin")


def test_several_fields_in_one_line() -> None:
    found = [(line.label, line.value) for line in labels.read(["Location: Berlin | Remote: Yes | Relocate: no"])]
    assert found == [(Label.LOCATION, "Berlin"), (Label.REMOTE, "Yes"), (Label.RELOCATION, "no")]


def test_an_address_is_no_label() -> None:
    assert [line.label for line in labels.read(["https://web.example/x", "site https://web.example"])] == [None, None]


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("Python, Go; Rust", ["Python", "Go", "Rust"]),
        ("AWS (SQS, SNS, Lambda [Python]), C/C++", ["AWS", "SQS", "SNS", "Lambda", "Python", "C", "C++"]),
        ("HTML/CSS/JS, CI/CD, UI / UX", ["HTML", "CSS", "JS", "CI/CD", "UI / UX"]),
        ("React+Redux, C++, C#, .NET Core, Node.js.", ["React", "Redux", "C++", "C#", ".NET Core", "Node.js"]),
        ("Docker and Kubernetes & Helm, and more, etc.", ["Docker", "Kubernetes", "Helm"]),
        ("Backend: Go. Frontend: Elm", ["Backend", "Go", "Frontend", "Elm"]),
        ("scikit-learn - pandas", ["scikit-learn", "pandas"]),
        ("N/A", []),
        ("", []),
        ("x" * 60, []),
    ],
)
def test_technologies_are_taken_apart_as_spelled(value: str, tags: list[str]) -> None:
    assert list(technologies.split(value)) == tags


@pytest.mark.parametrize(
    "text",
    [
        "ada@mail.example",
        "ada.b+jobs@mail.example",
        "ada [at] mail.example",
        "ada(at)mail(dot)example",
        "ada {at} mail [dot] example",
        "ada at mail dot example",
        "ada at gmail",
        "ada @ gmail.com",
        "ada at gmail dot com",
        "<ada @ gmail . com>",
        "+49 (30) 123 456 78",
        "0151-1234-5678",
    ],
)
def test_contacts_are_taken_out_and_never_decoded(text: str) -> None:
    cleaned = contacts.without_contacts(f"Write to {text}, thanks")
    assert contacts.SEE_POST in cleaned
    assert "ada" not in cleaned
    assert "123" not in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "I worked at example.com for years",
        "Looking at Rust and Go, at scale",
        "Python 3.11, 2015-2021, 10+ years, UTC+2",
        "https://web.example/2021/12345678901",
        "100,000 users",
    ],
)
def test_sentences_are_no_contacts(text: str) -> None:
    assert contacts.without_contacts(text) == text


def test_full_post() -> None:
    post = posts.read(
        "Location: Berlin, Germany (UTC+1)<p>Remote: Hybrid<p>Willing to relocate: No<p>"
        "Technologies: Python, PyTorch<p>R&eacute;sum&eacute;&#x2F;CV: "
        + link("https://ada.example/cv.pdf")
        + "<p>Email: ada@mail.example<p>GitHub: ada-example<p>See "
        + link("https://books.example/x)")
    )
    assert (post.location, post.technologies) == ("Berlin, Germany (UTC+1)", ("Python", "PyTorch"))
    assert post.flags == ("relocation_no", "remote_hybrid")
    assert [(found.url, found.claim.value, found.field) for found in post.links] == [
        ("https://ada.example/cv.pdf", "claimed", "resume"),
        ("https://github.com/ada-example", "claimed", "post"),
        ("https://books.example/x", "mentioned", "post"),
    ]
    assert post.excerpt is not None
    assert "mail.example" not in post.excerpt


def test_preformatted_post_with_lists_below_labels() -> None:
    post = posts.read(
        "<p><pre><code>  Technologies:\n    - Python (NumPy)\n    - Rust\n  Remote: 100%\n  CV:\n"
        "  ada.example&#x2F;cv\n  Location: Oslo\n</code></pre>\nI build things."
    )
    assert post.technologies == ("Python", "NumPy", "Rust")
    assert post.location == "Oslo"
    assert post.flags == ("remote_only",)
    assert [found.url for found in post.links] == ["https://ada.example/cv"]


def test_free_paragraph_is_a_candidate_without_fields() -> None:
    post = posts.read("I'm a data engineer looking for a team. " + link("https://ada.example"))
    assert (post.location, post.technologies, post.flags) == (None, (), ())
    assert [found.claim.value for found in post.links] == ["mentioned"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Removed, job found. Thanks!", "removed_by_author"),
        ("[deleted]", "removed_by_author"),
        ("No longer looking.", "removed_by_author"),
        ("I accepted an offer", "removed_by_author"),
        ("", "removed_by_author"),
        ("EDIT: found a job, thank you<p>Location: Graz<p>Remote: Yes", "removed_by_author"),
        ("We made a search for this thread: " + link("https://search.example"), "no_candidate"),
        ("Example GmbH | Berlin | ONSITE<p>Tech stack: Go<p>We are hiring!", "no_candidate"),
    ],
)
def test_what_is_no_candidate(text: str, reason: str) -> None:
    with pytest.raises(NoCandidate, match=reason):
        posts.read(text)


def test_past_jobs_take_nothing_back() -> None:
    assert posts.read("Location: Graz<p>I got a job at Example in 2015 and removed a bottleneck.").location == "Graz"


def test_wish_to_be_left_alone_is_flagged() -> None:
    assert "no_recruiters" in posts.read("Location: Graz<p>No recruiters, please.").flags


def test_rejected_addresses_are_counted() -> None:
    counted: list[str] = []
    post = posts.read("Location: Graz<p>Website: https:&#x2F;&#x2F;web.example:99&#x2F;", counted.append)
    assert post.links == ()
    assert counted == ["link_rejected"]


@pytest.mark.parametrize(
    ("title", "candidates"),
    [
        ("Ask HN: Who wants to be hired? (November 2026)", True),
        ("Ask HN: Who is hiring? (November 2026)", False),
        ("Ask HN: Freelancer? Seeking freelancer? (November 2026)", False),
        ("Ask HN: Who wants to be hired? (Nov 2026)", False),
        ("Ask HN: Who wants to be hired? (November 2026) and more", False),
        ("Tell HN: Who wants to be hired? (November 2026)", False),
    ],
)
def test_titles_are_matched_strictly(title: str, candidates: bool) -> None:
    assert bool(TITLE.fullmatch(title)) == candidates


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        post = posts.read(text)
    except NoCandidate:
        return
    assert post.location is None or len(post.location) <= 200
    assert post.excerpt is None or len(post.excerpt) <= 4000


@given(
    st.lists(st.sampled_from(["<p>", "Location:", "Technologies: ", "- a", "(at)", " x@y.example ", "\n", " | ", "Go"]))
)
def test_no_address_survives_any_arrangement(parts: list[str]) -> None:
    try:
        post = posts.read("".join(parts))
    except NoCandidate:
        return
    kept = " ".join(filter(None, (post.location, post.headline, post.excerpt, *post.technologies)))
    assert "@y.example" not in kept


def test_lines_show_targets_not_visible_text() -> None:
    assert markup.lines("<i>See</i> " + link("https://web.example/long", "https://web.e...")) == [
        "See  https://web.example/long "
    ]


def test_memory_survives_its_plain_form() -> None:
    post = SeenPost(1, 2, "ada", datetime(2026, 11, 2, tzinfo=UTC))
    memory = Memory({})
    memory.keep(post)
    again = Memory(memory.state())
    assert list(again.seen()) == [post]
    again.forget(post)
    assert again.state() == {"threads": {}}
