from .files import durable, streamed
from .writing import FORMATS, Exported, Wanted, write

__all__ = ["FORMATS", "Exported", "Wanted", "durable", "streamed", "write"]
