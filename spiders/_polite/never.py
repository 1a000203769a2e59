"""Hosts that are never asked, whoever wants to: their owners forbid collecting from them.

An address there may be kept as a link somebody published. The list is no setting, and it stands before everything
else, so that neither a robots.txt nor the end of a redirect is fetched.
"""

from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

COUNTER = "host_never_asked"
OUTSIDE = "host_outside_only_hosts"
LINKEDIN = ("linkedin.com", "linkedin.cn", "lnkd.in", "licdn.com", "licdn.cn")
DISCORD = (
    *("discord.com", "discord.gg", "discord.new", "discord.media", "discord.gift", "discord.dev"),
    *("discordapp.com", "discordapp.net", "discordapp.io", "dis.gd"),
)
HOSTS = frozenset({*LINKEDIN, *DISCORD})


class NeverAsked(IgnoreRequest):
    """A request to a host that is never asked; `counter` is the name it was counted under."""

    def __init__(self, counter: str, reason: str) -> None:
        super().__init__(reason)
        self.counter = counter


def never_asked(url: str) -> bool:
    """Whether the host of an address, or a domain above it, is one of those; also for hosts in other spellings."""
    labels = (urlsplit(url).hostname or "").lower().rstrip(".").split(".")
    return any(".".join(labels[at:]) in HOSTS for at in range(len(labels)))
