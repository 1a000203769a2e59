"""The page docs/sources.md, made from the cards: `python -m sourcing.show.sources_page` writes it anew."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from sourcing.cards import STOP_DAYS, WARN_DAYS, cards, strengths
from sourcing.imports import cards as file_cards
from spiders._card import Card
from spiders._polite.never import DISCORD, LINKEDIN

PAGE = Path(__file__).parents[2] / "docs" / "sources.md"
HEAD = f"""\
# Sources

Made from the sources' own cards by `python -m sourcing.show.sources_page`; a test compares. `sourcing sources` shows
the same with the age of the terms and whether a source can be used here and now.

A source is asked only through the interface its owner permits. The terms on its card were read on the day given:
after {WARN_DAYS} days `doctor`, `plan` and the night's report say so, after {STOP_DAYS} days the source is skipped with
that reason. Whoever has read them again writes the day into the settings: `terms_read = 2026-11-22` in
`[sources.NAME]`.

Never asked, whoever asks, redirects included:

* LinkedIn: {", ".join(LINKEDIN)}
* Discord: {", ".join(DISCORD)}

and every host under these. An address there that somebody published may be kept as a link. Each try is counted
(`host_never_asked`).

What people write about being contacted is read at all sources alike: [wishes.md](wishes.md).
"""
LINKS = """\
## Which source exposes which links

A link is **verified** where the site checked it, **claimed** in a field of the profile, **mentioned** in prose. Two
profiles that claim each other are reciprocal, whatever the sites say; identity finds those itself.

| source | links | strength |
|---|---|---|"""


def page() -> str:
    """The whole page."""
    crawled, files = cards(), file_cards()
    blocks = [HEAD, _overview(crawled), "\n".join([LINKS, *_links({**crawled, **files})])]
    blocks += ["## Sources that are crawled", *(_section(name, card) for name, card in crawled.items())]
    blocks += ["## Files that are imported", *(_section(name, card) for name, card in files.items())]
    return "\n\n".join(block.strip("\n") for block in blocks) + "\n"


def _overview(crawled: Mapping[str, Card]) -> str:
    rows = [
        f"| `{name}` | {_cell(card.title)} | {'on' if card.default_on else 'off'} "
        f"| {'yes' if card.needs_token else 'no'} | {card.terms_read} | {card.expected_accounts or ''} |"
        for name, card in crawled.items()
    ]
    head = "| source | what | by default | token | terms read | people expected a night |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def _links(all_cards: Mapping[str, Card]) -> Iterator[str]:
    for name, card in sorted(all_cards.items()):
        for line in card.exposes:
            strength = ", ".join(claim.value for claim in strengths(line)) or "none"
            yield f"| `{name}` | {_cell(line)} | {strength} |"


def _section(name: str, card: Card) -> str:
    facts = {
        "how": card.method,
        "terms": f"<{card.terms}>, read on {card.terms_read}" if card.terms.startswith("https:") else card.terms,
        "kept": ", ".join(card.fields),
        "limits": card.limits,
        "yields": card.yields,
        "newest fact": f"at most {card.fresh_days} days old at a healthy source" if card.fresh_days > 1 else "",
        "off by default": card.why_off,
        "stays in the house": ", ".join(card.not_exported),
        "whoever is given a file": card.export_note,
        "alone": "" if card.matching else "its accounts are leads of their own, never joined with others",
        "robots.txt": "obeyed" if card.robots else "not asked: the interface is documented for programs",
    }
    more = PAGE.parent / "sources" / f"{name}.md"
    lines = [f"* **{key}**: {text}" for key, text in facts.items() if text]
    lines += [f"* **more**: [sources/{name}.md](sources/{name}.md)"] * more.exists()
    return "\n".join([f"### {name}: {card.title}", "", *lines])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
