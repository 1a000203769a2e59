"""The form in which addresses are compared, and the profile pages of sites we know."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from storage.text._address import Address, check_address
from storage.text._keys import handle_key

_NO_SCHEME = re.compile(r"(?://)?[\w-]+(?:\.[\w-]+)+(?::[0-9]+)?(?:[/?#].*)?", re.DOTALL)
_STANDARD_PORTS = {80, 443}
_WORDS = "[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"


class _Site(NamedTuple):
    """How a site spells the addresses of its members' pages."""

    source: str
    form: str  # the address they are compared by
    page: re.Pattern[str]  # path and query
    not_members: frozenset[str] = frozenset()  # first words of paths that are the site's own
    member: str = "{}"  # the handle, where one source has many sites


def _site(source: str, form: str, page: str, not_members: str = "") -> _Site:
    return _Site(source, form, re.compile(page), frozenset(not_members.split()))


def _seats(site: str, host: str) -> _Site:
    """A site of the Stack Exchange network, whose members are numbered per site."""
    page = re.compile(r"/users/([0-9]{1,12})(?:/[^?]*)?(?:\?.*)?")
    return _Site("stackexchange", f"{host}/users/{{}}", page, member=f"{site}/{{}}")


def _forum(host: str) -> _Site:
    """A forum run with Discourse, whose members have a name per forum."""
    page = re.compile(rf"/(?:u|users)/({_WORDS})(?:/(?:summary|activity)?)?(?:\?.*)?")
    return _Site("discourse", f"{host}/u/{{}}", page, member=f"{host}/{{}}")


def _server(host: str) -> _Site:
    """A server of the fediverse, whose members are called name@host."""
    page = re.compile(r"/@([A-Za-z0-9_]{1,30})/?(?:\?.*)?")
    return _Site("mastodon", f"{host}/@{{}}", page, member=f"{{}}@{host}")


_AT_ROOT = rf"/({_WORDS})/?(?:\?.*)?"
_X = _site("twitter", "x.com/{}", rf"/@?({_WORDS})/?(?:\?.*)?", "home i intent search share hashtag explore login")
# Forums of practitioners that are known to run Discourse.
_FORUMS = (
    *("discuss.pytorch.org", "discuss.huggingface.co", "forums.fast.ai", "discuss.ray.io", "discourse.pymc.io"),
    *("discourse.mc-stan.org", "forum.opencv.org", "discuss.streamlit.io", "discuss.dvc.org", "support.prodi.gy"),
    *("forum.langchain.com", "discuss.ai.google.dev", "community.openai.com", "forum.posit.co"),
    *("discuss.kubernetes.io",),
)
# Only names of pages that could pass for a member's page; what the sites themselves reserve is longer.
_SITES = {
    "github.com": _site(
        "github",
        "github.com/{}",
        _AT_ROOT,
        "about apps blog collections contact customer-stories dashboard enterprise events explore features issues "
        "join login marketplace new notifications orgs organizations pricing pulls readme search security settings "
        "signup site sponsors stars team topics trending users",
    ),
    "gitlab.com": _site("gitlab", "gitlab.com/{}", _AT_ROOT, "dashboard explore groups help projects users"),
    "kaggle.com": _site(
        "kaggle",
        "kaggle.com/{}",
        _AT_ROOT,
        "account benchmarks c code competitions contact datasets discussions docs host kernels learn models notebooks "
        "product-feedback progression rankings search solutions static team terms",
    ),
    "huggingface.co": _site(
        "huggingface",
        "huggingface.co/{}",
        _AT_ROOT,
        "api blog chat collections datasets docs enterprise join learn login models new organizations papers posts "
        "pricing settings spaces tasks",
    ),
    "news.ycombinator.com": _site(
        "hackernews", "news.ycombinator.com/user?id={}", r"/user/?\?(?:.*&)?id=([A-Za-z0-9_-]{1,40})(?:&.*)?"
    ),
    "linkedin.com": _site("linkedin", "linkedin.com/in/{}", r"/in/([^/?]{1,900})/?(?:\?.*)?"),
    "dev.to": _site(
        "forem",
        "dev.to/{}",
        _AT_ROOT,
        "about challenges code-of-conduct connect contact enter faq help latest listings new notifications pod "
        "privacy readinglist search settings shop sponsors t tags terms top videos",
    ),
    "codeberg.org": _site(
        "forgejo", "codeberg.org/{}", _AT_ROOT, "api assets explore issues milestones notifications org pulls user"
    ),
    "bsky.app": _site("bluesky", "bsky.app/profile/{}", rf"/profile/({_WORDS})/?"),
    "orcid.org": _site("orcid", "orcid.org/{}", r"/([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9Xx])/?"),
    "x.com": _X,
    "twitter.com": _X,
    "stackoverflow.com": _seats("stackoverflow", "stackoverflow.com"),
    "serverfault.com": _seats("serverfault", "serverfault.com"),
    "superuser.com": _seats("superuser", "superuser.com"),
    "askubuntu.com": _seats("askubuntu", "askubuntu.com"),
    "mathoverflow.net": _seats("mathoverflow.net", "mathoverflow.net"),
} | {host: _forum(host) for host in _FORUMS}
# Sites that write members' pages like the fediverse does, and are none of it.
_NOT_FEDIVERSE = re.compile(
    r"(?:.*\.)?(?:medium|youtube|tiktok|substack|observablehq|unsplash|producthunt|replit|glitch|odysee|pinterest|vimeo"
    r"|instagram|facebook|dailymotion|hashnode|hackernoon|rumble|npmjs|threads|kick|patreon|quora)\.com"
    r"|(?:.*\.)?(?:threads\.net|hackmd\.io|jsr\.io|matters\.town|lichess\.org|dev\.to|t\.me|deno\.land|hive\.blog"
    r"|steemit\.com|codeberg\.page|github\.io|gitlab\.io)"
)
_ELSEWHERE = re.compile(r"/@([A-Za-z0-9_]{1,30})@((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24})/?", re.IGNORECASE)
_SISTER = re.compile(r"([a-z][a-z0-9]{0,40})\.stackexchange\.com")
_PREFIXES = re.compile(r"^(?:(?:www|m|mobile)\.|[a-z]{2}\.(?=linkedin\.com$))")


def link_key(url: str) -> str | None:
    """Give the form in which addresses are compared, None if the text is no web address.

    Lower-case ASCII host without "www.", path without its last slash, no scheme, query or fragment; the scheme may
    be missing. Profile pages of known sites have one form each, in lower case.
    """
    address = _read(url)
    if address is None:
        return None
    if found := _member(address):
        site, handle = found
        return site.form.format(handle)
    port = "" if address.port in _STANDARD_PORTS else f":{address.port}"
    return f"{address.ascii_host.removeprefix('www.')}{port}{address.path.rstrip('/')}"


def profile_key(url: str) -> tuple[str, str] | None:
    """Give source and handle key if the address is exactly a member's page of a known source, else None."""
    address = _read(url)
    found = _member(address) if address else None
    return (found[0].source, found[0].member.format(found[1])) if found else None


def _read(url: str) -> Address | None:
    text = url.strip()
    address = check_address(text)
    if not isinstance(address, Address) and _NO_SCHEME.fullmatch(text):
        address = check_address(f"https://{text.removeprefix('//')}")
    return address if isinstance(address, Address) else None


def _member(address: Address) -> tuple[_Site, str] | None:
    host = _PREFIXES.sub("", address.ascii_host, count=1)
    sister = _SISTER.fullmatch(host)
    site = _seats(sister[1], host) if sister else _SITES.get(host) or _fediverse(host, address.path)
    if site is None or address.port not in _STANDARD_PORTS:
        return None
    query = f"?{address.query}" if address.query else ""
    page = site.page.fullmatch((address.path or "/") + query)
    if page is None or page[1].lower() in site.not_members:
        return None
    # Only LinkedIn's pages hold percent escapes: names in other scripts, copied from the address line.
    return site, handle_key(unquote(page[1]))


def _fediverse(host: str, path: str) -> _Site | None:
    """The server a page "/@name" belongs to; "/@name@other" is the page of a member of the other one."""
    if not path.startswith("/@") or _NOT_FEDIVERSE.fullmatch(host):
        return None
    elsewhere = _ELSEWHERE.fullmatch(path)
    if elsewhere is None:
        return _server(host)
    home = elsewhere[2].lower()
    page = re.compile(r"/@([^@/]{1,30})@.*")
    if _NOT_FEDIVERSE.fullmatch(home):
        return None
    return _Site("mastodon", f"{home}/@{{}}", page, member=f"{{}}@{home}")
