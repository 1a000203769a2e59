"""Which texts are addresses of web pages."""

import re
from ipaddress import AddressValueError, IPv6Address
from typing import NamedTuple

from storage.text._scripts import has_mixed_script

URL_LIMIT = 2048  # code points
PORTS = frozenset({80, 443, 8080, 8443})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_HOST_PORT = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?", re.ASCII)
_REST = re.compile(r"//([^/?#]*)(.*)", re.DOTALL)
_ASCII_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_HOST_LIMIT = 253  # RFC 1035
_DEFAULT = {"http": 80, "https": 443}


class Address(NamedTuple):
    """An accepted web address."""

    url: str  # scheme and host in lower case, else as it came
    scheme: str
    host: str  # in lower case, as written: "bücher.example"
    ascii_host: str  # "xn--bcher-kva.example"; shown beside an international name
    port: int
    path: str
    query: str

    @property
    def mixed_script(self) -> bool:
        """Whether a word of the host mixes look-alike scripts."""
        return has_mixed_script(self.host)


def check_address(text: str) -> Address | str:
    """Judge a text as a web address; else the first reason it fails for.

    Reasons, in order: length, scheme, relative, host, backslash, userinfo, host, port. Outer white space is no
    part of the value.
    """
    text = text.strip()
    if len(text) > URL_LIMIT:
        return "length"
    scheme = _SCHEME.match(_BLANK.sub("", text))
    if scheme is None:
        return "relative"
    if scheme[1].lower() not in _DEFAULT:
        return "scheme"
    return _check_rest(text, scheme[1])


def web_address(text: str) -> str | None:
    """Give a text as a web address in its normal form, None if it is none."""
    address = check_address(text)
    return address.url if isinstance(address, Address) else None


def _check_rest(text: str, scheme: str) -> Address | str:
    rest = _REST.fullmatch(text[len(scheme) + 1 :])
    if rest is None or not text.startswith(scheme) or not rest[1]:
        return "host"
    found = _HOST_PORT.fullmatch(rest[1].rpartition("@")[2])
    if found is None or not found[1]:
        return "host"
    if "\\" in text:
        return "backslash"
    if "@" in rest[1]:
        return "userinfo"
    return _accept(scheme.lower(), found[1].lower(), found[2], rest[2], text)


def _accept(scheme: str, host: str, port: str | None, rest: str, text: str) -> Address | str:
    ascii_host = None if _BLANK.search(text) else _ascii_host(host)
    if ascii_host is None:
        return "host"
    number = int(port) if port else _DEFAULT[scheme]
    if number not in PORTS:
        return "port"
    shown_port = "" if number == _DEFAULT[scheme] else f":{number}"
    path, _, query = rest.partition("#")[0].partition("?")
    return Address(f"{scheme}://{host}{shown_port}{rest}", scheme, host, ascii_host, number, path, query)


def _ascii_host(host: str) -> str | None:
    if host.startswith("["):
        return host if _is_ipv6(host[1:-1]) else None
    if not host.isascii():
        import idna  # its tables take longer to load than all the rest here

        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            return None
    host = host.removesuffix(".")
    return host if len(host) <= _HOST_LIMIT and _ASCII_HOST.fullmatch(host) else None


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True
