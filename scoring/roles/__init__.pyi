from .defaults import COMPONENTS, PENALTIES
from .files import find_role, folder_roles, load_role, role_file, shipped_roles
from .lint import Finding, Funnel, lint
from .model import Group, Role
from .tables import read_tables

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
