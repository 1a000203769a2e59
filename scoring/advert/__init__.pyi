from .answers import answerable, answered
from .drafting import Draft, Near, Question, draft, knowledge, questions, role_id
from .files import read_advert
from .sentences import Said
from .wishes import Wish
from .writing import written

__all__ = [
    "Draft",
    "Near",
    "Question",
    "Said",
    "Wish",
    "answerable",
    "answered",
    "draft",
    "knowledge",
    "questions",
    "read_advert",
    "role_id",
    "written",
]
