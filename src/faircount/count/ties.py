"""Ties, decided only as somebody has stated: by earlier rounds, an order, a record, or a draw that anyone can repeat.

A draw is independent of any language: each tied choice gets the SHA-256 of the UTF-8 bytes of a JSON list without
spaces, `["seed","title","about",number,"name"]`, and the lowest digest is picked. The number is 1 more than the ties
that were brought to `tie` before; those that the law parts by itself are not counted. Strings are as JSON writes them,
non-ASCII letters as they are.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from faircount.count.ranked.rctab_random import JavaRandom, java_order
from faircount.count.rule import NAMES, TEXT, Option, names_in
from faircount.model import BadInputError, CandidateIndex, Contest, Round, Tie, VoteCount

LOTS = ("stop", "order", "recorded", "draw", "rctab-random")
_LOTS_MEAN = (
    "stop: the count stops and names the tied. order: the first in tie_order is favoured (elected; the last is "
    "excluded). recorded: tie_record says whom each tie picked out. draw: drawn from tie_seed by SHA-256, as "
    "docs/ties.md describes, so that anyone can repeat it. rctab-random: drawn as RCTab draws, by java.util.Random of "
    "Java from tie_seed, a whole number: one number a tie, which picks a place among the tied names in order."
)

_JAVA_SEED = re.compile(r"[+-]?[0-9]{1,18}")

TIE_ORDER = Option(
    "tie_order",
    ("ballot", NAMES),
    "ballot",
    "The order of choices that decides where ties follow an order. ballot: as on the ballot. Or all names as a "
    "JSON list, the most favoured first.",
)
TIE_RECORD = Option(
    "tie_record",
    ("none", NAMES),
    "none",
    "Decisions that were made elsewhere (a lot drawn, a commission's vote), one name for each tie in the order met: "
    'who was elected, excluded or taken first. A JSON list: ["Ada", "Bo"]. none: there are none. A tie beyond the last '
    "one stops the count. A tie of choices without any vote that go out together needs no entry.",
)
TIE_SEED = Option(
    "tie_seed",
    ("none", TEXT),
    "none",
    "The published seed of a draw. none: there is none, and a draw stops the count.",
)

MARKS_TIES = (
    Option("tie", LOTS, "stop", f"What decides a tie. {_LOTS_MEAN}"),
    TIE_ORDER,
    TIE_RECORD,
    TIE_SEED,
)
"""Options of a rule that counts once."""

ROUNDS_TIES = (
    Option(
        "tie",
        (*LOTS, "previous-rounds", "previous-rounds-all-differ", "first-rounds"),
        "stop",
        f"What decides a tie. {_LOTS_MEAN} previous-rounds: those of the tied with fewest votes (most, where one is to "
        "be elected) in the round before stay tied, and so back round by round until one is left. "
        "previous-rounds-all-differ: the votes in the last round before in which no two of the tied were equal. "
        "first-rounds: like previous-rounds, from round 1 onwards. What these do not decide, tie_then does.",
    ),
    TIE_ORDER,
    TIE_RECORD,
    TIE_SEED,
    Option("tie_then", LOTS, "stop", f"What decides a tie that earlier rounds do not. {_LOTS_MEAN}"),
)
"""Options of a rule that counts in rounds."""


class Ties:
    """Decides the ties of one count, in the order met. Holds how many it has met, and so is made anew each count."""

    def __init__(self, contest: Contest, decided: Mapping[str, str]) -> None:
        self._contest = contest
        self._how, self._then = decided["tie"], decided.get("tie_then", "stop")
        everyone = tuple(CandidateIndex(c) for c in range(len(contest.choices)))
        order = everyone if decided["tie_order"] == "ballot" else names_in(decided["tie_order"], contest)
        if sorted(order) != sorted(everyone):
            raise BadInputError(f"contest {contest.title!r}", "tie_order names every choice once", decided["tie_order"])
        self._place = {choice: at for at, choice in enumerate(order)}
        self._record = () if decided["tie_record"] == "none" else names_in(decided["tie_record"], contest)
        self._seed = None if decided["tie_seed"] == "none" else decided["tie_seed"]
        self._met = 0
        self._recorded = 0
        self._random: JavaRandom | None = None
        self.begin_pass()

    def begin_pass(self) -> None:
        """Begin a pass of a count that has several. RCTab makes its generator anew in each; all else goes on."""
        self._random = JavaRandom(self._java_seed()) if "rctab-random" in (self._how, self._then) else None

    def _java_seed(self) -> int:
        """Return the seed as Java takes it, a whole number of 64 bits; 0 where none is stated, and nothing is drawn."""
        seed = self._seed or "0"
        if not _JAVA_SEED.fullmatch(seed):
            raise BadInputError(
                f"contest {self._contest.title!r}", "tie_seed is a whole number where tie is rctab-random", repr(seed)
            )
        return int(seed)

    def pick(
        self, tied: Iterable[CandidateIndex], about: str, earlier: Sequence[Round] = (), how: str | None = None,
        idle: bool = False,
    ) -> Tie:  # fmt: skip
        """Return the tie with whom it picks out; `chosen` is None where nothing decides, and the count must stop.

        Where earlier rounds part some of the tied and nothing decides between the rest, only the rest are told as tied.

        `about` is one of `TIE_ABOUT`; where it is `excluded` the least favoured is picked, else the most favoured.
        `earlier` are the rounds before this one, oldest first, which `previous-rounds` and its kin look at.
        `how` stands for the option `tie` where a law decides this tie in another way than its others.
        `idle` says that nothing hangs on the tie (no vote would move): a record need not speak of it.
        Raises `BadInputError` when a recorded decision picks somebody who is not among the tied.
        """
        among = tuple(sorted(tied))
        self._met += 1
        how = how or self._how
        if how in LOTS:
            return self._lot(how, among, about, idle)
        fewest = about == "excluded"
        order = list(enumerate(earlier, 1)) if how == "first-rounds" else list(enumerate(earlier, 1))[::-1]
        left = among
        for number, one in order:
            votes = {c: one.votes[c] for c in left}
            if how == "previous-rounds-all-differ":
                if len(set(votes.values())) < len(left):
                    continue
            best = min(votes.values()) if fewest else max(votes.values())
            left = tuple(c for c in left if votes[c] == best)
            if len(left) == 1:
                return Tie(among, about, left[0], f"votes in round {number}")
        found = self._lot(self._then, left, about, idle)
        # Whom earlier rounds have parted from the others is no longer tied: a lot is between those left.
        return found if found.chosen is None else Tie(among, about, found.chosen, found.decided_by)

    def _lot(self, how: str, tied: tuple[CandidateIndex, ...], about: str, idle: bool) -> Tie:
        if how == "order":
            last = about == "excluded"
            chosen = (max if last else min)(tied, key=self._place.__getitem__)
            own = self._place == {c: c for c in self._place}
            return Tie(tied, about, chosen, "order of the ballot" if own else "stated order")
        if how == "recorded" and self._recorded < len(self._record):
            chosen = self._record[self._recorded]
            if idle and chosen not in tied:
                return Tie(tied, about)
            self._recorded += 1
            if chosen not in tied:
                names = ", ".join(self._contest.name_of(c) for c in tied)
                raise BadInputError(
                    f"contest {self._contest.title!r}", f"decision {self._recorded} of tie_record picks one of {names}",
                    self._contest.name_of(chosen), "record the decisions in the order in which ties are met",
                )  # fmt: skip
            return Tie(tied, about, chosen, "recorded decision")
        if how == "rctab-random" and self._seed is not None and self._random is not None:
            by_name = sorted(tied, key=lambda c: java_order(self._contest.name_of(c)))
            drawn = by_name[self._random.place(len(by_name))]
            return Tie(tied, about, drawn, f"java.util.Random from seed {self._seed}")
        if how == "draw" and self._seed is not None:
            return Tie(tied, about, min(tied, key=lambda c: self._ticket(about, c)), f"draw from seed {self._seed}")
        return Tie(tied, about)

    def _ticket(self, about: str, choice: CandidateIndex) -> str:
        told = [self._seed, self._contest.title, about, self._met, self._contest.name_of(choice)]
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def recorded(
    contest: Contest, stated: Mapping[str, str], known: Mapping[str, Option], record: Sequence[CandidateIndex]
) -> tuple[tuple[str, str], ...]:
    """Return the options `stated` for `contest` with recorded decisions where the law would stop at a tie."""
    merged = dict(stated)
    if "tie" in known:
        how = merged.get("tie", known["tie"].default)
        then = merged.get("tie_then", "stop")
        if how == "stop":
            merged["tie"] = "recorded"
        elif how not in LOTS and then == "stop":
            merged["tie_then"] = "recorded"
    if record:
        merged["tie_record"] = json.dumps([contest.name_of(c) for c in record], ensure_ascii=False)
    return tuple(sorted(merged.items()))


def leading(
    standing: Iterable[CandidateIndex],
    votes: Sequence[VoteCount] | Sequence[Fraction],
    places: int,
    ties: Ties,
    about: str = "elected",
    earlier: Sequence[Round] = (),
) -> tuple[tuple[CandidateIndex, ...], tuple[Tie, ...]]:
    """Return up to `places` of `standing` with the most votes, most first, and the ties met on the way.

    Equal choices that all have a place are no tie: they are in the order of the ballot. Where a tie about the last
    places is not decided, only those clearly above it (and those already picked) are returned: the last tie says so.
    """
    order = sorted(standing, key=lambda c: (-votes[c], c))
    if len(order) <= places:
        return tuple(order), ()
    last = votes[order[places - 1]] if places else None
    clear = [c for c in order if last is not None and votes[c] > last]
    level = [c for c in order if last is not None and votes[c] == last]
    if len(clear) + len(level) <= places:
        return tuple(clear + level), ()
    met: list[Tie] = []
    picked: list[CandidateIndex] = []
    while len(clear) + len(picked) < places:
        met.append(ties.pick([c for c in level if c not in picked], about, earlier))
        chosen = met[-1].chosen
        if chosen is None:
            break
        picked.append(chosen)
    return tuple(clear + picked), tuple(met)
