"""What moves at the end of each round, and the table that says so: enough to count any part of the ballots alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from faircount.count.ranked.preferences import Moved, plain
from faircount.count.stv.gregory_decisions import Choices, Decision, State
from faircount.count.stv.parcels import Arithmetic, Parcels, Share, Units
from faircount.model import CandidateIndex, Contest, Exhibit, Transcript, VoteCount

TITLE = "Transfers"
SURPLUS, LAST_SURPLUS, EXCLUSION = "surplus", "surplus, all seats filled", "exclusion"
_COLUMNS = ("Round", "From", "Why", "Votes", "Surplus", "Shared by", "Transfer value", "Parcel")
_MEANING = (
    "What moves at the end of each round. Shared by: the votes among which a surplus is divided. Transfer value: what "
    "a ballot worth one whole vote moves on with. Parcel: for an exclusion in parts the value of the ballots that "
    "move, or the round that brought them (0: first count); for a surplus the round that "
    "brought the parcel that shares it."
)
Cell = str | VoteCount | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table."""

    choice: CandidateIndex
    why: str
    share: Share | None
    key: Units | None
    """Of an exclusion in parts: what moves in this round."""

    def apply(self, parcels: Parcels, number: int, decided: Mapping[str, str]) -> Moved:
        """Move `parcels`, which may be a part of the ballots, as the whole moved at the end of round `number`."""
        if self.share is None:
            return parcels.exclude(self.choice, number, self.key, decided["exclusion"])
        to_nobody = self.why == LAST_SURPLUS
        return parcels.surplus(self.choice, self.share.surplus, number, decided, to_nobody, self.share)[0]


@dataclass(slots=True)
class Moves:
    """Moves the ballots of a whole count, and writes the table."""

    contest: Contest
    parcels: Parcels
    decided: Mapping[str, str]
    rows: list[Row] = field(default_factory=list)

    def at_end_of_round(self, now: State, found: Decision) -> Moved:
        """Move what the round has decided; `now` loses what it had waiting."""
        moved: Moved = {}
        for choice in found.surpluses:
            moved.update(self._surplus(now, choice, SURPLUS))
        now.waiting = [c for c in now.waiting if c not in found.surpluses]
        if found.excluded:
            now.leaving = self._stages(found.excluded)
        if now.leaving:
            choices, key = now.leaving.pop(0)
            for choice in choices:
                moved.update(self._exclude(now, choice, key))
        return moved

    def of_last_surpluses(self, now: State) -> Moved:
        """Take all surpluses that are left when all seats are filled."""
        moved: Moved = {}
        for choice in now.waiting:
            moved.update(self._surplus(now, choice, LAST_SURPLUS))
        return moved

    def exhibits(self) -> tuple[Exhibit, ...]:
        """Return the table; none where nothing moved."""
        return (Exhibit(TITLE, _COLUMNS, tuple(self.rows), _MEANING),) if self.rows else ()

    def _stages(self, excluded: Choices) -> list[tuple[Choices, Units | None]]:
        """Return the parts in which the ballots of `excluded` move, a round each."""
        groups = [group for choice in excluded for group in self.parcels.held[choice]]
        if self.decided["exclusion"] == "whole" or not groups:
            return [(excluded, None)]
        if self.decided["exclusion"] == "by-value":
            return [(excluded, value) for value in sorted({value for _, value in groups}, reverse=True)]
        return [(excluded, brought) for brought in sorted({brought for brought, _ in groups})]

    def _surplus(self, now: State, choice: CandidateIndex, why: str) -> Moved:
        number, shown = len(now.rounds) + 1, self.parcels.arithmetic.shown
        moved, share = self.parcels.surplus(choice, now.surplus(choice), number, self.decided, why == LAST_SURPLUS)
        arithmetic = self.parcels.arithmetic
        each = shown(arithmetic.value(arithmetic.unit, share.taken, share.base)) if share.base else 0
        name = self.contest.name_of(choice)
        self.rows.append(
            (number, name, why, shown(share.votes), shown(share.surplus), shown(share.base), each, share.parcel)
        )
        return moved

    def _exclude(self, now: State, choice: CandidateIndex, key: Units | None) -> Moved:
        number, shown = len(now.rounds) + 1, self.parcels.arithmetic.shown
        before = self.parcels.votes[choice]
        moved = self.parcels.exclude(choice, number, key, self.decided["exclusion"])
        parcel = shown(key) if key is not None and self.decided["exclusion"] == "by-value" else key
        leaving = shown(before - self.parcels.votes[choice])
        self.rows.append((number, self.contest.name_of(choice), EXCLUSION, leaving, None, None, None, parcel))
        return moved


def moves_of(contest: Contest, whole: Transcript, arithmetic: Arithmetic) -> dict[int, list[Move]]:
    """Return the moves of a count by the round at whose end they are, from the table of its transcript."""
    place = {choice.name: CandidateIndex(at) for at, choice in enumerate(contest.choices)}
    by_value = dict(whole.decisions)["exclusion"] == "by-value"
    found: dict[int, list[Move]] = {}
    for row in (row for table in whole.exhibits if table.title == TITLE for row in table.rows):
        number, name, why, parcel = int(_figure(row[0])), str(row[1]), str(row[2]), row[7]
        votes, surplus, base = (plain(_figure(cell) * arithmetic.unit) for cell in row[3:6])
        key = None if parcel is None else _figure(parcel)
        if why == EXCLUSION:
            move = Move(place[name], why, None, plain(key * arithmetic.unit) if by_value and key is not None else key)
        else:
            move = Move(place[name], why, Share(votes, surplus, base, None if key is None else int(key)), None)
        found.setdefault(number, []).append(move)
    return found


def _figure(cell: Cell) -> VoteCount:
    return 0 if cell is None or isinstance(cell, str) else cell
