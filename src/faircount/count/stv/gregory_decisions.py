"""What one round of a count by fractional transfers decides: who is elected, whose surplus goes, who is excluded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from faircount.count.stv.parcels import Parcels, Units
from faircount.count.stv.quotas import reaches
from faircount.count.ties import Ties, leading
from faircount.model import CandidateIndex, Round, Tie

Choices = tuple[CandidateIndex, ...]


@dataclass(slots=True)
class State:
    """Where a count stands at the beginning of a round."""

    decided: Mapping[str, str]
    seats: int
    parcels: Parcels
    ties: Ties
    pool: Choices
    """Undeclared write-ins that cannot win; empty where they count like any choice."""
    standing: list[CandidateIndex]
    quota: Units = 0
    elected: list[CandidateIndex] = field(default_factory=list)
    waiting: list[CandidateIndex] = field(default_factory=list)
    """Elected whose surplus has not been transferred, in order of election."""
    leaving: list[tuple[Choices, Units | None]] = field(default_factory=list)
    """What is still to be moved of the choices being excluded: (choices, value or round that names the parcel)."""
    rounds: list[Round] = field(default_factory=list)
    kept: dict[CandidateIndex, Units] = field(default_factory=dict)
    """The quota of the round in which each was elected: it keeps that, though the quota may fall later."""

    @property
    def seats_left(self) -> int:
        """Seats that nobody has yet."""
        return self.seats - len(self.elected)

    @property
    def able(self) -> list[CandidateIndex]:
        """Those who stand and can win."""
        return [c for c in self.standing if c not in self.pool]

    def surplus(self, choice: CandidateIndex) -> Units:
        """Return what this choice has above the quota with which it was elected, or would be now."""
        return max(self.parcels.votes[choice] - self.kept.get(choice, self.quota), 0)

    def in_hand(self, also: Sequence[CandidateIndex] = ()) -> Units:
        """Return all surpluses not yet transferred, of `also` too."""
        return sum(self.surplus(c) for c in {*self.waiting, *also})


@dataclass(frozen=True, slots=True)
class Decision:
    """What one round decides; `verdict` is empty while the count goes on."""

    elected: Choices = ()
    surpluses: Choices = ()
    """Whose surplus is transferred at the end of the round."""
    excluded: Choices = ()
    ties: tuple[Tie, ...] = ()
    verdict: str = ""
    note: str = ""


def decide(now: State) -> Decision:
    """Decide one round, in the order of the laws: write-ins apart, elections, surpluses, exclusions."""
    votes = now.parcels.votes
    if not now.leaving:
        if not any(votes[c] for c in (*now.standing, *now.elected)):
            return Decision(verdict="no votes")
        pool = _pool_first(now)
        if pool:
            return Decision(excluded=pool, note="Undeclared write-ins cannot win and are excluded before all others.")
        sure = _sure_losers_before_elections(now)
        if sure:
            return _excluding(now, sure)
    elected, ties, stuck = _elections(now)
    if stuck:
        return Decision(elected, ties=ties, verdict="tie")
    after = _after(now, elected)
    if not after.seats_left or not after.able:
        return Decision(elected, ties=ties, verdict="elected", note=_note_of_end(now, elected))
    if now.leaving:
        return Decision(elected, ties=ties)
    then = _surplus_or_exclusion(after, elected)
    everyone = (*elected, *then.elected)
    return Decision(everyone, then.surpluses, then.excluded, (*ties, *then.ties), then.verdict, then.note)


def _pool_first(now: State) -> Choices:
    """Return the write-ins that this round excludes alone; those without votes cost no round and are not here."""
    how, first = now.decided["write_ins"], not now.rounds
    voted = tuple(c for c in now.standing if c in now.pool and now.parcels.votes[c])
    if how == "excluded-first":
        return now.pool if first and voted else ()
    return voted


def _sure_losers_before_elections(now: State) -> Choices:
    """Return the losers that Minneapolis Code § 167.70(c)(1)c excludes before clause d elects anybody."""
    if now.decided["batch"] != "before-surpluses" or now.decided["elect"] == "all-who-reach":
        return ()
    reaching = _reaching(now)
    if len(reaching) >= now.seats_left or len(now.able) <= now.seats_left:
        return ()
    return _hopeless(now, now.in_hand(reaching), 1)


def _reaching(now: State) -> list[CandidateIndex]:
    votes, decided = now.parcels.votes, now.decided
    return [c for c in now.able if reaches(votes[c], now.quota, decided["quota"], decided["reach"])]


def _elections(now: State) -> tuple[Choices, tuple[Tie, ...], bool]:
    """Return who is elected in this round, most votes first; the ties met; whether one of them stops the count."""
    left, able, how = now.seats_left, now.able, now.decided["elect"]
    # Write-ins that nobody has voted for yet are a choice like any other here: they go out before the rest is elected.
    filled = len(now.standing) <= left
    reaching = able if filled else _reaching(now)
    alone = how == "one-a-round" or (how == "one-until-enough" and not filled and len(reaching) < left)
    places = min(1 if alone else left, len(reaching))
    elected, ties = leading(reaching, now.parcels.votes, places, now.ties, "elected", now.rounds)
    if len(elected) < places:
        return elected, ties, True
    after = _after(now, elected)
    if now.decided["last_seats"] == "equal-or-leader" and after.seats_left == 1 and not now.leaving:
        votes = now.parcels.votes
        leader = max(after.able, key=lambda c: votes[c], default=None)
        others = sum(votes[c] for c in after.standing if c != leader) + after.in_hand()
        if leader is not None and votes[leader] > others:
            elected = (*elected, leader)
    return elected, ties, False


def _after(now: State, elected: Choices) -> State:
    """Return the state once `elected` are elected; `now` stays as it is."""
    standing = [c for c in now.standing if c not in elected]
    return State(
        now.decided, now.seats, now.parcels, now.ties, now.pool, standing, now.quota,
        [*now.elected, *elected], now.waiting + [c for c in elected if now.surplus(c)], now.leaving, now.rounds,
        now.kept | dict.fromkeys(elected, now.quota),
    )  # fmt: skip


def _note_of_end(now: State, elected: Choices) -> str:
    votes, decided = now.parcels.votes, now.decided
    short = [c for c in elected if not reaches(votes[c], now.quota, decided["quota"], decided["reach"])]
    if not short:
        return ""
    left = len(now.able) <= now.seats_left
    return (
        "As many choices are left as seats; they are elected without the quota." if left
        else "One seat is left, and nobody can catch up with the leader, who is elected without the quota."
    )  # fmt: skip


def _surplus_or_exclusion(now: State, elected: Choices) -> Decision:
    """Decide what moves at the end of a round that leaves seats to fill; `now` is after its elections."""
    batch, together = now.decided["batch"], now.decided["surpluses"] == "together"
    enough = len(now.able) <= now.seats_left
    if enough and len(now.standing) <= now.seats_left:
        # Only `elect` one a round comes here: the others are elected in rounds to come, and nobody is excluded.
        return _surpluses(now) if now.waiting else Decision()
    if batch == "before-surpluses":
        sure = _hopeless(now, now.in_hand(), 1)
        if sure:
            return _excluding(now, sure)
    if now.waiting or (together and elected):
        if enough or not _may_wait(now):
            return _surpluses(now)
    if enough:
        return _excluding(now, tuple(c for c in now.standing if c in now.pool))
    sure = _hopeless(now, now.in_hand(), 2) if batch == "after-surpluses" else ()
    return _excluding(now, sure) if sure else _lowest(now)


def _surpluses(now: State) -> Decision:
    if now.decided["surpluses"] == "together":
        return Decision(surpluses=tuple(now.waiting))
    if now.decided["surpluses"] == "in-order":
        # Those elected in one round stand there with the most votes first; equal ones are a tie.
        rank = {c: number for number, one in enumerate(now.rounds) for c in one.elected}
        earliest = min(rank.get(c, len(now.rounds)) for c in now.waiting)
        waiting = [c for c in now.waiting if rank.get(c, len(now.rounds)) == earliest]
    else:
        waiting = now.waiting
    most = max(now.surplus(c) for c in waiting)
    first = [c for c in waiting if now.surplus(c) == most]
    if len(first) == 1:
        return Decision(surpluses=tuple(first))
    tie = now.ties.pick(first, "first to be transferred", now.rounds)
    if tie.chosen is None:
        return Decision(ties=(tie,), verdict="tie")
    return Decision(surpluses=(tie.chosen,), ties=(tie,))


def _may_wait(now: State) -> bool:
    """Say whether all surpluses together cannot save those whom this round would exclude."""
    how, in_hand = now.decided["defer"], now.in_hand()
    if how == "no" or not in_hand:
        return False
    size = len(_hopeless(now, in_hand, 2)) if now.decided["batch"] == "after-surpluses" else 0
    upwards = sorted(now.parcels.votes[c] for c in now.standing)
    gap = upwards[max(size, 1)] - sum(upwards[: max(size, 1)])
    return in_hand < gap or (how == "up-to-the-gap" and in_hand == gap)


def _hopeless(now: State, in_hand: Units, least: int) -> Choices:
    """Return the largest group of lowest choices, `least` or more, that all its votes and `in_hand` save none of."""
    upwards = sorted(now.standing, key=lambda c: (now.parcels.votes[c], c))
    together: Units = in_hand
    size = 0
    for number, choice in enumerate(upwards[:-1], 1):
        together += now.parcels.votes[choice]
        if len([c for c in upwards[number:] if c not in now.pool]) < now.seats_left:
            break
        if together < now.parcels.votes[upwards[number]]:
            size = number
    return tuple(sorted(upwards[:size])) if size >= least else ()


def _lowest(now: State) -> Decision:
    votes = now.parcels.votes
    fewest = min(votes[c] for c in now.standing)
    lowest = tuple(c for c in now.standing if votes[c] == fewest)
    if len(lowest) == 1:
        return _excluding(now, lowest)
    # No vote moves: the order among those without votes cannot matter while others can fill the seats.
    idle = not fewest and len([c for c in now.able if c not in lowest]) >= now.seats_left
    tie = now.ties.pick(lowest, "excluded", now.rounds, idle=idle)
    if tie.chosen is not None:
        return _excluding(now, (tie.chosen,), (tie,))
    if idle:
        return _excluding(now, lowest)
    return Decision(ties=(tie,), verdict="tie")


def _excluding(now: State, excluded: Choices, ties: tuple[Tie, ...] = ()) -> Decision:
    note = ""
    if len(excluded) > 1:
        together = any(now.parcels.votes[c] for c in excluded)
        why = "all their votes and all surpluses save none of them" if together else "none of them has a vote"
        note = f"Excluded together: {why}."
    left = [c for c in now.able if c not in excluded]
    if now.decided["last_exclusion"] == "transferred" or len(left) > now.seats_left:
        return Decision(excluded=excluded, ties=ties, note=note)
    winners = tuple(sorted(left, key=lambda c: (-now.parcels.votes[c], c)))
    why = "As many choices are left as seats; they are elected, and the votes of the excluded stay where they are."
    return Decision(winners, excluded=excluded, ties=ties, verdict="elected", note=f"{note} {why}".strip())
