"""Ties as the options say in words, and the draw as faircount.count.ties describes it."""

import hashlib
import json
from collections.abc import Iterable
from fractions import Fraction

from faircount.model import BadInputError, Contest

Met = tuple[list[int], str, int | None]
"""The tied in the order of the ballot, what about, and who was picked: None where nobody decided."""


class Lots:
    """Decides ties one by one, and keeps those met."""

    def __init__(self, contest: Contest) -> None:
        self.contest, self.met, self.asked = contest, list[Met](), 0
        self.names = [choice.name for choice in contest.choices]
        record = contest.option("tie_record", "none")
        self.left = [] if record == "none" else list(json.loads(record))

    def pick(self, tied: Iterable[int], about: str) -> int | None:
        """Return who is picked: nobody, where the count has stopped before."""
        if self.stopped:
            return None
        self.asked += 1
        ordered = sorted(tied)
        chosen = self._chosen(ordered, about)
        self.met.append((ordered, about, chosen))
        return chosen

    def note(self, tied: Iterable[int], about: str, chosen: int) -> None:
        """Keep a tie that the law itself parts: it has no number in a draw, for the option `tie` is not asked."""
        self.met.append((sorted(tied), about, chosen))

    def _chosen(self, tied: list[int], about: str) -> int | None:
        how = self.contest.option("tie", "stop")
        if how == "order":
            stated = self.contest.option("tie_order", "ballot")
            for name in self.names if stated == "ballot" else json.loads(stated):
                if self.names.index(name) in tied:
                    return self.names.index(name)
        if how == "recorded" and self.left:
            one = self.names.index(self.left.pop(0))
            if one not in tied:
                raise BadInputError("tie_record", "a decision picks one of the tied")
            return one
        seed = self.contest.option("tie_seed", "none")
        if how == "draw" and seed != "none":
            tickets = {digest([seed, self.contest.title, about, self.asked, self.names[c]]): c for c in tied}
            return tickets[min(tickets)]
        return None

    def best(self, standing: Iterable[int], votes: list[Fraction], places: int, about: str) -> list[int]:
        """Return those with the most votes, most first; fewer than could be where a tie is not decided."""
        left, found = set(standing), list[int]()
        while left and len(found) < places:
            top = max(votes[c] for c in left)
            level = sorted(c for c in left if votes[c] == top)
            if len(found) + len(level) > places:
                chosen = self.pick(level, about)
                if chosen is None:
                    break
                level = [chosen]
            found += level
            left -= set(level)
        return found

    @property
    def stopped(self) -> bool:
        """Whether a tie was met that nobody decided."""
        return any(chosen is None for _, _, chosen in self.met)


def digest(told: list[object]) -> str:
    """Return the SHA-256 of a JSON list without spaces."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
