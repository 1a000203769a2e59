from .joining import MODEL, Joined, resolve
from .settings import Settings

__all__ = ["MODEL", "Joined", "Settings", "resolve"]
