"""Role profiles: the model, loading, finding and linting; the shipped profiles lie beside this file."""

from scoring.roles.files import find_role, load_role, shipped_roles
from scoring.roles.lint import Finding, lint
from scoring.roles.model import COMPONENTS, PENALTIES, Group, Role

__all__ = ["COMPONENTS", "PENALTIES", "Finding", "Group", "Role", "find_role", "lint", "load_role", "shipped_roles"]
