"""Files other systems take in: columns as their import screens name them, texts guarded like any CSV.

The names are those `sourcing.imports.ats` reads back, so that what was handed over is recognised when it returns.
Greenhouse and OpenCATS: published import templates; Lever and Ashby from memory, with names their mapping screens let
one change. LinkedIn: first name, last name, profile address, at most 200 people a file. Nobody's mail address or
telephone number is in any of them, since none is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sourcing.export.columns import Columns
from sourcing.ranking import Row
from storage.text import profile_key, web_address

LINKEDIN_MOST = 200  # people a file


class Preset(NamedTuple):
    """How one system wants its file; `most` people a file (0: no limit), `needs` says who cannot be in it."""

    columns: Columns
    most: int = 0
    needs: Callable[[Row], bool] = lambda _: True
    why_not: str = ""


def first_name(row: Row) -> str:
    """All words of a name but the last; the whole name where there is one word only."""
    return row.name.rpartition(" ")[0] or row.name


def last_name(row: Row) -> str:
    """The last word of a name; empty where there is one word only, since which of the two it is nobody said."""
    before, _, last = row.name.rpartition(" ")
    return last if before else ""


def _at(source: str) -> Callable[[Row], str | None]:
    """The first profile of a row at a source."""
    return lambda row: next((url for url in _all(row) if (profile_key(url) or ("",))[0] == source), None)


def _all(row: Row) -> Sequence[str]:
    return (*row.profiles, *row.links)


def _others(row: Row) -> Sequence[str]:
    named = (_at("linkedin")(row), _at("github")(row))
    return [url for url in dict.fromkeys(_all(row)) if url not in named and web_address(url)]


def _note(row: Row) -> str:
    why = "; ".join(row.reasons)
    return f"{row.role} version {row.role_version}: {row.total:.2f} ({row.low:.2f}–{row.high:.2f}). {why}"


PRESETS: Mapping[str, Preset] = {
    "greenhouse": Preset(
        {
            "First Name": first_name,
            "Last Name": last_name,
            "Title": lambda row: row.headline,
            "Company": lambda row: row.company,
            "Location": lambda row: row.location,
            "LinkedIn URL": _at("linkedin"),
            "GitHub URL": _at("github"),
            "Social Media": lambda row: tuple(_others(row)),
            "Source": lambda _: "sourcing",
            "Notes": _note,
            "External ID": lambda row: row.lead,
        }
    ),
    "lever": Preset(
        {
            "Name": lambda row: row.name,
            "Headline": lambda row: row.headline,
            "Company": lambda row: row.company,
            "Location": lambda row: row.location,
            "Links": lambda row: tuple(url for url in dict.fromkeys(_all(row)) if web_address(url)),
            "Tags": lambda row: row.role,
            "Source": lambda _: "sourcing",
            "Notes": _note,
            "External ID": lambda row: row.lead,
        }
    ),
    "ashby": Preset(
        {
            "Name": lambda row: row.name,
            "Position": lambda row: row.headline,
            "Company": lambda row: row.company,
            "Location": lambda row: row.location,
            "LinkedIn URL": _at("linkedin"),
            "GitHub URL": _at("github"),
            "Other Links": lambda row: tuple(_others(row)),
            "Source": lambda _: "sourcing",
            "Note": _note,
            "External ID": lambda row: row.lead,
        }
    ),
    "opencats": Preset(
        {
            "firstName": first_name,
            "lastName": last_name,
            "currentEmployer": lambda row: row.company,
            "City": lambda row: row.location,
            "webSite": lambda row: next(iter(row.profiles), None),
            "source": lambda _: "sourcing",
            "notes": _note,
        }
    ),
    "linkedin": Preset(
        {"First Name": first_name, "Last Name": last_name, "Profile URL": _at("linkedin")},
        most=LINKEDIN_MOST,
        needs=lambda row: _at("linkedin")(row) is not None,
        why_not="names no LinkedIn profile",
    ),
}
