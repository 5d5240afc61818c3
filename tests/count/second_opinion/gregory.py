"""Single transferable vote with fractional transfers by hand: each paper lies with somebody, at a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from count.second_opinion.lots import Lots
from count.second_opinion.opinion import NoSuchDecision, Opinion, Sheet
from count.second_opinion.paper import Paper, papers_of
from count.second_opinion.runoffs import on_paper

from faircount.model import Contest, Profile

Decided = Mapping[str, str]
Piece = tuple[Paper, Fraction, int]
"""A paper, the value of each of its cards, and the round in which it came here."""


@dataclass
class Move:
    """What goes at the end of a round: pieces of a choice, at new values."""

    source: int
    pieces: list[Piece]
    left: Fraction
    """What the source has afterwards."""
    unmoved: Fraction = Fraction(0)


class Scrutiny:
    """One count."""

    def __init__(self, contest: Contest, profile: Profile, decided: Decided) -> None:
        self.contest, self.decided, self.lots = contest, decided, Lots(contest, decided)
        self.continuing = on_paper(contest)
        self.pool = {c for c in self.continuing if contest.choices[c].kind == "write-in"}
        if decided["write_ins"] == "count":
            self.pool = set()
        self.lies: dict[int, list[Piece]] = {c: [] for c in range(len(contest.choices))}
        self.votes = [Fraction(0)] * len(contest.choices)
        self.inactive: dict[str, Fraction] = {}
        self.elected: list[int] = []
        self.waiting: list[int] = []
        self.quota_of: dict[int, Fraction] = {}
        self.quota = Fraction(0)
        self.sheets: list[Sheet] = []
        self.tied: set[int] = set()
        self.going: list[Move] = []
        self.leaving: list[list[Move]] = []
        self.doubtful = self.taken = False
        for paper in papers_of(contest, profile, decided):
            found, why = paper.look(self.continuing)
            self.give(found, why, paper.weight)
            if found:
                self.lies[found[0]].append((paper, Fraction(1), 1))

    # ---- figures ---------------------------------------------------------

    def give(self, found: list[int], why: str, votes: Fraction) -> None:
        if found:
            self.votes[found[0]] += votes
        else:
            self.inactive[why] = self.inactive.get(why, Fraction(0)) + votes

    def cut(self, figure: Fraction) -> Fraction:
        if self.decided["decimals"] == "exact":
            return figure
        unit = 10 ** int(self.decided["decimals"])
        return Fraction(floor(figure * unit), unit)

    def set_quota(self) -> None:
        how, seats = self.decided["quota"], self.contest.seats
        if self.sheets and self.decided["quota_from"] == "first-count":
            return
        whole = sum(self.votes, Fraction(0))
        droop, hare = whole / (seats + 1), whole / seats
        if how == "droop-fractional" and self.decided["decimals"] == "exact":
            raise NoSuchDecision
        unit = Fraction(1, 10 ** int(self.decided["decimals"])) if self.decided["decimals"] != "exact" else Fraction(0)
        self.quota = {
            "droop": Fraction(floor(droop) + 1), "droop-fractional": self.cut(droop) + unit,
            "hagenbach-bischoff": droop, "hare": hare, "hare-up": Fraction(ceil(hare)),
            "hare-down": Fraction(floor(hare)),
        }[how]  # fmt: skip

    def reaches(self, c: int) -> bool:
        how = self.decided["reach"]
        if how == "more-than" or (how == "usual" and self.decided["quota"] == "hagenbach-bischoff"):
            return self.votes[c] > self.quota
        return self.votes[c] >= self.quota

    def surplus(self, c: int) -> Fraction:
        return max(self.votes[c] - self.quota_of[c], Fraction(0))

    @property
    def seats_left(self) -> int:
        return self.contest.seats - len(self.elected)

    # ---- the count -------------------------------------------------------

    def count(self) -> Opinion:
        while True:
            self.set_quota()
            self.sheets.append(Sheet(list(self.votes), dict(self.inactive)))
            verdict = self.one_round(self.sheets[-1])
            if not verdict and str(len(self.sheets)) == self.decided["stop_after"]:
                verdict = "stopped" if self.seats_left and not self.taken else "elected"
            if verdict:
                return Opinion(verdict, self.sheets, self.tied, doubtful=self.doubtful)
            for move in self.going:
                self.carry(move)
            self.going = []

    def one_round(self, sheet: Sheet) -> str:
        if self.taken:
            return "elected"
        voted = {c for c in self.pool & self.continuing if self.votes[c] > 0}
        how, first = self.decided["write_ins"], len(self.sheets) == 1
        if voted and how == "excluded-once-voted":
            return self.exclude(sheet, voted)
        if voted and how == "excluded-first" and first:
            return self.exclude(sheet, self.pool)
        if how == "excluded-first" and first:
            self.exclude(sheet, self.pool)
        if not sum(self.votes):
            return "no votes"
        if not self.elect_by_quota(sheet):
            return "tie"
        if self.is_filled(sheet):
            return self.take_final_surplus()
        return self.next_step(sheet)

    def take_final_surplus(self) -> str:
        if self.decided["final_surplus"] == "stays" or self.taken:
            return "elected"
        self.taken = True
        self.doubtful |= any(self.quota_of[c] != self.quota for c in self.waiting)
        self.going = [self.share(c) for c in self.waiting if self.surplus(c) > 0]
        return ""

    def elect(self, sheet: Sheet, c: int) -> None:
        sheet.elected.append(c)
        self.elected.append(c)
        self.continuing.remove(c)
        self.quota_of[c] = self.quota
        self.waiting.append(c)

    def elect_by_quota(self, sheet: Sheet) -> bool:
        how, room = self.decided["elect"], self.seats_left
        able = sorted(self.continuing - self.pool, key=lambda c: (-self.votes[c], c))
        last = len(self.continuing) <= room
        able = able if last else [c for c in able if self.reaches(c)]
        if how == "one-a-round" or (how == "one-until-enough" and len(able) < room and not last):
            room = min(room, 1)
        while able and room:
            if len(able) <= room:
                chosen = able[0]
            else:
                level = [c for c in able if self.votes[c] == self.votes[able[0]]]
                if len(level) > room:
                    drawn = self.lots.pick(level, "elected", self.sheets[:-1])
                    if drawn is None:
                        self.tied = self.lots.left
                        return False
                    chosen = drawn
                else:
                    chosen = level[0]
            self.elect(sheet, chosen)
            able.remove(chosen)
            room -= 1
        return True

    def is_filled(self, sheet: Sheet) -> bool:
        """Fill the last seats where the law does so without the quota."""
        left = self.seats_left
        if left and self.decided["last_seats"] == "equal-or-leader" and left == 1 and not self.leaving:
            whole = sum(self.votes[c] for c in self.continuing) + sum(self.surplus(c) for c in self.waiting)
            for c in sorted(self.continuing):
                if self.votes[c] > whole - self.votes[c]:
                    self.elect(sheet, c)
                    return True
        return not self.seats_left or not self.continuing - self.pool

    def next_step(self, sheet: Sheet) -> str:
        if self.leaving:
            self.going = self.leaving.pop(0)
            return ""
        waiting = [c for c in self.waiting if self.surplus(c) > 0]
        # The words do not say whether a surplus that waits is measured by a quota that has fallen since.
        self.doubtful |= any(self.quota_of[c] != self.quota for c in self.waiting)
        if self.decided["batch"] == "before-surpluses":
            group = self.hopeless(1)
            if group:
                return self.out(sheet, group)
        if waiting and not self.may_wait(waiting):
            return self.move_surplus(waiting)
        if len(self.continuing) <= self.seats_left or (self.decided["surpluses"] == "together" and sheet.elected):
            return ""
        if len(self.continuing - self.pool) <= self.seats_left:
            return self.out(sheet, self.pool & self.continuing)
        if self.decided["batch"] == "after-surpluses":
            group = self.hopeless(2)
            if group:
                return self.out(sheet, group)
        low = min(self.votes[c] for c in self.continuing)
        lowest = {c for c in self.continuing if self.votes[c] == low}
        if len(lowest) > 1:
            drawn = self.lots.pick(lowest, "excluded", self.sheets[:-1])
            if drawn is None and (low or len(self.continuing) - len(lowest) < self.seats_left):
                self.tied = self.lots.left
                return "tie"
            lowest = lowest if drawn is None else {drawn}
        return self.out(sheet, lowest)

    def may_wait(self, waiting: list[int]) -> bool:
        how = self.decided["defer"]
        group = self.hopeless(2) if self.decided["batch"] == "after-surpluses" else set()
        order = sorted(self.continuing, key=lambda c: self.votes[c])
        group = group or set(order[:1])
        rest = [self.votes[c] for c in order if c not in group]
        if how == "no" or not rest or len(self.continuing - self.pool) <= self.seats_left:
            return False
        lack = rest[0] - sum(self.votes[c] for c in group)
        whole = sum(self.surplus(c) for c in waiting)
        return whole < lack or (how == "up-to-the-gap" and whole == lack)

    def hopeless(self, least: int) -> set[int]:
        order = sorted(self.continuing, key=lambda c: self.votes[c])
        spare = sum((self.surplus(c) for c in self.waiting), Fraction(0))
        best: set[int] = set()
        for k in range(least, len(order)):
            together = sum(self.votes[c] for c in order[:k]) + spare
            if together < self.votes[order[k]] and len(order) - k >= self.seats_left:
                best = set(order[:k])
        return best

    def out(self, sheet: Sheet, gone: set[int]) -> str:
        self.exclude(sheet, gone)
        if self.decided["last_exclusion"] == "kept" and len(self.continuing - self.pool) <= self.seats_left:
            for c in sorted(self.continuing - self.pool, key=lambda c: (-self.votes[c], c)):
                self.elect(sheet, c)
            self.going = []
            return self.take_final_surplus()
        return ""

    def exclude(self, sheet: Sheet, gone: set[int]) -> str:
        sheet.excluded |= gone
        self.continuing -= gone
        how = self.decided["exclusion"]
        keys: dict[Fraction, list[Move]] = {}
        for c in sorted(gone):
            left = self.votes[c]
            parts: dict[Fraction, list[Piece]] = {}
            for paper, value, when in self.lies[c]:
                key = {"whole": Fraction(0), "by-value": -value, "by-parcel": Fraction(when)}[how]
                parts.setdefault(key, []).append((paper, value, when))
            for at, key in enumerate(sorted(parts), 1):
                left -= sum(paper.weight * value for paper, value, _ in parts[key])
                left = Fraction(0) if at == len(parts) else left
                keys.setdefault(key, []).append(Move(c, parts[key], left))
        self.leaving = [keys[key] for key in sorted(keys)]
        self.going = self.leaving.pop(0) if self.leaving else []
        return ""

    # ---- transfers -------------------------------------------------------

    def move_surplus(self, waiting: list[int]) -> str:
        how = self.decided["surpluses"]
        if how == "together":
            self.going = [self.share(c) for c in waiting]
            self.waiting = []
            return ""
        if how == "in-order":
            first = next(sheet for sheet in self.sheets if set(sheet.elected) & set(waiting))
            waiting = [c for c in waiting if c in first.elected]
        most = max(self.surplus(c) for c in waiting)
        level = [c for c in waiting if self.surplus(c) == most]
        chosen: int | None = level[0]
        if len(level) > 1:
            chosen = self.lots.pick(level, "first to be transferred", self.sheets[:-1])
        if chosen is None:
            self.tied = self.lots.left
            return "tie"
        self.going = [self.share(chosen)]
        self.waiting.remove(chosen)
        return ""

    def share(self, c: int) -> Move:
        """Divide a surplus among the ballots that share it."""
        pieces, surplus, unmoved = self.lies[c], self.surplus(c), Fraction(0)
        whole = self.votes[c]
        # Parcels cut to fewer votes than their values make: the words do not say which of the two share the surplus.
        self.doubtful |= whole != sum(paper.weight * value for paper, value, _ in pieces)
        if self.decided["surplus"] == "last-parcel":
            last = max(when for _, _, when in pieces)
            pieces = [piece for piece in pieces if piece[2] == last]
            whole = sum((paper.weight * value for paper, value, _ in pieces), Fraction(0))
            unmoved = max(surplus - whole, Fraction(0))
        if self.decided["share"] == "transferable" and not self.taken:
            pieces = [piece for piece in pieces if piece[0].look(self.continuing)[0]]
            whole = sum((paper.weight * value for paper, value, _ in pieces), Fraction(0))
            unmoved = max(surplus - whole, Fraction(0))
        if not whole:
            # Cut to nothing, the ballots that share the surplus have no value in proportion to which to share it.
            self.doubtful = True
            return Move(c, [], self.quota_of[c], surplus)
        at_most = surplus - unmoved
        cut = self.decided["cut"]
        moved = []
        for paper, value, when in pieces:
            new = at_most * value / whole
            if cut == "value":
                new = self.cut(new)
            if cut == "fraction":
                new = self.cut(self.cut(at_most / whole) * value)
            moved.append((paper, new, when))
        return Move(c, moved, self.quota_of[c], unmoved)

    def carry(self, move: Move) -> None:
        """Give the pieces to their next choices; what is cut off is lost."""
        before = sum(self.votes, sum(self.inactive.values(), Fraction(0)))
        parcels: dict[tuple[int | str, Fraction], Fraction] = {}
        moved = {id(paper) for paper, _, _ in move.pieces}
        stay = self.decided["exclusion"] != "whole" and move.source not in self.elected
        self.lies[move.source] = [piece for piece in self.lies[move.source] if stay and id(piece[0]) not in moved]
        self.votes[move.source] = move.left
        for paper, value, _ in move.pieces:
            found, why = ([], "surplus not transferred") if self.taken else paper.look(self.continuing)
            key = (found[0] if found else why, value)
            parcels[key] = parcels.get(key, Fraction(0)) + paper.weight * value
            if found:
                self.lies[found[0]].append((paper, value, len(self.sheets) + 1))
        for (whom, _), votes in parcels.items():
            got = self.cut(votes) if self.decided["cut"] == "parcel" else votes
            self.give([whom] if isinstance(whom, int) else [], str(whom), got)
        self.give([], "surplus not transferred", move.unmoved)
        after = sum(self.votes, sum(self.inactive.values(), Fraction(0)))
        self.give([], "lost to rounding", before - after)


def stv(contest: Contest, profile: Profile, decided: Decided) -> Opinion:
    """Scottish Local Government Elections Order 2007, rules 45 to 52, and the options."""
    return Scrutiny(contest, profile, decided).count()
