"""Role profiles: the model, loading, finding and linting; the shipped profiles lie beside this file."""

from scoring.roles.defaults import COMPONENTS, PENALTIES
from scoring.roles.files import find_role, load_role, shipped_roles
from scoring.roles.lint import Finding, lint
from scoring.roles.model import Group, Role

__all__ = ["COMPONENTS", "PENALTIES", "Finding", "Group", "Role", "find_role", "lint", "load_role", "shipped_roles"]
