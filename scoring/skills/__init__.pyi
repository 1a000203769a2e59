from .matcher import How, Match, Matcher, tag_key
from .vocabulary import Alias, Skill, Vocabulary, shipped_vocabulary

__all__ = ["Alias", "How", "Match", "Matcher", "Skill", "Vocabulary", "shipped_vocabulary", "tag_key"]
