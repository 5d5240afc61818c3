"""What is on record, as an audit of each design needs it: listed cards, polled totals, or batches."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from faircount.app.auditing.readings import distinct_of
from faircount.app.opened import Opened
from faircount.model import (
    PHANTOM,
    BadInputError,
    Ballot,
    CardCount,
    Commitment,
    Contest,
    Counted,
    Design,
    ListedCard,
    NotCounted,
    Profile,
    Subject,
    UsageError,
)
from faircount.store.streams import cards_in_order

MANIFEST = """
select jurisdiction, tabulator, batch, max(cards) as cards from manifest where claim = 'manifest'
 group by all order by jurisdiction, tabulator, batch
"""
"""Batches and their cards as the manifest states them; other claims about the same batches are for the checks."""

BATCHES = "select jurisdiction, tabulator, batch, count(*) from cards group by all order by all"
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

    def knows_all(self, title: str) -> bool:
        """Say whether each card of N is known to hold the contest, or is a phantom: claims about a figure need it."""

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
        if (more := len(self._cards) - manifest.total) > 0:
            raise UsageError(
                f"there are {more:,} more card records than the {manifest.total:,} cards of the manifest; "
                "find out why before an audit: faircount reconcile"
            )
        held = Counter(card[1] for card in self._cards)
        # Records too many in one batch are no records of cards that another has too many.
        lacking = {name: cards - held[name] for name, cards in manifest.batches.items()}
        unnamed = sum(n for name, n in held.items() if name not in lacking)
        missing = sum(n for n in lacking.values() if n > 0)
        beyond = sum(-n for n in lacking.values() if n < 0)
        if unnamed:
            # Batches of other names may be those that seem to have no records.
            missing = max(0, missing - unnamed)
            self.remarks += (
                f"NOT CHECKED: {unnamed:,} card records lie in batches that the manifest does not name; they are taken "
                "for cards of batches of which there are no records",
            )
        if beyond:
            self.remarks += (
                f"{beyond:,} card records are more than the manifest has cards in their batches; those that no card is "
                "found for count as votes against the outcome",
            )
        if missing:
            self.remarks += (f"{missing:,} cards of the manifest have no record: each is a phantom in every contest",)
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
        """Return the cards that may hold the contest, all of a pool that holds it, and every card that is missing."""
        others = sum(size - held[title] for size, held in self._in_pools.values() if held[title])
        return self.profile(title).total_cards + others + self._lacking(title)

    def knows_all(self, title: str) -> bool:
        """Say whether no card that holds the contest is in a pool."""
        return not any(held[title] for _, held in self._in_pools.values())

    @cached_property
    def _in_pools(self) -> dict[str, tuple[int, Counter[str]]]:
        """Pool → its cards, and how many of them hold each contest, by title."""
        found: dict[str, tuple[int, Counter[str]]] = {}
        for _, _, _, pool, numbers in self._cards:
            if pool:
                size, held = found.get(pool, (0, Counter()))
                held.update(self._opened.patterns[number][0] for number in numbers)
                found[pool] = size + 1, held
        return found

    def _lacking(self, title: str) -> int:
        """Return how many phantoms hold the contest: up to its stated bound, or all cards that have no record."""
        held, bound = self.profile(title).total_cards, self._opened.contests[title].cards_bound
        if bound is None:
            return self._missing
        refuse_bound(self._opened.contests[title], held, max(bound, held))
        return bound - held

    def commitment(self, subjects: tuple[Subject, ...]) -> Commitment:
        """Return the list of cards with phantoms at its end, distinct readings, and pools with their totals."""
        held = {one.contest.title: one for one in subjects}
        patterns = {number: found for number, found in self._opened.patterns.items() if found[0] in held}
        reads = distinct_of(held, patterns)
        pools: dict[str, dict[str, Counter[Ballot]]] = {}
        listed = []
        for _, _, _, pool, numbers in self._cards:
            for number in numbers if pool else ():
                if number in patterns:
                    name, index = held[patterns[number][0]].id, reads.index[number]
                    tally = pools.setdefault(pool, {}).setdefault(name, Counter())
                    tally[reads.distinct[name][index].ballot] += 1
        for unit, batch, position, pool, numbers in self._cards:
            # Nobody knows which card of a pool is which record: any of them may hold what one of them does.
            record: list[tuple[str, int | None]] = [(name, None) for name in pools.get(pool, ())]
            if not pool:
                record = [(held[patterns[n][0]].id, reads.index[n]) for n in numbers if n in patterns]
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


def _rows(opened: Opened) -> Iterator[dict[str, Any]]:
    wanted = ["jurisdiction", "tabulator", "batch", "position", "imprinted_id", "sheet", "counting_group", "patterns"]
    for table in cards_in_order(opened.engine):
        yield from table.select(wanted).to_pylist()


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return a key that puts 2 before 10."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in text.replace(",", "-").split("-"))


def refuse_bound(contest: Contest, held: int, listed: int) -> None:
    """Raise `UsageError` where the bound on a contest's cards is below those on record, or above all that are listed.

    A card that no list has can be neither drawn nor bounded; a comparison has phantoms for such cards.
    """
    bound = contest.cards_bound
    if bound is not None and bound < held:
        raise UsageError(
            f"{held:,} records list it, and its bound says that at most {bound:,} cards hold it; "
            "find out why before an audit: faircount reconcile"
        )
    if bound is not None and bound > listed:
        raise UsageError(
            f"up to {bound:,} cards hold it, and {listed:,} are listed that may; find the rest, or compare card by "
            "card: --design comparison has phantoms for them"
        )
