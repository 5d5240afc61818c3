"""What is on record where paper is not held against single records: totals beside a manifest, or reports by batch."""

from collections import Counter
from contextlib import suppress
from functools import cached_property

from faircount.app.auditing.records import BATCHES, Manifest, has_several, label, natural, refuse_bound
from faircount.app.auditing.totals import contests_of_totals, official, votes_as_patterns
from faircount.app.opened import Opened
from faircount.audit.forms import utf16
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.model import (
    BadInputError,
    BatchReport,
    CardCount,
    Commitment,
    Contest,
    Counted,
    Design,
    Pattern,
    Profile,
    Subject,
    UsageError,
)
from faircount.store import profile


def counted(contest: Contest, held: Profile) -> Counted:
    """Return a profile as counted ballots under the contest's law."""
    ballots = ballots_of(RULES[contest.rule], contest, held)
    return Counted(CardCount(held.total_cards), tuple(zip(ballots.ballots, map(int, ballots.cards), strict=True)))


class Polled:
    """The manifest to draw from, and what was reported of each contest."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._manifest = Manifest.of(opened)
        self._profiles = opened.profiles
        self.remarks: tuple[str, ...] = ()
        of_totals, self.lost = contests_of_totals(opened)
        self.contests = opened.contests | of_totals
        if not self._manifest.batches:
            raise UsageError("there is no ballot manifest: cards are polled from one; ingest it first")

    def profile(self, title: str) -> Profile:
        """Return how the contest's cards are recorded, or its official totals as single votes where no cards are."""
        if title in self._profiles:
            return self._profiles[title]
        totals = official(self._opened, title).values()
        return Profile.of(votes_as_patterns(self.contests[title], totals))

    def has_cards(self, title: str) -> bool:
        """Say whether cards are on record of the contest; else official totals are all there is."""
        return title in self._profiles

    def cards(self, title: str) -> int:
        """Return all cards of the manifest: which of them hold the contest is not known before they are looked at."""
        refuse_bound(self.contests[title], self.profile(title).total_cards if self.has_cards(title) else 0,
                     self._manifest.total)  # fmt: skip
        return self._manifest.total

    def knows_all(self, title: str) -> bool:
        """Say no: a manifest does not tell what a card holds."""
        del title
        return False

    def commitment(self, subjects: tuple[Subject, ...]) -> Commitment:
        """Return the manifest, and the reported totals."""
        totals = {}
        for one in subjects:
            found = counted(one.contest, self.profile(one.contest.title))
            on_cards = self.has_cards(one.contest.title)
            totals[one.id] = found if on_cards else Counted(one.cards, found.ballots)
        batches = tuple(BatchReport(name, CardCount(n)) for name, n in sorted(
            self._manifest.batches.items(), key=lambda pair: (natural(pair[0]), pair[0])))  # fmt: skip
        return Commitment(Design.POLLING, subjects, batches=batches, totals=totals)


class Batches:
    """Every batch with what was reported of it: from its card records, or from official totals by batch."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._manifest = Manifest.of(opened)
        self._parts: dict[str, dict[str, Profile]] = {}
        of_totals, self.lost = contests_of_totals(opened)
        self.contests = opened.contests | of_totals
        self.remarks: tuple[str, ...] = ()
        self._several = has_several(opened)
        self._recorded = {
            label(jurisdiction if self._several else None, tabulator, batch): int(n)
            for jurisdiction, tabulator, batch, n in opened.engine.ask(BATCHES).rows
        }
        """Batch → card records in it, whatever they hold."""
        if not self._manifest.batches:
            self.remarks = ("NOT CHECKED: no manifest says how many cards each batch has; those on record are taken",)

    def has_cards(self, title: str) -> bool:
        """Say whether cards are on record of the contest; else official totals are all there is."""
        return title in self._opened.profiles

    def _of(self, title: str) -> dict[str, Profile]:
        if title in self._parts:
            return self._parts[title]
        contest = self.contests[title]
        if self.has_cards(title):
            cards = profile(self._opened.engine, contest, ("jurisdiction", "tabulator", "batch"))
            found = {label(j if self._several else None, t, b): one for (j, t, b), one in cards.items()}
        elif not self._manifest.batches:
            raise UsageError("only totals are known, and no manifest says how many cards each batch has")
        else:
            totals = official(self._opened, title, by_batch=True)
            found = {batch: Profile.of(votes_as_patterns(contest, [votes])) for batch, votes in totals.items()}
        if "" in found:
            raise UsageError("some of its cards are in no batch: nobody could count them apart")
        unknown = sorted(found.keys() - self._manifest.batches.keys()) if self._manifest.batches else []
        if unknown:
            raise BadInputError("batches", "each is in the manifest", repr(unknown[0]), "see faircount reconcile")
        self._parts[title] = found
        return found

    def profile(self, title: str) -> Profile:
        """Return how the contest's cards are recorded in all batches together."""
        whole: Counter[Pattern] = Counter()
        for one in self._of(title).values():
            whole.update(dict(zip(one.patterns, map(int, one.cards), strict=True)))
        return Profile.of(dict(whole))

    def cards(self, title: str) -> int:
        """Return the cards of all batches in which the contest may be, by the manifest where there is one."""
        held = self.profile(title).total_cards if self.has_cards(title) else 0
        refuse_bound(self.contests[title], int(held), sum(self._holding(title).values()))
        return sum(map(self._size, self._holding(title)))

    def knows_all(self, title: str) -> bool:
        """Say whether every card of every batch in which the contest may be holds it."""
        return sum(self._holding(title).values()) == self.cards(title)

    def _size(self, batch: str) -> int:
        return max(self._recorded.get(batch, 0), self._manifest.batches.get(batch, 0))

    @cached_property
    def _told(self) -> frozenset[str]:
        """Batches of which official totals of some contest say something."""
        found = set[str]()
        for title in (*self.contests, *(one.title for one in self.lost)):
            if not self.has_cards(title):
                with suppress(UsageError, BadInputError):  # said where this contest is asked for
                    found |= official(self._opened, title, by_batch=True).keys()
        return frozenset(found)

    def _unrecorded(self, batch: str, on_cards: bool) -> int:
        """Return how many cards of a batch nothing is on record of: any contest may be on them.

        Where totals are all there is, a batch with totals of other contests has none of this one.
        """
        return 0 if not on_cards and batch in self._told else self._size(batch) - self._recorded.get(batch, 0)

    def _holding(self, title: str) -> dict[str, int]:
        """Return batch → cards that hold the contest at most: those on record, and all of which nothing is.

        A batch of which nothing is on record at all is one of them: what is in it could be for the loser (Stark 2009,
        SSRN 1443314: ballots not accounted for come off the margin).
        """
        parts, on_cards = self._of(title), self.has_cards(title)
        found = {name: n for name in self._manifest.batches if (n := self._unrecorded(name, on_cards))}
        for batch, part in parts.items():
            held = int(part.total_cards) + self._size(batch) - self._recorded.get(batch, 0)
            found[batch] = held if on_cards else self._size(batch)
        return found

    def commitment(self, subjects: tuple[Subject, ...]) -> Commitment:
        """Return every batch with its reports."""
        found: dict[str, dict[str, Counted]] = {name: {} for name in self._manifest.batches}
        for one in subjects:
            parts = self._of(one.contest.title)
            for batch, cards in self._holding(one.contest.title).items():
                ballots = counted(one.contest, parts[batch]).ballots if batch in parts else ()
                found.setdefault(batch, {})[one.id] = Counted(CardCount(cards), ballots)
        batches = tuple(
            BatchReport(name, CardCount(self._size(name)), found[name]) for name in sorted(found, key=utf16)
        )
        return Commitment(Design.BATCH, subjects, batches=batches)
