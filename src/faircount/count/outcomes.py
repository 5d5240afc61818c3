"""Every outcome over all ways in which ties could be decided: what a lot can change, and what it cannot."""

from dataclasses import dataclass, replace
from json import dumps

from faircount.count.rule import Rule
from faircount.model import CandidateIndex, Contest, Profile, Transcript, UsageError

MOST_COUNTS = 2_000
"""Counts made before the search stops and says that it is not complete."""


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

    Stated decisions about ties are set aside, earlier rounds too. Raises `UsageError` for a rule without ties. The
    name of this elsewhere: parallel-universe tie-breaking (Conitzer, Rognlie and Xia 2009, "Preference Functions
    That Score Rankings and Maximum Likelihood Estimation", § 4).
    """
    if "tie" not in {option.name for option in rule.options}:
        raise UsageError(f"rule {rule.name} has no ties that somebody could decide")
    others = tuple((n, v) for n, v in contest.options if n not in ("tie", "tie_record", "tie_then", "tie_seed"))
    found: dict[tuple[tuple[CandidateIndex, ...], tuple[CandidateIndex, ...], str], Possible] = {}
    waiting: list[tuple[CandidateIndex, ...]] = [()]
    counts = 0
    while waiting and counts < most:
        record = waiting.pop()
        names = dumps([contest.name_of(c) for c in record], ensure_ascii=False)
        decided = (("tie", "recorded"), ("tie_record", names if record else "none"))
        transcript = rule.count(replace(contest, options=tuple(sorted((*others, *decided)))), profile)
        counts += 1
        if transcript.verdict == "tie":
            waiting.extend((*record, choice) for choice in reversed(transcript.rounds[-1].tied))
            continue
        _add(found, transcript, record)
    order = sorted(found.values(), key=lambda one: (one.elected, one.advancing, one.verdict))
    return Outcomes(tuple(order), counts, not waiting)


def _add(
    found: dict[tuple[tuple[CandidateIndex, ...], tuple[CandidateIndex, ...], str], Possible],
    transcript: Transcript,
    record: tuple[CandidateIndex, ...],
) -> None:
    elected, advancing = tuple(sorted(transcript.elected)), tuple(sorted(transcript.advancing))
    key = (elected, advancing, transcript.verdict)
    known = found.get(key)
    if known is None:
        found[key] = Possible(elected, advancing, transcript.verdict, record, 1)
    else:
        found[key] = replace(known, ways=known.ways + 1)
