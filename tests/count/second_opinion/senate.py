"""The Senate scrutiny of s 273 by hand, without squares above the line: papers in heaps by transfer value."""

from collections.abc import Mapping
from fractions import Fraction
from math import floor

from count.second_opinion.lots import Lots
from count.second_opinion.opinion import Opinion, Sheet
from count.second_opinion.runoffs import on_paper

from faircount.model import Contest, Pattern, Profile

Decided = Mapping[str, str]


def order_on(contest: Contest, pattern: Pattern) -> list[int]:
    """Return the order of a paper: the numbers 1, 2, 3 … as far as each stands in one square (ss 268A and 269)."""
    order: list[int] = []
    for rank in range(1, contest.ranks + 1):
        squares = {int(m.choice) for m in pattern.marks if m.rank == rank and not m.is_ambiguous}
        if len(squares) != 1 or squares & set(order) or rank in pattern.overvoted_ranks:
            break
        order += squares
    return order


def informal(pattern: Pattern) -> str:
    """Say why a paper without a first preference is informal."""
    said = pattern.overvotes or {"overvote", "overvoted-ranking"} & set(pattern.conditions)
    clear = [m for m in pattern.marks if not m.is_ambiguous]
    if "invalid-contest" in pattern.conditions:
        return "invalid"
    if not clear and not pattern.overvoted_ranks:
        return "overvote" if said else "undervote"
    first = {m.choice for m in clear if m.rank == 1}
    return "overvote" if len(first) > 1 or 1 in pattern.overvoted_ranks else "invalid"


class Senate:
    """One scrutiny. A heap is (papers, their value, votes credited for them), papers being (cards, order)."""

    def __init__(self, contest: Contest, profile: Profile, decided: Decided) -> None:
        self.contest, self.decided, self.lots = contest, decided, Lots(contest, decided)
        self.continuing, self.size = on_paper(contest), len(contest.choices)
        self.votes = [0] * self.size
        self.inactive: dict[str, int] = {}
        self.heaps: dict[int, list[list[object]]] = {c: [] for c in range(self.size)}
        self.sheets: list[Sheet] = []
        self.elected: list[int] = []
        self.surpluses: list[int] = []
        self.leaving: list[tuple[int, Fraction]] = []
        self.tied: set[int] = set()
        papers = []
        for pattern, cards in zip(profile.patterns, profile.cards, strict=True):
            order = order_on(contest, pattern)
            if "invalid-contest" in pattern.conditions or not order:
                self.lose(informal(pattern), cards)
            else:
                papers.append((int(cards), order))
        self.deal(papers, Fraction(1))
        self.quota = sum(self.votes) // (contest.seats + 1) + 1

    def lose(self, why: str, votes: int) -> None:
        self.inactive[why] = self.inactive.get(why, 0) + votes

    def deal(self, papers: list[tuple[int, list[int]]], value: Fraction) -> int:
        """Give papers of one value to their next continuing candidates, fractions disregarded. Return the votes."""
        sorted_out: dict[int, list[tuple[int, list[int]]]] = {}
        for cards, order in papers:
            to = next((c for c in order if c in self.continuing), -1)
            sorted_out.setdefault(to, []).append((cards, order))
        given = 0
        for to, heap in sorted_out.items():
            votes = floor(sum(cards for cards, _ in heap) * value)
            given += votes
            if to < 0:
                self.lose("exhausted", votes)
            else:
                self.votes[to] += votes
                self.heaps[to].append([heap, value, votes])
        return given

    def pick(self, tied: list[int], about: str) -> int | None:
        how = self.decided["tie"]
        if how == "law":
            how = "previous-rounds" if self.decided["law"] == "2021" else "previous-rounds-all-differ"
        return self.lots.pick(tied, about, self.sheets[:-1], how)

    def count(self) -> Opinion:
        """Count transfer by transfer."""
        while True:
            self.sheets.append(
                Sheet([Fraction(n) for n in self.votes], {k: Fraction(n) for k, n in self.inactive.items()})
            )
            verdict = self.one_round(self.sheets[-1])
            if verdict:
                return Opinion(verdict, self.sheets, self.tied)

    def elect(self, sheet: Sheet, chosen: list[int]) -> None:
        for c in chosen:
            sheet.elected.append(c)
            self.elected.append(c)
            self.continuing.remove(c)

    def by_votes(self, some: set[int]) -> list[int]:
        return sorted(some, key=lambda c: (-self.votes[c], c))

    def one_round(self, sheet: Sheet) -> str:
        if not sum(self.votes):
            return "no votes"
        reached = self.by_votes({c for c in self.continuing if self.votes[c] >= self.quota})
        self.elect(sheet, reached)
        self.surpluses += [c for c in reached if self.votes[c] > self.quota]
        left = self.contest.seats - len(self.elected)
        under_way = bool(self.leaving or self.surpluses)
        if left and len(self.continuing) <= left and (self.decided["last_vacancies"] == "at-once" or not under_way):
            self.elect(sheet, self.by_votes(self.continuing))
            left = 0
        if not left:
            return "elected"
        if self.leaving:
            self.move_excluded()
            return ""
        if self.surpluses:
            return self.move_surplus()
        if left == 1 and len(self.continuing) == 2:
            return self.last_vacancy(sheet)
        return self.exclude_lowest(sheet)

    def last_vacancy(self, sheet: Sheet) -> str:
        """s 273(17): of the last two the one with more votes, whatever the quota; equal, nobody looks back."""
        first, second = self.by_votes(self.continuing)
        if self.votes[first] == self.votes[second]:
            how = self.decided["tie_then"] if self.decided["tie"] == "law" else self.decided["tie"]
            chosen = self.lots.pick([first, second], "elected", self.sheets[:-1], how)
            if chosen is None:
                self.tied = self.lots.left
                return "tie"
            first = chosen
        self.elect(sheet, [first])
        return "elected"

    def move_surplus(self) -> str:
        together = next(s for s in self.sheets if set(s.elected) & set(self.surpluses))
        waiting = [c for c in self.surpluses if c in together.elected]
        most = [c for c in waiting if self.votes[c] == max(self.votes[o] for o in waiting)]
        chosen: int | None = most[0]
        if len(most) > 1:
            chosen = self.pick(most, "first to be transferred")
        if chosen is None:
            self.tied = self.lots.left
            return "tie"
        self.surpluses.remove(chosen)
        papers = [paper for heap in self.heaps[chosen] for paper in heap[0]]  # type: ignore[attr-defined]
        surplus = self.votes[chosen] - self.quota
        self.votes[chosen] = self.quota
        given = self.deal(papers, Fraction(surplus, sum(cards for cards, _ in papers)))
        self.lose("lost to rounding", surplus - given)
        return ""

    def exclude_lowest(self, sheet: Sheet) -> str:
        low = min(self.votes[c] for c in self.continuing)
        lowest = [c for c in self.continuing if self.votes[c] == low]
        chosen: int | None = lowest[0]
        if len(lowest) > 1:
            chosen = self.pick(lowest, "excluded")
        left = self.contest.seats - len(self.elected)
        # Papers worth less than one vote are papers: only where nobody holds any does the order not matter.
        empty = not low and not any(self.heaps[c] for c in lowest)
        if chosen is None and empty and len(self.continuing) - len(lowest) >= left:
            sheet.excluded |= set(lowest)
            self.continuing -= set(lowest)
            return self.fill_at_once(sheet)
        if chosen is None:
            self.tied = self.lots.left
            return "tie"
        sheet.excluded.add(chosen)
        self.continuing.remove(chosen)
        values = sorted({heap[1] for heap in self.heaps[chosen]}, reverse=True)  # type: ignore[type-var]
        self.leaving = [(chosen, value) for value in values]  # type: ignore[misc]
        verdict = self.fill_at_once(sheet)
        if not verdict and self.leaving:
            self.move_excluded()
        return verdict

    def fill_at_once(self, sheet: Sheet) -> str:
        """s 273(18): as many candidates as vacancies, also before the papers of those just excluded move."""
        left = self.contest.seats - len(self.elected)
        if self.decided["last_vacancies"] != "at-once" or len(self.continuing) > left:
            return ""
        self.elect(sheet, self.by_votes(self.continuing))
        return "elected"

    def move_excluded(self) -> None:
        """Move the papers of one transfer value, the highest first: s 273(13AA)."""
        source, value = self.leaving.pop(0)
        heaps = [heap for heap in self.heaps[source] if heap[1] == value]
        credited = sum(heap[2] for heap in heaps)  # type: ignore[misc]
        self.votes[source] -= credited
        given = self.deal([paper for heap in heaps for paper in heap[0]], value)  # type: ignore[attr-defined]
        self.lose("lost to rounding", credited - given)


def senate(contest: Contest, profile: Profile, decided: Decided) -> Opinion:
    """Commonwealth Electoral Act 1918 s 273."""
    return Senate(contest, profile, decided).count()
