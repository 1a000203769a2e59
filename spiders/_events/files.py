"""People's files in a repository: one listing, then only the files that changed, then the list of talks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._events import people_files as files
from spiders._events import programme as shared
from spiders._events import targets
from spiders._events.api import EventsApi
from spiders._events.targets import Target
from spiders._reading.clean import each
from storage.errors import Unreadable
from storage.records import Gone, Item, Lane

TEXT = {"Accept": "text/plain, */*"}


@dataclass(slots=True)
class Folder:
    """One repository during a night."""

    lane: str
    target: Target
    repository: str
    passed: dict[str, str] = field(default_factory=dict)  # files that give nobody, by their digest
    outstanding: int = 0
    fresh: bool = False  # somebody new was read
    read: set[str] = field(default_factory=set)
    complete: bool = True
    tree: str = ""
    talks: str = ""  # digest of the list of talks

    def prefix(self) -> str:
        """Where the people's files lie."""
        return f"{self.target.setting('people', '_people').strip('/')}/"

    def place(self, path: str) -> str:
        """A file's name across repositories."""
        return f"{self.repository}:{path}"


class GitLane(EventsApi):
    """Speaker files that a community keeps in a public repository."""

    def git_people(self, lane: Lane) -> Iterator[Request]:
        """One listing of the repository."""
        target = targets.read(lane.target)
        repository = targets.repository(target)
        if repository is None:
            self.ledger.skip("lane_not_understood")
            return
        yield self.listing(Folder(lane.id, target, repository), conditional=True)

    def listing(self, folder: Folder, *, conditional: bool) -> Request:
        """Ask which files there are."""
        branch = folder.target.setting("branch", "HEAD")
        request = self.ask(
            f"{self.options.github}/repos/{folder.repository}/git/trees/{branch}?recursive=1",
            self.listed,
            lane=folder.lane,
            resource="github",
            conditional=conditional,
            on_unchanged=lambda _: self.as_before(folder),
            folder=folder,
        )
        # GitHub's interface is governed by its terms; the files themselves ask robots.txt.
        request.meta["dont_obey_robotstxt"] = True
        return request

    def as_before(self, folder: Folder) -> Iterator[Yielded]:
        """Nothing changed; if the last night could not read everything, the listing is needed all the same."""
        if not self.memory[folder.lane].get("complete"):
            yield self.listing(folder, conditional=False)
            return
        self.ledger.skip("programme_unchanged")
        mine = (k for k, known in self.known.items() if known.markers.get("path", "").startswith(folder.place("")))
        yield from self.seen_again(folder.lane, list(mine))

    def listed(self, response: Response, folder: Folder) -> Iterator[Yielded]:
        """Ask for files of people that changed; people whose file is gone are gone."""
        tree = self.read(response, files.Tree)
        entries = {one.path: one.sha for one in each(files.Entry, tree.tree, self.ledger.skip) if one.type == "blob"}
        mine = {path: sha for path, sha in entries.items() if path.startswith(folder.prefix()) and path.endswith(".md")}
        if not mine:
            raise Unreadable("no_speaker_files", f"{folder.repository} holds no {folder.prefix()}*.md")
        self.ledger.skip("tree_truncated", int(tree.truncated))
        folder.tree, folder.talks = tree.sha, entries.get(folder.target.setting("talks"), "")
        passed = self.memory[folder.lane].get("passed", {})
        folder.passed = {path: sha for path, sha in passed.items() if mine.get(path) == sha}
        here = self.people_of(folder)
        if not tree.truncated:
            yield from self.left(here, mine, response.url)
        yield from self.seen_again(folder.lane, [one for path, (one, sha) in here.items() if mine.get(path) == sha])
        yield from self.changed_files(folder, here, mine)

    def people_of(self, folder: Folder) -> dict[str, tuple[str, str]]:
        """Path → (person, digest of the file) of everybody known from this repository."""
        start = folder.place("")
        return {
            known.markers["path"].removeprefix(start): (person, known.markers.get("sha", ""))
            for person, known in self.known.items()
            if known.markers.get("path", "").startswith(start)
        }

    def left(self, here: Mapping[str, tuple[str, str]], mine: Mapping[str, str], url: str) -> Iterator[Item]:
        """People whose file was taken away."""
        for path in sorted(here.keys() - mine.keys()):
            person = here[path][0]
            if self.known[person].gone_at is None:
                yield Gone(account=self.key(person), reason="file_removed", origin=self.stamp(url))

    def changed_files(
        self, folder: Folder, here: Mapping[str, tuple[str, str]], mine: Mapping[str, str]
    ) -> Iterator[Yielded]:
        """Ask for new and changed files, as many as a night may read."""
        changed = [
            p for p, sha in sorted(mine.items()) if folder.passed.get(p) != sha and here.get(p, ("", ""))[1] != sha
        ]
        over = changed[self.options.max_profiles :]
        self.ledger.skip("over_max_profiles", len(over))
        asked = changed[: self.options.max_profiles]
        folder.complete, folder.outstanding = not over, len(asked)
        for path in asked:
            yield self.file(folder, path, self.person_file, on_failure=self.lost(folder), where=path, sha=mine[path])
        if not asked:
            yield from self.people_done(folder)

    def file(self, folder: Folder, path: str, then: Any, *, on_failure: Any, **context: Any) -> Request:
        """Ask for one file."""
        branch = folder.target.setting("branch", "HEAD")
        return self.ask(
            f"{self.options.raw}/{folder.repository}/{branch}/{path}",
            then,
            lane=folder.lane,
            headers=TEXT,
            on_failure=on_failure,
            folder=folder,
            **context,
        )

    def lost(self, folder: Folder) -> Any:
        """A file that brought no answer is asked again next night."""

        def settle(_: str) -> Iterator[Yielded]:
            folder.complete = False
            yield from self.person_done(folder)

        return settle

    def person_file(self, response: Response, folder: Folder, where: str, sha: str) -> Iterator[Yielded]:
        """One person."""
        sha = self.as_listed(response, where, sha)
        try:
            yield from self.person_of(response, folder, where, sha)
        except Unreadable:
            folder.passed[where] = sha
            yield from self.person_done(folder)
            raise
        yield from self.person_done(folder)

    def as_listed(self, response: Response, path: str, sha: str) -> str:
        """The digest of what came; one that is not the listed one is asked for again, then believed as newer.

        A file that was cut off reads like a whole one. What is believed keeps its own digest, so that the next night,
        which finds another one listed, reads the file anew.
        """
        came = files.digest(response.body, sha)
        if came == sha:
            self.patience.understood(response)
        else:
            self.patience.doubt(response, Unreadable("other_digest", path))
            self.ledger.skip("file_not_as_listed")
        return came

    def person_of(self, response: Response, folder: Folder, path: str, sha: str) -> Iterator[Yielded]:
        """The account of one file; companies and teams give none."""
        stem, branch = path.rpartition("/")[2].removesuffix(".md"), folder.target.setting("branch", "HEAD")
        url = f"{self.options.site}/{folder.repository}/blob/{branch}/{path}"
        mark = {"path": folder.place(path), "sha": sha}
        text = response.body.decode("utf-8", "replace")
        speaker = files.person(text, stem, folder.repository, url, mark, self.ledger.skip)
        if self.is_person(speaker):
            folder.fresh = folder.fresh or speaker.id not in self.known
            folder.read.add(speaker.id)
            yield shared.account(speaker, self.seen(response), self.ledger.skip)
        else:
            folder.passed[path] = sha

    def person_done(self, folder: Folder) -> Iterator[Yielded]:
        """Count a file; after the last one the talks are asked for."""
        folder.outstanding -= 1
        if folder.outstanding == 0:
            yield from self.people_done(folder)

    def people_done(self, folder: Folder) -> Iterator[Yielded]:
        """Talks are read when their list changed or somebody new may stand in it."""
        before = self.memory[folder.lane]
        if folder.talks and (folder.fresh or before.get("talks") != folder.talks):
            path = folder.target.setting("talks")
            yield self.file(folder, path, self.talk_list, on_failure=lambda _: self.done(folder, before))
        else:
            yield self.folder_state(folder, before.get("talks", ""), before.get("people", {}))

    def done(self, folder: Folder, before: Mapping[str, Any]) -> Iterator[Yielded]:
        """The list of talks brought no answer: it is asked again next night."""
        folder.complete = False
        yield self.folder_state(folder, before.get("talks", ""), before.get("people", {}))

    def talk_list(self, response: Response, folder: Folder) -> Iterator[Yielded]:
        """All talks of people we know; those taken off the list are taken back."""
        folder.talks = self.as_listed(response, folder.target.setting("talks"), folder.talks)
        text, page = response.body.decode("utf-8", "replace"), f"{self.options.site}/{folder.repository}"
        rows = list(files.talks(text, folder.repository, page, self.ledger.skip))
        event, origin = folder.target.setting("name", folder.repository), self.seen(response)
        people: dict[str, list[str]] = {}
        met = folder.read | self.known.keys()
        for one in (one for talk in rows for one in shared.evidence(talk, event, folder.target.tags, origin)):
            if one.account.source_id in met:
                people.setdefault(one.account.source_id, []).append(one.source_id)
                yield one
            else:
                self.ledger.skip("talk_of_unread_person")
        before = self.talks_before(folder.lane)
        yield from (item for item in self.no_longer(folder.lane, before, people, origin) if not isinstance(item, Gone))
        yield self.folder_state(folder, folder.talks, people)

    def folder_state(self, folder: Folder, talks: str, people: Mapping[str, Iterable[str]]) -> Any:
        """What the lane knows now."""
        state = {"complete": folder.complete, "passed": folder.passed, "talks": talks, "people": dict(people)}
        return self.remember_lane(folder.lane, state)
