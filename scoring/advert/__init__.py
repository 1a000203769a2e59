"""Job adverts: what one asks, read sentence by sentence, as the draft of a role profile."""

from scoring.advert.answers import answerable, answered
from scoring.advert.drafting import Draft, Near, Question, draft, knowledge, questions, role_id
from scoring.advert.files import read_advert
from scoring.advert.sentences import Said
from scoring.advert.wishes import Wish
from scoring.advert.writing import written

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
