"""Names of knowledge in sentences of real adverts, and the vocabulary made from public lists."""

import pytest

from bench.scoring import vocabulary
from bench.scoring._job_skills import FOLDER, judge, sentences
from scoring.advert.tagger import spans
from scoring.skills.broader import FILE

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="labelled adverts are not beside the project"),
]


def test_names_of_knowledge_are_found() -> None:
    dev = [one for one in sentences("dev") if one.source == "tech"]
    judged = judge((one.spans, frozenset(spans(one.tokens))) for one in dev)
    assert judged.f1 >= 0.45
    assert judged.touching >= 0.70
    assert judged.touched >= 0.60


def test_the_broader_vocabulary_is_what_its_maker_makes() -> None:
    assert vocabulary.made() == FILE.read_text("utf-8")
