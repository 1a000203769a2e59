"""Skills: the vocabulary and the matcher that reads them off public work."""

from scoring.skills.matcher import How, Match, Matcher, tag_key
from scoring.skills.vocabulary import Alias, Skill, Vocabulary, shipped_vocabulary

__all__ = ["Alias", "How", "Match", "Matcher", "Skill", "Vocabulary", "shipped_vocabulary", "tag_key"]
