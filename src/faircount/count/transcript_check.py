"""An official table of rounds held against the law: where it agrees, which ties it decided, where it departs and how.

The count is made again from the ballots under the rule and decisions of the contest. Where the law leaves a tie to a
lot, the office's decision is read off its table and followed as a record. Once table and count have parted (another
exclusion, another transfer), later figures are of another count: the parting is told in full, what follows it only as
how many rounds it touches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from faircount.count import RULES
from faircount.count.official_table import Choices, Official, OfficialRound, differing_figures, figures_off, lot_shown
from faircount.count.rule import names_in
from faircount.count.ties import recorded
from faircount.model import CandidateIndex, Contest, Profile, Round, Tie, Transcript, UsageError, VoteCount

MOST_TIES = 500
"""Ties read off one table before the check gives up: each is a count of all ballots."""


@dataclass(frozen=True, slots=True)
class Change:
    """A choice's votes at a parting: before it, after it in the table, and after it under the law."""

    choice: CandidateIndex
    before: VoteCount | None
    table: VoteCount | None
    law: VoteCount


@dataclass(frozen=True, slots=True)
class Departure:
    """One place where the table differs from the count under the law."""

    round: int
    """1 first; 0 for what is not of one round."""
    kind: str
    """One of `KINDS`."""
    words: str
    """What the table says and what the law gives, as full sentences."""
    changes: tuple[Change, ...] = ()


KINDS = ("figure", "transfer", "excluded", "elected", "tie", "rounds", "sum")
"""A figure that later rounds do not follow; votes that moved otherwise; another exclusion or election; a tie of which
the table does not show the decision; another number of rounds; a round of the table that does not sum to
what others do."""


@dataclass(slots=True)
class Checked:
    """What a check found."""

    contest: Contest
    transcript: Transcript
    """The count under the law, with ties as the table decided them."""
    ties: tuple[tuple[int, Tie], ...] = ()
    """(round, tie) of every tie that the table decided."""
    departures: list[Departure] = field(default_factory=list)
    sums: list[Departure] = field(default_factory=list)
    """Rounds of the table that do not sum to its first: a remark on the table, whatever the law gives."""
    compared: int = 0
    """Rounds compared."""
    figures: int = 0
    """Figures compared, in these rounds."""
    agreeing: int = 0
    """Figures that agree, of those compared."""
    unlisted: Choices = ()
    """Choices with votes under the law of which the table has no figure in any round: not compared."""
    touched: int = 0
    """Rounds after a parting whose figures differ; not told one by one."""

    @property
    def agrees(self) -> bool:
        """Whether something was compared and nothing departs."""
        return not self.departures and bool(self.compared or self.ties)

    @property
    def record(self) -> Choices:
        """Decisions of ties in order, fit for `tie_record`."""
        return tuple(tie.chosen for _, tie in self.ties if tie.chosen is not None)


def check(contest: Contest, profile: Profile, official: Official) -> Checked:
    """Count `profile` under the law of `contest` and hold `official` against it, round by round.

    Raises `UsageError` for a table without rounds and without anybody elected.
    """
    if not official.rounds and official.elected is None:
        raise UsageError(f"contest {contest.title!r}: the official table has no rounds and names nobody elected")
    found = _follow_ties(contest, profile, official)
    _compare_rounds(found, official)
    _compare_elected(found, official)
    _compare_sums(found, official)
    return found


# ---- ties ------------------------------------------------------------------
def _follow_ties(contest: Contest, profile: Profile, official: Official) -> Checked:
    """Count, and at each tie that stops the count take the decision that the table shows."""
    rule = RULES[contest.rule]
    known = {option.name: option for option in rule.options}
    stated = dict(contest.options)
    told = stated.get("tie_record", "none")
    record = list(names_in(told, contest)) if told != "none" else []
    given = len(record)
    while True:
        now = replace(contest, options=recorded(contest, stated, known, record))
        transcript = rule.count(now, profile)
        lots = [(n, tie) for n, one in enumerate(transcript.rounds, 1) for tie in one.ties
                if tie.decided_by == "recorded decision"]  # fmt: skip
        found = Checked(now, transcript, tuple(lots[given:]))
        if transcript.verdict != "tie" or "tie" not in known or len(record) >= MOST_TIES:
            return found
        number, tie = len(transcript.rounds), transcript.rounds[-1].ties[-1]
        chosen = lot_shown(official, number, tie)
        if chosen is None:
            chosen = _by_trial(official, number, [
                (c, rule.count(replace(now, options=recorded(contest, stated, known, [*record, c])), profile))
                for c in tie.tied
            ])  # fmt: skip
        if chosen is None:
            names = ", ".join(contest.name_of(c) for c in tie.tied)
            words = f"{names} are equal and the law leaves it to a lot ({tie.about}); the table does not show which of "
            found.departures.append(Departure(number, "tie", f"{words}them it took."))
            return found
        record.append(chosen)


def _by_trial(
    official: Official, number: int, tried: Sequence[tuple[CandidateIndex, Transcript]]
) -> CandidateIndex | None:
    """Return the one of the tied with whom the count goes on as the table does; None where that fits none or several.

    It goes on as the table does where the next round has its figures or, after the last, where the same are elected.
    One figure may differ: it is told as what it is, and hides no lot.
    """
    off = {c: figures_off(official, transcript, number) for c, transcript in tried}
    least = min(off.values())
    fit = [c for c in off if off[c] == least]
    return fit[0] if least <= 1 and len(fit) == 1 else None


# ---- rounds ----------------------------------------------------------------
def _compare_rounds(found: Checked, official: Official) -> None:
    """Compare round by round until table and count part; then only say how many rounds that touches."""
    ours = found.transcript.rounds
    stopped = any(one.kind == "tie" for one in found.departures)
    listed = {c for one in official.rounds for c, _ in one.votes}
    voted = {CandidateIndex(c) for one in ours for c, votes in enumerate(one.votes) if votes}
    found.unlisted = tuple(sorted(voted - listed)) if official.rounds else ()
    parted = False
    for number, (said, one) in enumerate(zip(official.rounds, ours, strict=False), 1):
        differing = differing_figures(said, one, listed)
        if parted:
            found.touched += bool(differing)
            continue
        found.compared += 1
        found.figures += len(said.votes)
        found.agreeing += len(said.votes) - len([c for c in differing if said.of(c) is not None])
        if differing and not _alone(official, ours, number, listed):
            found.departures.append(_transfer(found, official, number, differing))
            parted = True
            continue
        for choice in differing:
            found.departures.append(_figure(found, said, one, number, choice))
        end = number == len(ours)
        told = _at_end(said, one, stopped, number == len(official.rounds)) if end else said
        parted = _another_decision(found, told, one, number) or _others_gone(found, official, number, listed)
    if parted:
        _forget_ties_after(found, min(one.round for one in found.departures if one.kind in ("transfer", "excluded")))
    elif len(official.rounds) not in (0, len(ours)) and not stopped:
        words = f"The table has {len(official.rounds)} rounds, the count under the law {len(ours)}."
        found.departures.append(Departure(min(len(official.rounds), len(ours)) + 1, "rounds", words))


def _forget_ties_after(found: Checked, number: int) -> None:
    """Leave out ties met once the counts have parted: they are not those of the table."""
    found.ties = tuple((at, tie) for at, tie in found.ties if at <= number)
    found.departures = [one for one in found.departures if one.kind != "tie" or one.round <= number]


def _alone(official: Official, ours: Sequence[Round], number: int, listed: set[CandidateIndex]) -> bool:
    """Say whether the next round agrees again: then figures were written otherwise, and nothing moved otherwise."""
    if number < min(len(official.rounds), len(ours)):
        return not differing_figures(official.rounds[number], ours[number], listed)
    # In the last round a single figure breaks the sum, and a transfer never does.
    return len(differing_figures(official.rounds[number - 1], ours[number - 1], listed)) == 1


def _figure(found: Checked, said: OfficialRound, one: Round, number: int, choice: CandidateIndex) -> Departure:
    name, table, law = found.contest.name_of(choice), said.of(choice), one.votes[choice]
    shown = "nothing" if table is None else in_figures(table)
    words = f"{name} has {shown} in the table and {in_figures(law)} under the law; "
    words += "no later round follows the difference."
    before = found.transcript.rounds[number - 2].votes[choice] if number > 1 else None
    return Departure(number, "figure", words, (Change(choice, before, table, law),))


def _transfer(found: Checked, official: Official, number: int, differing: Choices) -> Departure:
    """Say what moved into round `number` in the table and under the law."""
    contest, said, one = found.contest, official.rounds[number - 1], found.transcript.rounds[number - 1]
    if number == 1:
        changes = tuple(Change(c, None, said.of(c), one.votes[c]) for c in differing)
        words = f"{_these(contest, differing)} differ in the first round, before anything has moved."
        return Departure(number, "transfer", words, changes)
    before = found.transcript.rounds[number - 2]
    changes = tuple(Change(c, before.votes[c], said.of(c), one.votes[c]) for c in differing)
    sources = tuple(dict.fromkeys(t.source for t in before.transfers))
    gains = [
        (c, (said.of(c) or 0) - before.votes[c], one.votes[c] - before.votes[c])
        for c in map(CandidateIndex, range(len(contest.choices))) if c not in sources and one.votes[c] > before.votes[c]
    ]  # fmt: skip
    table, law = sum(t for _, t, _ in gains), sum(n for _, _, n in gains)
    names = " and ".join(contest.name_of(c) for c in sources) or "nobody"
    words = (
        f"Votes of {names} move at the end of round {number - 1}. Together {in_figures(table)} reach other choices in "
        f"the table, {in_figures(law)} under the law"
    )
    if table == law:
        words += ": as many, to other choices."
    elif _in_proportion([(t, n) for _, t, n in gains]):
        words += (
            f", in the same proportions: as by a transfer value {in_figures(table)} / {in_figures(law)} of the law's."
        )
    else:
        words += "."
    return Departure(number, "transfer", words, changes)


def _in_proportion(gains: Sequence[tuple[VoteCount, VoteCount]]) -> bool:
    """Say whether figures of the table are one multiple of those of the law, to a hundredth of each: laws cut them."""
    table: VoteCount = sum(t for t, _ in gains)
    law: VoteCount = sum(n for _, n in gains)
    if len(gains) < 2 or table <= 0 or not law:
        return False
    return all(_near(t * law, n * table, table * (n if n > 1 else 1)) for t, n in gains)


def _near(one: VoteCount, other: VoteCount, whole: VoteCount) -> bool:
    return -whole <= 100 * (one - other) <= whole


def _at_end(said: OfficialRound, one: Round, stopped: bool, both_end: bool) -> OfficialRound:
    """Return what the table says of the law's last round, without what does not contradict the law there.

    Where the law stopped at a tie, the table may name one of the tied, and what follows from that. Where both end, it
    may call those excluded who are not elected.
    """
    everybody = {CandidateIndex(c) for c in range(len(one.votes))}
    about, tied = (one.ties[-1].about, set(one.tied)) if stopped else ("", set())
    out = everybody - set(one.elected) if both_end and not stopped else set()
    if stopped:
        out = tied if about == "excluded" else everybody
    won = tied if about in ("", "elected") else everybody
    return replace(
        said, elected=_beyond(said.elected, one.elected, won), excluded=_beyond(said.excluded, one.excluded, out)
    )


def _beyond(table: Choices | None, law: Choices, more: set[CandidateIndex]) -> Choices | None:
    """Return whom the table names; None, nothing to compare, where those are the law's and perhaps some of `more`."""
    return None if table is not None and set(law) <= set(table) <= {*law, *more} else table


def _another_decision(found: Checked, said: OfficialRound, one: Round, number: int) -> bool:
    """Tell of another exclusion or election in this round; return whether the counts part here."""
    contest, parted = found.contest, False
    for kind, table, law in (("excluded", said.excluded, one.excluded), ("elected", said.elected, one.elected)):
        if table is None or set(table) == set(law):
            continue
        other = {c for c in {*table, *law} if one.votes[c] or said.of(c)}
        if kind == "excluded" and not other & (set(table) ^ set(law)):
            continue  # who leaves without a vote, and when, moves nothing
        lawful = _these(contest, law)
        if not law and one.ties and one.ties[-1].chosen is None:
            lawful = f"one of {_these(contest, one.tied)}, by lot"
        words = f"{kind.capitalize()} in the table: {_these(contest, table)}; under the law: {lawful}."
        if kind == "excluded":
            words += _why_excluded(found, one)
        found.departures.append(Departure(number, kind, words))
        parted = parted or kind == "excluded"
    return parted


def _others_gone(found: Checked, official: Official, number: int, listed: set[CandidateIndex]) -> bool:
    """Tell where others than by law have no votes from the next round on, in a table that names no exclusions."""
    ours = found.transcript.rounds
    if number >= min(len(official.rounds), len(ours)) or any(one.excluded is not None for one in official.rounds):
        return False
    table = tuple(c for c in sorted(listed) if official.rounds[number - 1].of(c)
                  and not any(one.of(c) for one in official.rounds[number:]))  # fmt: skip
    law = tuple(c for c in sorted(listed) if ours[number - 1].votes[c]
                and not any(one.votes[c] for one in ours[number:]))  # fmt: skip
    # Where exclusions take several rounds, or leave votes in place, who is gone says nothing of who is excluded.
    if table == law or not table or set(law) != {c for c in ours[number - 1].excluded if ours[number - 1].votes[c]}:
        return False
    contest = found.contest
    words = f"Without votes from the next round on in the table: {_these(contest, table)}; under the law excluded: "
    words += f"{_these(contest, law)}.{_why_excluded(found, ours[number - 1])}"
    found.departures.append(Departure(number, "excluded", words))
    return True


def _why_excluded(found: Checked, one: Round) -> str:
    """Return the votes of those whom the law excludes, and how a tie among them was decided."""
    contest = found.contest
    votes = ", ".join(f"{contest.name_of(c)} {in_figures(one.votes[c])}" for c in one.excluded)
    decided = [f" Equal votes were decided by: {tie.decided_by}." for tie in one.ties
               if tie.about == "excluded" and tie.chosen is not None]  # fmt: skip
    return (f" Fewest votes: {votes}." if votes else "") + "".join(decided)


def _compare_elected(found: Checked, official: Official) -> None:
    """Compare all who are elected in the end, where the table says it.

    Where the law's count stopped at a tie that is told already, the table may name others beside those elected before.
    """
    said = official.elected
    if said is None and any(one.elected is not None for one in official.rounds):
        said = tuple(c for one in official.rounds for c in one.elected or ())
        if set(said) == set(found.transcript.elected):
            return  # in which round is compared there
    if said is None or said == found.transcript.elected:
        return
    if found.transcript.verdict == "tie" and found.departures and set(found.transcript.elected) <= set(said):
        return
    contest = found.contest
    words = (
        f"Elected in the table: {_these(contest, said)}; under the law: {_these(contest, found.transcript.elected)}."
    )
    if set(said) == set(found.transcript.elected):
        words = f"The same are elected in another order. {words}"
    found.departures.append(Departure(0, "elected", words))


def _compare_sums(found: Checked, official: Official) -> None:
    """Look whether every round of the table sums to what its first round sums to; it needs no ballots."""
    sums = [None if one.inactive is None else one.inactive + sum(n for _, n in one.votes) for one in official.rounds]
    if not sums or None in sums:
        return
    for number, total in enumerate(sums, 1):
        if total != sums[0] and total is not None and sums[0] is not None:
            words = f"The round sums to {in_figures(total)}, votes and inactive ballots together, and round 1 to "
            found.sums.append(Departure(number, "sum", f"{words}{in_figures(sums[0])}."))


def _these(contest: Contest, choices: Sequence[CandidateIndex]) -> str:
    return ", ".join(contest.name_of(c) for c in choices) or "nobody"


def in_figures(votes: VoteCount) -> str:
    """Return votes as figures: with decimals where these are exact to nine places, else as a fraction."""
    if votes.denominator == 1:
        return f"{votes.numerator:,}"
    places = next((n for n in range(1, 10) if (votes * 10**n).denominator == 1), 0)
    if not places:
        return f"{votes.numerator:,}/{votes.denominator:,}"
    units = abs(votes * 10**places)
    sign = "-" if votes < 0 else ""
    return f"{sign}{units.numerator // 10**places:,}.{units.numerator % 10**places:0{places}}"


__all__ = ["KINDS", "Change", "Checked", "Departure", "Official", "OfficialRound", "check", "in_figures"]
