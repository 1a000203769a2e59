"""Code hosts beside GitHub: what a night on one is like, and what each of them has to say of itself."""

from spiders._codehost.host import CodeHost
from spiders._codehost.projects import Change, CodeHostOptions, Project

__all__ = ["Change", "CodeHost", "CodeHostOptions", "Project"]
