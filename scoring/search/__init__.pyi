from .spelling import terms
from .tags import Answer, Tags
from .texts import Item, Texts
from .votes import Vote, voted

__all__ = ["Answer", "Item", "Tags", "Texts", "Vote", "terms", "voted"]
