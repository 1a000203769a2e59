"""What one more public example would add to a score: invented, added to the lead, scored by the engine itself."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scoring.engine import Scorer, readable
from scoring.skills import Skill
from storage.records import Account, AccountKey, Evidence, Lead, Level, Origin, Record

WORTH_SAYING = 0.005  # a gain below this is noise to a reader
_SHOWN = 3
_FIRST = ("github", "gitlab", "forgejo")  # where an example of work would most likely stand


class Example(Record):
    """One piece of public work that is not there, and what it would add to the total."""

    what: str  # "a public deployment example"
    component: str  # the one that gains most
    low: float  # if it is modest: own practice, shown by a topic or a few lines
    high: float  # if others use it and its files show it

    @property
    def sentence(self) -> str:
        """As the reader sees it: "a public deployment example would add 0.03–0.05"."""
        if round(self.low, 2) < 0:
            return f"{self.what} would change the total by {self.low:+.2f} to {self.high:+.2f}"
        ends = dict.fromkeys((f"{abs(self.low):.2f}", f"{self.high:.2f}"))
        return f"{self.what} would add {'–'.join(ends)}"


class _Idea(NamedTuple):
    what: str
    modest: Evidence
    strong: Evidence


def examples(lead: Lead, scorer: Scorer, *, most: int = _SHOWN) -> list[Example]:
    """The single pieces of work that would add most, most first; each is scored with everything else as it is."""
    # What is there is made ready once, and of each example only what is added.
    ready = readable(lead, scorer.setting.now)[0]
    present = scorer.score(ready, ready=True)
    gains = {part.component: part.contribution for part in present.parts}
    found = []
    for idea in _ideas(lead, scorer):
        added = lead.model_copy(update={"evidence": (idea.modest, idea.strong)})
        works = readable(added, scorer.setting.now)[0].evidence
        low, high = (scorer.score(_with(ready, work), ready=True) for work in works)
        ends = sorted((low.total - present.total, high.total - present.total))
        gained = max(high.parts, key=lambda part: part.contribution - gains[part.component])
        found.append(Example(what=idea.what, component=gained.component, low=ends[0], high=ends[1]))
    worth = [one for one in found if one.high >= WORTH_SAYING]
    return sorted(worth, key=lambda one: (-one.low - one.high, one.what))[:most]


def _with(lead: Lead, work: Evidence) -> Lead:
    return lead.model_copy(update={"evidence": (*lead.evidence, work)})


def _ideas(lead: Lead, scorer: Scorer) -> Iterator[_Idea]:
    account = _home(lead)
    known = {skill.id: skill for skill in scorer.role.vocabulary.skills}
    held = {coverage.skill: coverage.value for coverage in scorer.skills_of(lead)}
    for group in scorer.role.must_have:
        wanted = group.all or (max(group.any, key=lambda skill: (held.get(skill, 0.0), -group.any.index(skill))),)
        yield _showing(f"a public example of {group.name}", account, scorer, [known[skill] for skill in wanted])
    for nice in scorer.role.nice_to_have:
        if nice.skill not in held:
            yield _showing(f"a public example of {nice.skill}", account, scorer, [known[nice.skill]])
    yield _deployment(account, scorer)
    yield _model_card(account, scorer)
    yield _use(account, scorer)
    yield _elsewhere(account, scorer)


def _home(lead: Lead) -> Account:
    """The account new work would stand under."""
    return min(lead.accounts, key=lambda one: (one.source not in _FIRST, one.key))


def _showing(what: str, account: Account, scorer: Scorer, skills: Sequence[Skill]) -> _Idea:
    tags = tuple(skill.tags[0] if skill.tags else skill.id for skill in skills)
    packages = tuple(skill.packages[0] for skill in skills if skill.packages)
    files = tuple(_file(skill.files[0]) for skill in skills if skill.files)
    languages = tuple(skill.languages[0] for skill in skills if skill.languages)
    modest = _work(account, scorer, tags=tags)
    strong = _work(account, scorer, level=Level.RECOGNISED, tags=(*tags, *languages), packages=packages, files=files)
    return _Idea(what, modest, strong)


def _file(pattern: str) -> str:
    """A file name the pattern means."""
    name = pattern.replace("*", "example")
    return f"{name}example" if name.endswith("/") else name


def _deployment(account: Account, scorer: Scorer) -> _Idea:
    files = ("Dockerfile", ".github/workflows/deploy.yml")
    modest = _work(account, scorer, files=files)
    more = {"packages": ("bentoml", "prometheus-client"), "figures": {"releases": 3.0}}
    return _Idea("a public deployment example", modest, _work(account, scorer, files=files, **more))


def _model_card(account: Account, scorer: Scorer) -> _Idea:
    text = "Model card: intended use, limitations and known issues, with metrics per group."
    strong = _work(account, scorer, text=text, packages=("shap",))
    return _Idea("a model card that states its limits", _work(account, scorer, text=text), strong)


def _use(account: Account, scorer: Scorer) -> _Idea:
    text = "What it changed: used by 2,000 customers in production since the spring"
    strong = _work(account, scorer, text=f"{text}; cost reduction and revenue by quarter in the case study.")
    return _Idea("a few lines on who uses the own work", _work(account, scorer, text=f"{text}."), strong)


def _elsewhere(account: Account, scorer: Scorer) -> _Idea:
    url = "https://example.org/somebody-else/example"
    work = _work(account, scorer, kind="merged_change", url=url)
    strong = _work(account, scorer, kind="merged_change", url=url, level=Level.RECOGNISED)
    return _Idea("a merged change in somebody else's project", work, strong)


def _work(account: Account, scorer: Scorer, **facts: object) -> Evidence:
    """A piece of work done today under the account's own name."""
    now = scorer.setting.now
    plain = Evidence(
        account=AccountKey(account.source, account.source_id),
        source_id="example",
        kind="repository",
        url=f"https://example.org/{account.handle}/example",
        title="example",
        event_at=now,
        started_at=now,
        level=Level.PRACTICE,
        origin=Origin(source=account.source, url="https://example.org", seen_at=now, spider="example/1"),
    )
    return plain.model_copy(update=facts)
