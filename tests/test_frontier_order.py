"""Who is asked next: fair among lanes, first what brings most, and a number of requests shared by all sources."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from sourcing.crawl.worth import MEMORY, learn, worths_of
from spiders._conversation import Question
from spiders._course.purse import Claim, Purse
from spiders._course.queue import FairQueue
from storage.records import AccountKey, Lane, LaneBill, Outcome, Receipt
from storage.store import Store
from tests.store_kit import ADA, day, scored, settle, work
from tests.test_polite import HOST, OpenToy, ToyOptions


class Bench(FairQueue):
    """The queue without a crawler: an active request is one that was given out and not ended."""

    def __init__(self, worths: dict[str, float], concurrency: int = 1) -> None:
        spider: Any = OpenToy()
        spider.options = ToyOptions(concurrency=concurrency)
        spider.lanes = [Lane(source="toy", kind="pages", target=name) for name in worths]
        spider.worths = {f"toy/pages/{name}": worth for name, worth in worths.items() if worth}
        self.active: set[Request] = set()
        engine = SimpleNamespace(downloader=SimpleNamespace(active=self.active))
        super().__init__(SimpleNamespace(spider=spider, engine=engine))  # type: ignore[arg-type]  # all it looks at

    def put(self, lane: str, path: str = "/", resource: str = "", priority: int = 0) -> None:
        question = Question(lane=f"toy/pages/{lane}", then=lambda _: (), resource=resource)
        meta = {"question": question, "lane": question.lane}
        assert self.enqueue_request(Request(HOST + path, meta=meta, priority=priority))

    def order(self, most: int = 10**6) -> list[str]:
        """Lanes in the order in which they are served, one request at a time."""
        served: list[str] = []
        while len(served) < most and (request := self.next_request()) is not None:
            served.append(request.meta["lane"].rpartition("/")[2])
        return served


def test_within_a_lane_who_came_first_goes_first_unless_it_is_pressing() -> None:
    queue = Bench({"a": 1.0})
    for path, priority in (("/1", 0), ("/2", 0), ("/again", 1)):
        queue.put("a", path, priority=priority)
    asked = [request.url.removeprefix(HOST) for request in iter(queue.next_request, None) if request is not None]
    assert asked == ["/again", "/1", "/2"]
    assert not queue.has_pending_requests()


def test_lanes_are_served_by_what_they_bring_and_none_starves() -> None:
    queue = Bench({"rich": 1.0, "fair": 0.5, "poor": 0.0})
    for lane in ("poor", "fair", "rich"):
        for _ in range(1000):
            queue.put(lane)
    served = Counter(queue.order(most=160))
    assert served == {"rich": 100, "fair": 50, "poor": 10}


def test_a_lane_that_was_idle_catches_up_with_nobody() -> None:
    queue = Bench({"a": 1.0, "b": 1.0})
    for _ in range(100):
        queue.put("a")
    queue.order(most=50)
    for _ in range(100):
        queue.put("b")
    assert Counter(queue.order(most=20)) == {"a": 10, "b": 10}


def test_what_waits_at_the_gate_is_not_given_out() -> None:
    queue = Bench({"a": 1.0, "b": 1.0}, concurrency=2)
    for resource in ("core", "core", "core", "search"):
        queue.put("a", resource=resource)
    given_out = []
    while (request := queue.next_request()) is not None:
        queue.active.add(request)
        given_out.append(request.meta["question"].resource)
    assert sorted(given_out) == ["core", "core", "search"]
    assert queue.has_pending_requests()
    queue.active.clear()
    assert queue.next_request() is not None


@given(st.dictionaries(st.sampled_from("abcde"), st.floats(0, 9), min_size=1), st.data())
def test_everything_is_asked_once_whatever_lanes_are_worth(worths: dict[str, float], data: st.DataObject) -> None:
    queue, put = Bench(worths), Counter[str]()
    served = Counter[str]()
    for lane in data.draw(st.lists(st.sampled_from(sorted(worths)), max_size=60)):
        queue.put(lane)
        put[lane] += 1
        if data.draw(st.booleans()):
            served.update(queue.order(most=1))
    served.update(queue.order())
    assert served == put


# --- shared by all sources --------------------------------------------------------------------------------------


def spend(purse: Purse, turns: list[str]) -> Counter[str]:
    """Let sources try in that order."""
    return Counter(source for source in turns if purse.may(source) and purse.take(source))


def test_without_a_total_nobody_is_held() -> None:
    assert spend(Purse(), ["a"] * 10**4) == {"a": 10**4}


def test_better_sources_are_sure_of_what_they_need_and_the_others_of_a_little() -> None:
    purse = Purse(100, {"best": Claim(60, 1.0), "good": Claim(60, 0.5), "poor": Claim(900, 0.1)})
    assert spend(purse, ["poor", "good"] * 100) == {"poor": 3, "good": 37}
    assert spend(purse, ["best"] * 100) == {"best": 60}
    assert not purse.take("poor")


def test_what_a_better_source_does_not_need_is_for_the_others() -> None:
    purse = Purse(100, {"best": Claim(90, 1.0), "poor": Claim(900, 0.1)})
    assert spend(purse, ["poor"] * 100) == {"poor": 10}
    spend(purse, ["best"] * 20)
    purse.leave("best")
    assert spend(purse, ["poor"] * 100) == {"poor": 70}


def test_nobody_waits_for_a_source_that_waits_for_it() -> None:
    purse = Purse(100, {"best": Claim(90, 1.0), "poor": Claim(900, 0.1)})
    purse.waits = lambda name: name == "best"
    assert spend(purse, ["poor"] * 200) == {"poor": 100}


@given(st.integers(0, 300), st.lists(st.sampled_from("abc"), max_size=600), st.integers(0, 2))
def test_a_total_is_never_exceeded_and_nobody_stands_still(total: int, turns: list[str], ended: int) -> None:
    claims = {name: Claim(needs, worth) for name, needs, worth in (("a", 50, 3.0), ("b", 100, 2.0), ("c", 0, 1.0))}
    purse = Purse(total, claims)
    spent = spend(purse, turns)
    assert spent.total() <= total
    for name in "abc"[:ended]:
        purse.leave(name)
    held = [name for name in "abc"[ended:] if not purse.may(name)]
    assert len(held) < 3 - ended, "somebody may always go on, if only to be told that nothing is left"


# --- learning ---------------------------------------------------------------------------------------------------


def ranked(lead: str, account: AccountKey, name: str, total: float) -> Receipt:
    """Invent a receipt that rests on one piece of work."""
    part = scored(lead, total).parts[0].model_copy(update={"evidence": (f"{account}/repository/{name}",)})
    return scored(lead, total, parts=(part,), section="ranked")


def test_what_lanes_brought_is_learned_from_the_best_ranked(lite: Store) -> None:
    kaggle = AccountKey("kaggle", "9")
    settle(lite, {ADA: "lead-a", kaggle: "lead-k"})
    lite.save([work(ADA), work(kaggle, name="k")])
    lite.keep_finds([(ADA, "github/search/x"), (ADA, "github/people/y"), (kaggle, "kaggle/users/z")])
    lite.save_receipts([ranked("lead-a", ADA, "r1", 0.9), ranked("lead-k", kaggle, "k", 0.4)])
    bills = (LaneBill(lane="github/search/x", requests=50), LaneBill(lane="github/people/y", requests=10))
    outcomes = [
        Outcome(source="github", state="done", bills=(*bills, LaneBill(lane="robots", requests=1))),
        Outcome(source="kaggle", state="done", bills=(LaneBill(lane="kaggle/users/z", requests=200),)),
    ]
    before = worths_of(lite, ["github", "kaggle"])
    learn(lite, outcomes, ["mle"], now=day(1))
    after = worths_of(lite, ["github", "kaggle"])
    assert after["kaggle"] < before["kaggle"], "two hundred requests brought nobody well-ranked"
    assert after["github"] > after["kaggle"]
    assert after["github/people/y"] > after["github/search/x"], "the same people for fewer requests"
    assert "robots" not in after
    learn(lite, outcomes, ["mle"], now=day(2))
    again = worths_of(lite, ["github", "kaggle"])
    assert again["github"] < after["github"], "people already known are not brought again"


def test_without_a_past_the_card_speaks(lite: Store) -> None:
    worths = worths_of(lite, ["github", "research", "mastodon"])
    assert worths["github"] > worths["research"] > worths["mastodon"] == 0.0
    assert lite.lane_state(MEMORY) is None
    learn(lite, [], ["mle"], now=day(0))
    assert lite.lane_state(MEMORY) is None, "a night that asked nothing teaches nothing"
