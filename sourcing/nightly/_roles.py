"""Whom a night works for: the active roles, and the lanes they bring."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sourcing.checked_roles import lanes_of_role
from sourcing.config import Config
from storage.records import Lane

if TYPE_CHECKING:
    from scoring.roles import Role


def lanes_of(roles: "Sequence[Role]", sources: Sequence[str] | None = None) -> list[Lane]:
    """The lanes of all roles, each once, limited to some sources if given."""
    lanes = _once(lane for role in roles for lane in role.lane_list())
    return [lane for lane in lanes if not sources or lane.source in sources]


def active_roles(config: Config) -> "list[Role]":
    """The role profiles a night works for; RoleError if one is missing or wrong."""
    from scoring.roles import find_role

    return [find_role(name, config.roles_folder) for name in config.roles.active]


def active_lanes(config: Config) -> list[Lane]:
    """The lanes of the active roles, each once; RoleError as `active_roles`."""
    return _once(lane for name in config.roles.active for lane in lanes_of_role(config, name))


def _once(lanes: Iterable[Lane]) -> list[Lane]:
    return list({lane.id: lane for lane in lanes}.values())
