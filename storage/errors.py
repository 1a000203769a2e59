"""Every error this product raises on purpose.

    SourcingError                 base; the message is what the user reads
    ├── ConfigError               sourcing.toml, a role file, an environment variable        exit 2
    │   └── RoleError             a role profile that cannot be used                         exit 2
    ├── StoreError                the database cannot be opened, upgraded or trusted         exit 3
    │   └── UnknownLead           no lead, account or address answers to that name           exit 2
    ├── AlreadyRunningError       another run works on this installation or its database     exit 4
    ├── Unreadable                an answer of a source that cannot be read; quarantined
    ├── Refused                   a source answered that we may not ask                      exit 6
    └── Interrupted               Ctrl-C or SIGTERM                                          exit 130

Messages name the thing, the value and the way out, in one line.
"""


class SourcingError(Exception):
    """Base of all errors raised on purpose; `exit_code` is what the command line ends with."""

    exit_code = 1


class ConfigError(SourcingError):
    """A setting, file or secret is missing or wrong."""

    exit_code = 2


class RoleError(ConfigError):
    """A role profile that cannot be used."""


class StoreError(SourcingError):
    """The database cannot be opened, upgraded or trusted."""

    exit_code = 3


class UnknownLead(StoreError):
    """No lead, account or address answers to the name given."""

    exit_code = 2


class AlreadyRunningError(SourcingError):
    """Another run works on this installation or its database."""

    exit_code = 4


class Unreadable(SourcingError):
    """An answer that cannot be read; the caller quarantines it and goes on."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Refused(SourcingError):
    """A source answered that we may not ask: bad token, ban, closed by robots."""

    exit_code = 6


class Interrupted(SourcingError):
    """The user or the system asked us to stop."""

    exit_code = 130
