"""Whom a night works for: the active roles, and the lanes they bring."""

from collections.abc import Sequence

from scoring.roles import Role, find_role
from sourcing.config import Config
from storage.records import Lane


def lanes_of(roles: Sequence[Role], sources: Sequence[str] | None = None) -> list[Lane]:
    """The lanes of all roles, each once, limited to some sources if given."""
    lanes = {lane.id: lane for role in roles for lane in role.lane_list()}
    return [lane for lane in lanes.values() if not sources or lane.source in sources]


def active_roles(config: Config) -> list[Role]:
    """The role profiles a night works for; RoleError if one is missing or wrong."""
    return [find_role(name, config.roles_folder) for name in config.roles.active]
