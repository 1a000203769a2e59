"""Role profiles: the model, loading, finding and linting; the shipped profiles lie beside this file."""

from scoring.roles.defaults import COMPONENTS, PENALTIES
from scoring.roles.files import find_role, folder_roles, load_role, role_file, shipped_roles
from scoring.roles.lint import Finding, Funnel, lint
from scoring.roles.model import Group, Role
from scoring.roles.tables import read_tables

__all__ = [
    "COMPONENTS",
    "PENALTIES",
    "Finding",
    "Funnel",
    "Group",
    "Role",
    "find_role",
    "folder_roles",
    "lint",
    "load_role",
    "read_tables",
    "role_file",
    "shipped_roles",
]
