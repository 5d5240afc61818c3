"""Whole ballot papers in a stated order, for laws that move some of a candidate's papers and leave the others.

Such a law looks at the order in which the papers lie, which no export of preferences states and no profile holds. So an
order is drawn, once and for all papers, from a seed: the papers lie in the order of the SHA-256 of the UTF-8 bytes of a
JSON list without spaces, `["seed","title",["name",…],"cause",copy]` (names in order of preference as the law reads the
paper, the cause that ends it, and 1, 2, 3, … for papers that say the same). The draw is independent of any language, of
the order of the ballot and of the order of the data. **Another order, such as the one in which the papers really lay,
can move other papers, and can elect somebody else.**
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from faircount.count.ranked.ballot_options import of_kind
from faircount.count.ranked.preferences import Moved, transfers_of, walk
from faircount.count.rule import TEXT, Option, Reading
from faircount.count.stv.counting import Counting
from faircount.model import INACTIVE_CAUSES, CandidateIndex, Contest, Pattern, Profile, Round, Transfer, UsageError

PAPERS_SEED = Option(
    "papers_seed",
    ("none", TEXT),
    "none",
    "The seed of the order in which the papers lie. The law moves papers by that order, which the data do not state: "
    "it is drawn from this seed by SHA-256, so that anyone can repeat the count. none: the seed is the word none. "
    "Another seed moves other papers and may elect somebody else: try several to see how much hangs on it.",
)

MOST_PAPERS = 10_000_000
"""Papers that a count takes one by one; weights that stand for more are refused, before memory is."""

Way = tuple[tuple[CandidateIndex, ...], str]
"""Candidates in order of preference, and the cause that holds once they are used up, one of `INACTIVE_CAUSES`."""


def way_of(contest: Contest, pattern: Pattern, decided: Mapping[str, str]) -> Way:
    """Return the candidates on papers with this pattern, the withdrawn passed over, and the cause that ends them."""
    steps, cause = walk(contest, pattern, decided)
    gone = of_kind(contest, "withdrawn")
    kept = tuple(c for c in steps if not isinstance(c, tuple) and c not in gone)
    # Nothing but overvoted ranks, each passed over: that is why the paper names nobody.
    return kept, "overvote" if not steps and cause == "exhausted" else cause


def reading(contest: Contest, pattern: Pattern, decided: Mapping[str, str]) -> Reading:
    """Read one pattern: its first preference, or why it has none."""
    steps, cause = way_of(contest, pattern, decided)
    if steps:
        return Reading(((steps[0], 1),))
    if cause == "invalid":
        return Reading((), invalid=1)
    return Reading((), overvotes=1) if cause == "overvote" else Reading((), undervotes=1)


@dataclass(slots=True)
class Papers:
    """All papers of a count and where each of them lies. A paper is its number in the order drawn, 0 first."""

    ways: list[Way]
    at: list[int]
    """By paper: the step at which it rests."""
    piles: list[list[int]]
    """By candidate: papers in the order filed, those filed last on top."""
    last: list[int]
    """By candidate: how many papers the parcel received last holds."""
    inactive: dict[str, int]
    continuing: set[CandidateIndex]

    @classmethod
    def of(cls, contest: Contest, profile: Profile, decided: Mapping[str, str]) -> "Papers":
        """Draw the order of the papers and sort them by first preference.

        A card of weight n is n papers, as in files that give the number of papers that say the same. Raises
        `UsageError` for a weight that is no whole number, since a paper is moved whole, and for too many papers.
        """
        if profile.total_weight > MOST_PAPERS:
            raise UsageError(
                f"contest {contest.title!r}: rule {contest.rule} moves papers one by one, {MOST_PAPERS:,} at most; "
                f"the weights of the cards sum to {profile.total_weight}"
            )
        counts: dict[Way, int] = {}
        for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
            if weight != int(weight):
                raise UsageError(
                    f"contest {contest.title!r}: rule {contest.rule} moves whole papers, and a weight of {weight} is "
                    "none; use a rule that transfers fractions"
                )
            way = way_of(contest, pattern, decided)
            counts[way] = counts.get(way, 0) + int(weight)
        size = len(contest.choices)
        standing = {CandidateIndex(c) for c in range(size)} - set(of_kind(contest, "withdrawn"))
        ways = _drawn(contest, counts, decided["papers_seed"])
        piles: list[list[int]] = [[] for _ in range(size)]
        for paper, (steps, _) in enumerate(ways):
            piles[steps[0]].append(paper)
        inactive = dict.fromkeys(INACTIVE_CAUSES, 0)
        for (steps, cause), number in counts.items():
            if not steps:
                inactive[cause] += number
        return cls(ways, [0] * len(ways), piles, [len(pile) for pile in piles], inactive, standing)

    def votes(self) -> tuple[int, ...]:
        """Return the votes of each candidate: its papers."""
        return tuple(map(len, self.piles))

    def inactive_now(self) -> tuple[tuple[str, int], ...]:
        """Return inactive papers by cause, causes with none left out."""
        return tuple((cause, count) for cause, count in self.inactive.items() if count)

    def without_papers(self) -> set[CandidateIndex]:
        """Return the continuing candidates that hold no paper."""
        return {c for c in self.continuing if not self.piles[c]}

    def next_of(self, paper: int) -> int:
        """Return the step of the next continuing candidate on `paper`, or -1: it is not transferable."""
        steps = self.ways[paper][0]
        for here in range(self.at[paper] + 1, len(steps)):
            if steps[here] in self.continuing:
                return here
        return -1

    def move(
        self, leaving: Iterable[tuple[int, CandidateIndex]], full: int | None = None, most: int | None = None
    ) -> tuple[tuple[Transfer, ...], tuple[CandidateIndex, ...]]:
        """Move papers, (paper, whose it is) in the order in which they are filed, each to its next candidate or none.

        Whoever holds `full` papers is no longer continuing and gets no more. With `most`, papers without a next
        candidate stay, and nothing moves once that many have moved. Returns what moved, and who became full, in that
        order.
        """
        moved: Moved = {}
        received: dict[CandidateIndex, int] = {}
        reached: list[CandidateIndex] = []
        gone: dict[CandidateIndex, set[int]] = {}
        for paper, source in leaving:
            if most is not None and sum(received.values()) == most:
                break
            here = self.next_of(paper)
            if here < 0 and most is not None:
                continue
            gone.setdefault(source, set()).add(paper)
            steps, cause = self.ways[paper]
            if here < 0:
                way = (source, -1, cause)
                self.inactive[cause] += 1
            else:
                target = steps[here]
                way = (source, target, "")
                self.at[paper] = here
                self.piles[target].append(paper)
                received[target] = received.get(target, 0) + 1
                if len(self.piles[target]) == full:
                    reached.append(target)
                    self.continuing.discard(target)
            moved[way] = moved.get(way, 0) + 1
        for source, papers in gone.items():
            self.piles[source] = [paper for paper in self.piles[source] if paper not in papers]
        for target, count in received.items():
            self.last[target] = count
        return transfers_of(moved), tuple(reached)


class CountOfPapers(Counting):
    """A count in progress of papers that move whole."""

    def __init__(self, contest: Contest, profile: Profile, decided: Mapping[str, str]) -> None:
        self.papers = Papers.of(contest, profile, decided)
        super().__init__(contest, decided, len(self.papers.ways))

    def state(self) -> Round:
        """Return the votes as they stand."""
        return Round(self.papers.votes(), self.papers.inactive_now(), threshold=self.quota or None)


def _drawn(contest: Contest, counts: Mapping[Way, int], seed: str) -> list[Way]:
    """Return what each paper says, papers in the order of their tickets; those that name nobody are left out."""
    tickets: list[tuple[bytes, Way]] = []
    for way, papers in counts.items():
        steps, cause = way
        if not steps:
            continue
        told = [seed, contest.title, [contest.name_of(c) for c in steps], cause]
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        begun = hashlib.sha256(f"{text[:-1]},".encode("utf-8", "surrogatepass"))
        for copy in range(1, papers + 1):
            ticket = begun.copy()
            ticket.update(b"%d]" % copy)
            tickets.append((ticket.digest(), way))
    tickets.sort()
    return [way for _, way in tickets]
