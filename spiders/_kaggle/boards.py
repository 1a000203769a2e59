"""Leaderboards of finished competitions: which, what they say, and who the members are."""

from collections.abc import Iterator
from datetime import timedelta

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._kaggle import calls, lanes, leaderboard, people, work
from spiders._kaggle.answers import Competition, Competitions, Found, UserDocument
from spiders._kaggle.api import MEMORY, UNRANKED, KaggleApi
from spiders._kaggle.leaderboard import Team
from spiders._kaggle.people import Person
from spiders._reading.clean import each
from storage.errors import Unreadable
from storage.records import Evidence
from storage.text import handle_key


class Boards(KaggleApi):
    """Leaderboard lanes."""

    def boards(self) -> Iterator[Request]:
        """Ask which competitions are finished, or for the one a lane names."""
        for lane in self.lanes:
            wanted = lanes.boards(lane.target) if lane.kind == "leaderboards" else None
            if wanted is None or wanted.slug in self.memory.read:
                continue
            if wanted.slug:
                yield self.call(calls.COMPETITION, {"competitionName": wanted.slug}, self.competition, lane=lane.id)
            else:
                yield self.list_competitions(lane.id, "", wanted.latest)

    def list_competitions(self, lane: str, token: str, wanted: int) -> Request:
        """Ask for competitions, those with the latest deadline first."""
        return self.call(calls.COMPETITIONS, calls.competitions(token), self.competitions, lane=lane, wanted=wanted)

    def competitions(self, response: Response, wanted: int) -> Iterator[Yielded]:
        """Choose the latest finished, ranked ones; those read before count as chosen."""
        answer, lane = self.read(response, Competitions), response.meta["lane"]
        rows = each(Competition, answer.competitions, self.ledger.skip)
        chosen = [competition for competition in rows if self.is_final(competition)][:wanted]
        for competition in chosen:
            yield from self.download(competition, lane)
        if len(chosen) < wanted and answer.next_page_token and answer.competitions:
            yield self.list_competitions(lane, answer.next_page_token, wanted - len(chosen))

    def competition(self, response: Response) -> Iterator[Yielded]:
        """One competition by name; an unfinished or unranked one says nothing yet."""
        competition = self.read(response, Competition)
        if self.is_final(competition):
            yield from self.download(competition, response.meta["lane"])
        else:
            self.ledger.skip("competition_not_final")

    def is_final(self, competition: Competition) -> bool:
        """Whether the private board stands and counts for ranks."""
        final = self.now() - timedelta(days=self.options.settle_days)
        return competition.awards_points and competition.deadline is not None and competition.deadline <= final

    def download(self, competition: Competition, lane: str) -> Iterator[Request]:
        """Ask for a leaderboard once, over all nights and lanes."""
        if competition.slug in self.memory.read or competition.slug in self.downloads:
            self.ledger.skip("leaderboard_read_before")
            return
        self.downloads.add(competition.slug)
        body = {"competitionName": competition.slug}
        yield self.call(calls.LEADERBOARD, body, self.leaderboard, lane=lane, competition=competition)

    def leaderboard(self, response: Response, competition: Competition) -> Iterator[Yielded]:
        """Medals of a leaderboard go to known people; others are looked up by name, the best first."""
        try:
            rows = leaderboard.read(leaderboard.unpack(response.body))
        except Unreadable as error:
            raise self.patience.misread(response, error) from error
        teams = [team for team in rows if team.rank != 0]
        self.ledger.skip("leaderboard_benchmark", len(rows) - len(teams))
        self.ledger.skip("leaderboard_without_members", not any(team.members for team in teams))
        unknown: dict[str, Team] = {}
        size = max(competition.team_count, len(teams))
        for team in sorted(teams, key=lambda team: team.rank or UNRANKED):
            if leaderboard.medal(team.rank or 0, size) is None:
                self.ledger.skip("team_without_medal")
                continue
            for name in team.members:
                if (person := self.people.get(handle_key(name))) is not None:
                    yield self.result(competition, team, size, person)
                elif not self.memory.is_nobody(competition.slug, name):
                    unknown[name] = team
        yield from self.look_up(unknown, competition, size, response.meta["lane"])

    def look_up(self, unknown: dict[str, Team], competition: Competition, size: int, lane: str) -> Iterator[Yielded]:
        """Ask for team members by name as far as the night's share goes; the rest waits for the next."""
        asked = dict(list(unknown.items())[: max(0, self.options.max_lookups - self.lookups)])
        self.lookups += len(asked)
        self.ledger.skip("lookup_left_for_next_night", len(unknown) - len(asked))
        if self.memory.begin(competition.slug, len(asked), left=len(asked) < len(unknown)):
            yield self.remember(MEMORY, self.memory.state())
        for name, team in asked.items():
            yield self.look_up_one(name, team, competition, size, lane)

    def look_up_one(self, name: str, team: Team, competition: Competition, size: int, lane: str) -> Request:
        """Ask the search for a name; there is no call for a profile by name."""
        return self.call(
            calls.USERS,
            calls.users_by_name(name),
            self.member,
            lane=lane,
            name=name,
            team=team,
            competition=competition,
            size=size,
            on_failure=lambda _: self.settle(competition.slug, lost=True),
        )

    def member(
        self, response: Response, name: str, team: Team, competition: Competition, size: int
    ) -> Iterator[Yielded]:
        """The person whose name is equal; names that only look alike are others."""
        documents = each(UserDocument, self.read(response, Found).documents, self.ledger.skip)
        document = next((document for document in documents if people.equal_handle(document, name)), None)
        if document is None:
            self.ledger.skip("member_not_found")
            yield from self.settle(competition.slug, nobody=name)
            return
        yield from self.person(document, response.meta["lane"])
        if (person := self.people.get(handle_key(document.owner_user.user_name))) is not None:
            yield self.result(competition, team, size, person)
        yield from self.settle(competition.slug)

    def settle(self, slug: str, *, nobody: str = "", lost: bool = False) -> Iterator[Yielded]:
        """Remember a competition once everybody in it was asked for."""
        if self.memory.settle(slug, nobody=nobody, lost=lost) or nobody:
            yield self.remember(MEMORY, self.memory.state())

    def result(self, competition: Competition, team: Team, size: int, person: Person) -> Evidence:
        """A person's place in a competition."""
        won = leaderboard.medal(team.rank or 0, size)
        origin = self.stamp(f"{self.options.site}/competitions/{competition.slug}/leaderboard")
        return work.result(competition, team, size, won, person, self.options.site, origin)
