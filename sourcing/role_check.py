"""A role profile looked at from all sides: its rules, the known people, and the sources if they may be asked."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from scoring.roles import Finding, Funnel, Role, find_role, lint, read_tables, role_file
from scoring.roles.lint import placed
from sourcing.config import Config
from storage.errors import StoreError


class RoleCheck(BaseModel):
    """What the linter found, and the funnel where there are leads to count."""

    model_config = ConfigDict(frozen=True)

    role: str
    findings: tuple[Finding, ...]
    supply: Funnel | None = None
    supply_skipped: str = ""  # why nobody was counted


def check_role(config: Config, name: str, *, now: datetime, supply: bool = True, online: bool = False) -> RoleCheck:
    """All findings about a role of this installation, in the order of the rules."""
    role = find_role(name, config.roles_folder)
    source = role_file(name, config.roles_folder).read_text("utf-8")
    known, why = _known(config, role) if supply else (None, "not asked for")
    releases = read_tables(config.roles_folder).releases
    found = lint(role, now=now, source=source, releases=releases, supply=known)
    if online:
        from sourcing.role_names import unknown_names

        told = {finding.message for finding in found}
        found += [placed(one, source) for one in unknown_names(config, role) if one.message not in told]
    return RoleCheck(role=role.role, findings=tuple(found), supply=known, supply_skipped=why)


def _known(config: Config, role: Role) -> tuple[Funnel | None, str]:
    """The funnel of the stored leads; without a database the profile is still worth reading."""
    from sourcing.ranking import supply as supply_of
    from storage.store import Store

    try:
        with Store.open(config.database_url, key=config.key) as store:
            found = supply_of(store, role)
    except StoreError as error:
        return None, str(error)
    return (found, "") if found.people else (None, "no leads yet")
