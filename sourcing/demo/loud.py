"""People who make ranking hard: those who say more than they do, and those who are known for something else.

Drawn from seeds of their own, so that everybody else stays who they were.
"""

from functools import lru_cache

from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.stock import Field, stock

CLAIMED = 11  # skills a boaster claims at once
_BOASTERS = {True: 0.06, False: 0.25}  # by working in a field roles look for
_FAMOUS = 0.02  # of those who do not
_MUTE = frozenset({"bot", "organisation"})


@lru_cache(maxsize=100_000)
def boast(person: Person) -> Field | None:
    """The field somebody claims to be at home in, loudly and beyond the work; None for most."""
    chance = Chance("boast", person.index, person.latin)
    if person.field.id in _MUTE or not chance.often(_BOASTERS[bool(person.field.role)]):
        return None
    return person.field if person.field.role else chance.pick([field for field in stock().fields if field.role])


def famous(person: Person) -> int:
    """Stars by the thousand for one work of somebody no role profile looks for; 0 for most."""
    chance = Chance("famous", person.index, person.latin)
    if person.field.role or person.field.id in _MUTE or not chance.often(_FAMOUS):
        return 0
    return min(chance.heavy(4_000, 1.2), 80_000)
