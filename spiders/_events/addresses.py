"""What a structured field of a programme or file says, as an address: whole addresses, bare domains, bare handles."""

import re

_HANDLE = re.compile(r"@?([A-Za-z0-9][A-Za-z0-9_.-]{0,99})")
_FEDIVERSE = re.compile(r"@?([A-Za-z0-9_]{1,60})@((?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24})")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}(?:[/?#]\S*)?")
# Field → the address a bare handle in it stands for.
SITES = {
    "github": "https://github.com/{}",
    "gitlab": "https://gitlab.com/{}",
    "twitter": "https://x.com/{}",
    "x": "https://x.com/{}",
    "linkedin": "https://www.linkedin.com/in/{}",
    "kaggle": "https://www.kaggle.com/{}",
    "huggingface": "https://huggingface.co/{}",
    "orcid": "https://orcid.org/{}",
}


def address(field: str, value: str) -> str:
    """The address a field means; what is none comes back as it is, for the limits of links to judge."""
    value = value.strip()
    if "://" in value:
        return value
    if field == "mastodon" and (member := _FEDIVERSE.fullmatch(value)):
        return f"https://{member[2]}/@{member[1]}"
    if field == "bluesky" and _DOMAIN.fullmatch(value.removeprefix("@")):
        return f"https://bsky.app/profile/{value.removeprefix('@')}"
    if field in SITES and "/" not in value and (handle := _HANDLE.fullmatch(value)):
        return SITES[field].format(handle[1])
    return f"https://{value}" if _DOMAIN.fullmatch(value) else value
