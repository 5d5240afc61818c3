"""Ties as docs/ties.md and the options say, with a Java generator written from its published description."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from count.second_opinion.opinion import NoSuchDecision, Sheet

from faircount.model import Contest


class Lots:
    """Whoever decides the ties of one count."""

    def __init__(self, contest: Contest, decided: Mapping[str, str]) -> None:
        self.names = [choice.name for choice in contest.choices]
        self.title, self.decided, self.met = contest.title, decided, 0
        named = decided["tie_order"]
        self.order = self.names if named == "ballot" else json.loads(named)
        self.record = [] if decided["tie_record"] == "none" else json.loads(decided["tie_record"])
        self.left: set[int] = set()
        """Of the last tie, those whom no earlier round parted from the others: between them a lot decides."""
        self.begin_pass()

    def begin_pass(self) -> None:
        """Begin to draw from the seed anew."""
        seed = self.decided["tie_seed"]
        self.state = (int(seed) ^ 0x5DEECE66D) % 2**48 if seed.isdigit() else 0

    def pick(self, tied: Iterable[int], about: str, sheets: list[Sheet], how: str = "") -> int | None:
        """Return the choice picked: to be excluded, or whatever `about` says. None where nothing decides."""
        left, how = sorted(tied), how or self.decided["tie"]
        self.met, self.left = self.met + 1, set(left)
        fewest = about == "excluded"
        if how == "first-rounds":
            left = narrow(left, sheets, fewest)
        elif how == "previous-rounds":
            left = narrow(left, sheets[::-1], fewest)
        elif how == "previous-rounds-all-differ":
            differ = [s for s in sheets if len({s.votes[c] for c in left}) == len(left)]
            left = narrow(left, differ[-1:], fewest)
        else:
            return self.lot(how, left, about)
        self.left = set(left)
        return left[0] if len(left) == 1 else self.lot(self.decided.get("tie_then", "stop"), left, about)

    def lot(self, how: str, tied: list[int], about: str) -> int | None:
        """Pick without looking at votes."""
        seed = self.decided["tie_seed"]
        if how == "order":
            favoured = sorted(tied, key=lambda c: self.order.index(self.names[c]))
            return favoured[-1] if about == "excluded" else favoured[0]
        if how == "recorded" and self.record:
            chosen = self.names.index(self.record.pop(0))
            if chosen not in tied:
                raise NoSuchDecision
            return chosen
        if seed == "none":
            return None
        if how == "rctab-random":
            named = sorted(tied, key=lambda c: self.names[c].encode("utf-16-be"))
            return named[int(self.next_double() * len(named))]
        if how == "draw":
            return min(tied, key=lambda c: self.ticket([seed, self.title, about, self.met, self.names[c]]))
        return None

    def ticket(self, told: list[object]) -> str:
        """Return the ticket of one of the tied; the lowest is drawn."""
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def next_bits(self, bits: int) -> int:
        """Return `next(bits)` of java.util.Random."""
        self.state = (self.state * 0x5DEECE66D + 0xB) % 2**48
        return self.state >> (48 - bits)

    def next_double(self) -> float:
        """Return `nextDouble()` of java.util.Random."""
        high = self.next_bits(26) << 27
        return (high + self.next_bits(27)) / (1 << 53)


def narrow(tied: list[int], sheets: list[Sheet], fewest: bool) -> list[int]:
    """Keep, sheet by sheet, those with the fewest votes (or the most)."""
    for sheet in sheets:
        votes = [sheet.votes[c] for c in tied]
        tied = [c for c in tied if sheet.votes[c] == (min(votes) if fewest else max(votes))]
    return tied
