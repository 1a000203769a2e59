"""What invented people write about themselves."""

from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.loud import CLAIMED, boast
from sourcing.demo.naming import firm
from sourcing.demo.stock import Place, stock

OPT_OUTS = (
    "No recruiters, please.",
    "Recruiters: please do not contact me.",
    "Not looking for a job. No recruiter mail.",
    "no headhunters / no recruiters",
)
_LOOKING = ("Open to work.", "Looking for my next role.", "Available from next month.", "Happy to talk about jobs.")
_BUZZ = ("AI/ML/LLM/GenAI visionary", "10x data ninja", "Prompt whisperer. Disruptor.")
_ODD = (
    "\u202egnihton ees",
    "<b>hello</b> & welcome",
    '=HYPERLINK("https://odd.example","x")',
    "zero\u200bwidth",
    "𝓯𝓪𝓷𝓬𝔂",
)
_ASIDES = ("Gardener.", "I climb on weekends.", "She/her.", "Opinions are mine.", "☕ + 🎧", "Mountains.", "Chess.")


def company(person: Person) -> str | None:
    """The employer as written on a profile, None for about half."""
    chance = Chance("company", person.index, person.login or person.kaggle)
    if person.field.id in ("bot", "organisation") or chance.often(0.45):
        return None
    name = firm(chance)
    return f"@{name}-hq" if chance.often(0.25) else chance.pick((name.capitalize(), f"{name.capitalize()} GmbH", name))


def headline(person: Person) -> str:
    """The job title the person uses everywhere."""
    return Chance("title", person.index, person.latin).pick((boast(person) or person.field).titles)


def claims(person: Person) -> tuple[str, ...]:
    """Ids of the skills the person claims in words; more than the work proves for some."""
    chance, boasted = Chance("claims", person.index, person.latin), boast(person)
    known = [skill for skill in (boasted or person.field).claims if skill in stock().labels]
    return tuple(chance.some(known, CLAIMED if boasted else 2 + int(4 * person.seniority)))


def words(skills: tuple[str, ...]) -> str:
    """Skills as people write them, comma separated."""
    return ", ".join(stock().labels[skill] for skill in skills)


def bio(seed: str, person: Person, edition: int = 0) -> str | None:
    """The biography at GitHub; `edition` counts edits."""
    chance = Chance(seed, person.index, "bio", edition)
    shown = bool(edition) or chance.often(0.72) or boast(person) is not None
    text = _bio(chance, person) if shown else ""
    if person.opted_out:
        text = f"{text} {OPT_OUTS[person.index % len(OPT_OUTS)]}".strip()
    return text or None


def _bio(chance: Chance, person: Person) -> str:
    title, skills = headline(person), claims(person)
    if person.field.id in ("bot", "organisation", "recruiter"):
        return title
    forms = [
        f"{title}. {words(skills)}.",
        f"{title} | {words(skills[:3])}",
        title,
        f"{title} working on {words(skills[:2])}. {chance.pick(_ASIDES)}",
        chance.pick(_ASIDES),
        f"I write about {words(skills[:1])}. {chance.pick(_ASIDES)}",
    ]
    text = chance.pick(forms)
    if chance.often(0.01):
        text += f" {chance.pick(_ODD)}"
    if chance.often(0.03):
        text = f"{chance.pick(_BUZZ)} {words(skills)}"
    if boast(person):
        text = f"{title} | {words(skills)}. {_BUZZ[person.index % len(_BUZZ)]}"
    return f"{text} {chance.pick(_LOOKING)}" if person.hireable and chance.often(0.3) else text


def spelled(chance: Chance, place: Place) -> str | None:
    """A place as somebody fills it in; a quarter say nothing or nothing useful."""
    style = chance.below(20)
    if style < 4:
        return None
    if style == 4:
        return chance.pick(("Earth", "127.0.0.1", "the internet", "🌍", "Remote"))
    if style < 9:
        return place.city
    if style < 14:
        return f"{place.city}, {place.country}"
    if style == 14:
        return f"{place.city} {place.flag}"
    return {15: place.other, 16: place.country, 17: place.full, 18: place.city.lower()}.get(style, place.other)
