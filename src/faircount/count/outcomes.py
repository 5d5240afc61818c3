"""Every outcome over all ways in which ties could be decided: what a lot can change, and what it cannot."""

from dataclasses import dataclass, replace
from json import dumps

from faircount.count.rule import Rule
from faircount.model import CandidateIndex, Contest, Profile, Transcript, UsageError

MOST_COUNTS = 2_000
"""Counts made before the search stops and says that it is not complete."""


Choices = tuple[CandidateIndex, ...]
Who = tuple[Choices, Choices, str]
"""(elected, advancing, verdict)."""
State = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Possible:
    """One outcome that some way of deciding the ties leads to."""

    elected: tuple[CandidateIndex, ...]
    """In the order of the ballot."""
    advancing: tuple[CandidateIndex, ...]
    verdict: str
    record: tuple[CandidateIndex, ...]
    """One list of decisions that leads here, fit for the option `tie_record`: the first found."""
    ways: int
    """How many lists of decisions lead here. Not a probability: lots differ in how many are drawn."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All outcomes, in the order of whom they elect; `complete` is False where the search was cut at `MOST_COUNTS`."""

    possible: tuple[Possible, ...]
    counts: int
    complete: bool

    @property
    def is_settled(self) -> bool:
        """Whether whoever decides the ties, the outcome is the same. Never true of a search that was cut."""
        return self.complete and len(self.possible) == 1


def every_outcome(rule: Rule, contest: Contest, profile: Profile, most: int = MOST_COUNTS) -> Outcomes:
    """Count again and again, deciding each tie in every way, depth first. A tie among k choices makes k counts.

    Stated decisions about ties are set aside, earlier rounds too. What follows a tie is looked at once where `_state`
    says that it hangs on nothing else. Raises `UsageError` for a rule without ties. The name of this elsewhere:
    parallel-universe tie-breaking (Conitzer, Rognlie and Xia 2009, "Preference Functions That Score Rankings and
    Maximum Likelihood Estimation", § 4).
    """
    if "tie" not in {option.name for option in rule.options}:
        raise UsageError(f"rule {rule.name} has no ties that somebody could decide")
    others = tuple((n, v) for n, v in contest.options if n not in ("tie", "tie_record", "tie_then", "tie_seed"))

    def counted(record: Choices) -> Transcript:
        names = dumps([contest.name_of(c) for c in record], ensure_ascii=False)
        decided = (("tie", "recorded"), ("tie_record", names if record else "none"))
        return rule.count(replace(contest, options=tuple(sorted((*others, *decided)))), profile)

    met, counts, complete = _Met.after(counted(()), ()), 1, True
    open_ties: list[_Met] = [met]
    known: dict[State, dict[Who, tuple[Choices, int]]] = {}
    while open_ties:
        now = open_ties[-1]
        complete = complete and (not now.left or counts < most)
        if now.left and complete:
            choice = now.left.pop(0)
            after = _Met.after(counted((*now.record, choice)), (*now.record, choice))
            counts += 1
            if after.state in known:
                now.add(choice, known[after.state])
            else:
                open_ties.append(after)
            continue
        known[now.state] = open_ties.pop().found
        if open_ties:
            open_ties[-1].add(now.record[-1], now.found)
    possible = [Possible(*who, record, ways) for who, (record, ways) in sorted(met.found.items())]
    return Outcomes(tuple(possible), counts, complete)


@dataclass(slots=True)
class _Met:
    """Where a count came to: a tie with those not yet tried, or, with none, an end. Fills with the outcomes found."""

    state: State
    record: Choices
    left: list[CandidateIndex]
    found: dict[Who, tuple[Choices, int]]
    """Outcome → (decisions from here on that lead there, the first found; how many such lists)."""

    @classmethod
    def after(cls, transcript: Transcript, record: Choices) -> "_Met":
        """Return where a count with these decisions came to."""
        if transcript.verdict == "tie":
            return cls(_state(transcript, record), record, list(transcript.rounds[-1].tied), {})
        who = tuple(sorted(transcript.elected)), tuple(sorted(transcript.advancing)), transcript.verdict
        return cls(record, record, [], {who: ((), 1)})

    def add(self, choice: CandidateIndex, found: dict[Who, tuple[Choices, int]]) -> None:
        """Add what follows once `choice` is picked out of the tie."""
        for who, (record, ways) in found.items():
            first, before = self.found.get(who, ((choice, *record), 0))
            self.found[who] = first, before + ways


def _state(transcript: Transcript, record: Choices) -> State:
    """Return what decides all that follows a tie; the whole record, where nothing less does.

    In an instant runoff it is who is out. Not so where a rank of several counts for the last one standing, or is
    shared: there it matters who was out when the ballot came to it. Under other rules ballots carry what went before.
    """
    if transcript.rule != "instant-runoff" or dict(transcript.decisions)["overvote"] not in ("exhaust", "skip"):
        return record
    out = frozenset(c for one in transcript.rounds[:-1] for c in one.excluded)
    return len(transcript.rounds), out, transcript.elected
