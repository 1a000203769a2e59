"""Finding people by what their work says: items are searched, people are ranked by the votes of their items."""

from scoring.search.spelling import terms
from scoring.search.tags import Answer, Tags
from scoring.search.texts import Item, Texts
from scoring.search.votes import Vote, voted

__all__ = ["Answer", "Item", "Tags", "Texts", "Vote", "terms", "voted"]
