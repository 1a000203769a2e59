from .joining import Joined, resolve
from .recording import MODEL
from .settings import Settings

__all__ = ["MODEL", "Joined", "Settings", "resolve"]
