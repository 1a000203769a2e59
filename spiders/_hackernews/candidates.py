"""Candidates of the read threads: whose posts stand, and the records made of them."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from spiders._hackernews import labels, markup, posts
from spiders._hackernews.answers import Comment, Thread, User
from spiders._hackernews.posts import NoCandidate, Post
from spiders._reading.clean import BIO, Count, clean_lines, each
from spiders._reading.contacts import without_contacts
from storage.records import Account, AccountKey, Evidence, Kind, Level, Link, Origin
from storage.text import no_recruiters

SOURCE = "hackernews"
LIFE = timedelta(days=90)  # a post speaks of one job search; then it gives nothing
# Accounts that run the site or the thread; their posts there are notices.
MODERATORS = frozenset({"whoishiring", "dang", "tomhow", "sctb", "pg"})
POST_FIELDS = frozenset({"headline", "location", "links", "open_to_work", "expires_at", "flags"})
PROFILE_FIELDS = frozenset({"bio", "created_at"})


@dataclass(frozen=True, slots=True)
class Standing:
    """A post that stands: read, fresh, its author's own."""

    thread: int
    month: str  # title of the thread
    comment: Comment
    author: str
    post: Post
    origin: Origin


@dataclass(frozen=True, slots=True)
class Candidate:
    """One author with all standing posts, newest first."""

    author: str
    posts: tuple[Standing, ...]

    @property
    def mark(self) -> str:
        """Changes when a post is added, edited or taken back."""
        said = ",".join(sorted(f"{s.comment.id}:{s.comment.digest}" for s in self.posts))
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def key(author: str) -> AccountKey:
    """HN knows no id but the name, which cannot be changed."""
    return AccountKey(SOURCE, author)


def standing(
    thread: Thread, month: str, now: datetime, stamp: Callable[[int], Origin], count: Count
) -> Iterator[Standing]:
    """The posts of a thread that give a candidate; each other one is counted under its reason."""
    for comment in each(Comment, thread.children, count):
        try:
            author = _author(comment, now)
            post = posts.read(comment.text or "", count)
        except NoCandidate as reason:
            count(f"post_{reason}")
            continue
        yield Standing(thread.id, month, comment, author, post, stamp(comment.id))


def _author(comment: Comment, now: datetime) -> str:
    if comment.author is None or comment.text is None or comment.deleted or comment.dead:
        raise NoCandidate("deleted")
    if comment.author in MODERATORS:
        raise NoCandidate("moderator")
    if now - comment.at > LIFE:
        raise NoCandidate("expired")
    return comment.author


def by_author(found: Iterable[Standing]) -> list[Candidate]:
    """Candidates in the order of their first post."""
    authors: dict[str, list[Standing]] = {}
    for one in found:
        authors.setdefault(one.author, []).append(one)
    newest_first = {name: sorted(said, key=lambda s: s.comment.at, reverse=True) for name, said in authors.items()}
    return [Candidate(name, tuple(said)) for name, said in newest_first.items()]


def account(candidate: Candidate, user: User | None, address: str, count: Count) -> Account:
    """The account, from the newest post and, if it was read, the profile."""
    newest = candidate.posts[0]
    about = about_of(user, count) if user else About(None, (), ())
    return Account(
        source=SOURCE,
        source_id=candidate.author,
        handle=candidate.author,
        url=address,
        kind=Kind.PERSON,
        headline=newest.post.headline,
        bio=about.text,
        location=newest.post.location,
        open_to_work=True,
        created_at=user.at if user else None,
        links=_merged(newest.post.links, about.links),
        figures={"karma": float(user.karma)} if user else {},
        flags=tuple(sorted({*newest.post.flags, *about.flags})),
        markers={"posts": candidate.mark},
        expires_at=newest.comment.at + LIFE,
        observed=POST_FIELDS | (PROFILE_FIELDS if user else frozenset()),
        origin=newest.origin,
    )


def emptied(known: Account, origin: Origin) -> Account:
    """The account once its last post is gone: nothing of the post stays."""
    return Account(
        source=SOURCE,
        source_id=known.source_id,
        handle=known.handle,
        url=known.url,
        kind=known.kind,
        links=tuple(link for link in known.links if link.field == "about"),
        flags=tuple(flag for flag in known.flags if flag == "no_recruiters"),
        markers={"posts": ""},
        observed=POST_FIELDS,
        origin=origin,
    )


def evidence(candidate: Candidate) -> Iterator[Evidence]:
    """One piece of evidence per standing post."""
    for one in candidate.posts:
        yield Evidence(
            account=key(candidate.author),
            source_id=str(one.comment.id),
            kind="post",
            url=one.origin.url,
            title=one.month,
            text=one.post.excerpt,
            event_at=one.comment.at,
            level=Level.CLAIM,
            tags=one.post.technologies,
            origin=one.origin,
        )


@dataclass(frozen=True, slots=True)
class About:
    """What a profile says in its free text."""

    text: str | None
    links: tuple[Link, ...]
    flags: tuple[str, ...]


def about_of(user: User, count: Count) -> About:
    """Read a profile's free text; contacts stay out."""
    lines = markup.lines(user.about or "")
    text = clean_lines(without_contacts("\n".join(lines)), BIO)
    links = posts.links_of(labels.read(lines), "about", count)
    return About(text, links, ("no_recruiters",) if text and no_recruiters(text) else ())


def _merged(first: tuple[Link, ...], second: tuple[Link, ...]) -> tuple[Link, ...]:
    taken = {link.url for link in first}
    return first + tuple(link for link in second if link.url not in taken)
