"""Forums run with Discourse: the base class of their spiders, and the row of attributes that makes one forum."""

from spiders._discourse.forums import DiscourseOptions, Forum
from spiders._discourse.profiles import Discourse

__all__ = ["Discourse", "DiscourseOptions", "Forum"]
