"""What is on record, as an audit of each design needs it: listed cards, polled totals, or batches."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from faircount.app.auditing.readings import distinct_of
from faircount.app.auditing.totals import contests_of_totals, official, votes_as_patterns
from faircount.app.opened import Opened
from faircount.audit.forms import utf16
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.model import (
    PHANTOM,
    BadInputError,
    Ballot,
    BatchReport,
    CardCount,
    Commitment,
    Contest,
    Counted,
    Design,
    ListedCard,
    NotCounted,
    Pattern,
    Profile,
    Subject,
    UsageError,
)
from faircount.store import profile
from faircount.store.streams import cards_in_order

MANIFEST = """
select jurisdiction, tabulator, batch, max(cards) as cards from manifest where claim = 'manifest'
 group by all order by jurisdiction, tabulator, batch
"""
"""Batches and their cards as the manifest states them; other claims about the same batches are for the checks."""

_BATCHES = "select jurisdiction, tabulator, batch, count(*) from cards group by all order by all"
"""Card records by batch, whatever contests they hold."""


class Records(Protocol):
    """What one design takes from the election's folder."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What people must know of these records, in sentences."""

    @property
    def contests(self) -> Mapping[str, Contest]:
        """By title, every contest of which something is on record that serves the design."""

    @property
    def lost(self) -> tuple[NotCounted, ...]:
        """Contests of which only totals are known, and why they cannot serve."""

    def profile(self, title: str) -> Profile:
        """Return how the contest's cards are recorded. Raises `UsageError` where nothing is."""

    def has_cards(self, title: str) -> bool:
        """Say whether cards are on record of the contest; else official totals are all there is."""

    def cards(self, title: str) -> int:
        """Return N for one contest: how many cards hold it at most, or could be drawn."""

    def commitment(self, subjects: tuple[Subject, ...]) -> Commitment:
        """Return all of it, for these contests."""


@dataclass
class Manifest:
    """Batches with their cards, named as people will look for them."""

    batches: dict[str, int]

    @classmethod
    def of(cls, opened: Opened) -> "Manifest":
        """Read the manifest; empty where the election has none. Raises `BadInputError` for two batches of one name."""
        rows = opened.engine.ask(MANIFEST).rows
        several = has_several(opened)
        found: dict[str, int] = {}
        for jurisdiction, tabulator, batch, cards in rows:
            name = label(jurisdiction if several else None, tabulator, batch)
            if name in found:
                raise BadInputError(
                    "manifest", "batches have distinct names", f"{name!r} twice", "see faircount reconcile"
                )
            found[name] = cards
        return cls(found)

    @property
    def total(self) -> int:
        """All cards."""
        return sum(self.batches.values())


def has_several(opened: Opened) -> bool:
    """Say whether the election has several jurisdictions; then batches are named with theirs, here and in manifests."""
    asked = (MANIFEST, "select distinct jurisdiction from cards")
    return len({row[0] for one in asked for row in opened.engine.ask(one).rows if row[0]}) > 1


def label(*parts: str | None) -> str:
    """Return the name of a batch as a pull list shows it: `12-104`; parts not stated are left out."""
    return "-".join(part.replace(" ", "_") if part else "" for part in parts if part)


class Listed:
    """Every card of the election by name, with its reading of each contest or the pool that it is in."""

    def __init__(self, opened: Opened, pooled: tuple[str, ...] = ()) -> None:
        self._opened = opened
        self._profiles, self.contests = opened.profiles, opened.contests
        self.lost: tuple[NotCounted, ...] = ()
        if not self._profiles:
            raise UsageError(
                "there are no cast vote records: a comparison needs them; --design polling or batch does not"
            )
        self._pooled = frozenset(pooled)
        self._cards: list[tuple[str, str, str, str, tuple[int, ...]]] = []
        self.remarks: tuple[str, ...] = ()
        self._gather(Manifest.of(opened))

    @property
    def pools(self) -> bool:
        """Whether any card is in a pool."""
        return any(pool for _, _, _, pool, _ in self._cards)

    def _gather(self, manifest: Manifest) -> None:
        rows, several = list(_rows(self._opened)), has_several(self._opened)
        groups = {row["counting_group"] for row in rows}
        if lost := sorted(self._pooled - groups):
            known = ", ".join(sorted(g for g in groups if g)) or "none"
            raise UsageError(f"no cards are of the counting group {lost[0]!r}; there are: {known}")
        names = [label(row["jurisdiction"] if several else None, row["tabulator"], row["batch"]) for row in rows]
        # A card without a place, or of a pooled group, could be any of its batch: then the whole batch is a pool.
        pools = {
            name
            for name, row in zip(names, rows, strict=True)
            if _place(row) is None or row["counting_group"] in self._pooled
        }
        loose = Counter[str]()
        for batch, row in zip(names, rows, strict=True):
            if batch in pools:
                loose[batch] += 1
                unit, pool, position = f"{batch}, {loose[batch]}", batch, f"{loose[batch]}"
            else:
                unit, pool, position = _unit(batch, row), "", str(_place(row))
            self._cards.append((unit, batch, position, pool, tuple(row["patterns"] or ())))
        if "" in pools:
            raise UsageError("cards are in no batch and have no place of their own: nobody could find one on paper")
        twice = [name for name, n in Counter(card[0] for card in self._cards).items() if n > 1]
        if twice:
            raise BadInputError("cards", "each card has a place of its own", f"{twice[0]!r} {len(twice):,} such places",
                                "see faircount reconcile; or audit by batches: --design batch")  # fmt: skip
        self._cards.sort(key=lambda card: (natural(card[1]), natural(card[2]), card[0]))
        self._missing = self._phantoms(manifest)

    def _phantoms(self, manifest: Manifest) -> int:
        if not manifest.batches:
            self.remarks = (
                "NOT CHECKED: no manifest says how many cards there are; the list of cards is taken for all",
            )
            return 0
        missing = manifest.total - len(self._cards)
        if missing < 0:
            raise UsageError(
                f"there are {-missing:,} more card records than the {manifest.total:,} cards of the manifest; "
                "find out why before an audit: faircount reconcile"
            )
        if missing:
            self.remarks = (f"{missing:,} cards of the manifest have no record: each is a phantom in every contest",)
        return missing

    def profile(self, title: str) -> Profile:
        """Return how the contest's cards are recorded."""
        if title not in self._profiles:
            raise UsageError("no card holds it")
        return self._profiles[title]

    def has_cards(self, title: str) -> bool:
        """Say whether cards are on record of the contest: a comparison has no other."""
        return title in self._profiles

    def cards(self, title: str) -> int:
        """Return the cards that list the contest, and every card that is missing."""
        return self.profile(title).total_cards + self._lacking(title)

    def _lacking(self, title: str) -> int:
        """Return how many phantoms hold the contest: up to its stated bound, or all cards that have no record."""
        held, bound = self.profile(title).total_cards, self._opened.contests[title].cards_bound
        if bound is None:
            return self._missing
        if bound < held:
            raise UsageError(
                f"{held:,} records list it, and its bound says that at most {bound:,} cards hold it; "
                "find out why before an audit: faircount reconcile"
            )
        return bound - held

    def commitment(self, subjects: tuple[Subject, ...]) -> Commitment:
        """Return the list of cards with phantoms at its end, distinct readings, and pools with their totals."""
        held = {one.contest.title: one for one in subjects}
        patterns = {number: found for number, found in self._opened.patterns.items() if found[0] in held}
        reads = distinct_of(held, patterns)
        pools: dict[str, dict[str, Counter[Ballot]]] = {}
        listed = []
        for unit, batch, position, pool, numbers in self._cards:
            record = []
            for number in numbers:
                if number in patterns:
                    title = patterns[number][0]
                    index = reads.index[number]
                    record.append((held[title].id, None if pool else index))
                    if pool:
                        tally = pools.setdefault(pool, {}).setdefault(held[title].id, Counter())
                        tally[reads.distinct[held[title].id][index].ballot] += 1
            if record:
                listed.append(ListedCard(unit, batch, position, pool, tuple(sorted(record))))
        lacking = {one.id: self._lacking(one.contest.title) for one in subjects}
        most = max(lacking.values(), default=0)
        for at in range(1, most + 1):
            holds = tuple((name, None) for name, n in lacking.items() if n >= at)
            listed.append(ListedCard(f"{PHANTOM}{at:0{len(str(most))}}", "", "", "", holds))
        return Commitment(
            Design.COMPARISON, subjects, tuple(listed), {name: tuple(found) for name, found in reads.distinct.items()},
            {pool: {name: _counter(tally) for name, tally in sorted(parts.items())}
             for pool, parts in sorted(pools.items())},
        )  # fmt: skip


def _place(row: Mapping[str, Any]) -> object:
    """Return where a card lies in its batch: its position, or the number printed on it; None where neither is known."""
    return row["position"] if row["position"] is not None else row["imprinted_id"] or None


def _unit(batch: str, row: Mapping[str, Any]) -> str:
    unit = f"{batch}, {row['position']}" if row["position"] is not None else str(row["imprinted_id"])
    return unit if row["sheet"] is None else f"{unit}, sheet {row['sheet']}"


def _counter(tally: Counter[Ballot]) -> Counted:
    order = sorted(tally, key=lambda b: (b.ranking, b.votes))
    return Counted(CardCount(sum(tally.values())), tuple((ballot, tally[ballot]) for ballot in order))


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
        del title
        return self._manifest.total

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
            for jurisdiction, tabulator, batch, n in opened.engine.ask(_BATCHES).rows
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
        return sum(map(self._size, self._of(title)))

    def _size(self, batch: str) -> int:
        return max(self._recorded.get(batch, 0), self._manifest.batches.get(batch, 0))

    def _holding(self, title: str, batch: str) -> int:
        """Return how many cards of a batch hold the contest at most: those on record, and all that have no record."""
        if not self.has_cards(title):
            return self._size(batch)
        return int(self._of(title)[batch].total_cards) + self._size(batch) - self._recorded.get(batch, 0)

    def commitment(self, subjects: tuple[Subject, ...]) -> Commitment:
        """Return every batch with its reports."""
        found: dict[str, dict[str, Counted]] = {name: {} for name in self._manifest.batches}
        for one in subjects:
            for batch, part in self._of(one.contest.title).items():
                ballots = counted(one.contest, part).ballots
                cards = CardCount(self._holding(one.contest.title, batch))
                found.setdefault(batch, {})[one.id] = Counted(cards, ballots)
        batches = tuple(
            BatchReport(name, CardCount(self._size(name)), found[name]) for name in sorted(found, key=utf16)
        )
        return Commitment(Design.BATCH, subjects, batches=batches)


def _rows(opened: Opened) -> Iterator[dict[str, Any]]:
    wanted = ["jurisdiction", "tabulator", "batch", "position", "imprinted_id", "sheet", "counting_group", "patterns"]
    for table in cards_in_order(opened.engine):
        yield from table.select(wanted).to_pylist()


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return a key that puts 2 before 10."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in text.replace(",", "-").split("-"))
