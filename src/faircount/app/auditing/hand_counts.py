"""A full hand count: every card of one contest, said and counted, and whom the law elects from it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from faircount.app.auditing import acting
from faircount.app.auditing.entering import CARDS, said
from faircount.app.auditing.held import HeldAudit
from faircount.app.auditing.preparing import named_by
from faircount.app.auditing.saying import outcome_words
from faircount.app.recounting import result
from faircount.audit.forms import counted_of
from faircount.model import (
    BadInputError,
    Ballot,
    CandidateIndex,
    CardCount,
    Contest,
    Counted,
    Mark,
    Pattern,
    Person,
    Profile,
    Rank,
    Subject,
    Transcript,
    UsageError,
    name_key,
)
from faircount.read.export import Export
from faircount.read.syntax.tables import Table


def enter_hand_count(held: HeldAudit, by: Person, title: str, path: Path) -> str:
    """Enter a hand count from a table with the columns `said` and `cards`; return in words whom it elects.

    Every distinct way of voting is a row, blank ones too. Raises `BadInputError` for a row that cannot be read.
    """
    key = name_key(title)
    fits = [one for one in held.audit.commitment.audited if title == one.id or key in name_key(one.contest.title)]
    if len(fits) != 1:
        raise UsageError(f"{title!r} fits {len(fits)} audited contests; name one")
    contest, counted = fits[0].contest, _counted(fits[0].contest, path)
    transcript = result(contest, profile_of(contest, counted)).transcript
    if transcript.verdict == "tie":
        raise UsageError("the hand count ends in a tie: decide it as the law says, and enter it with that decision")
    acting.count_by_hand(held, by, fits[0].id, counted, named_by(transcript))
    found = replace(fits[0], elected=named_by(transcript), verdict=transcript.verdict, seats_won=transcript.seats_won)
    words = (
        f"{contest.title}: {outcome_words(found)}, {'as reported' if _same(fits[0], transcript) else 'NOT as reported'}"
    )
    if counted.cards == fits[0].cards:
        return words
    return (
        f"{words}; {counted.cards:,} cards were counted, and at most {fits[0].cards:,} hold the contest: NOT the same"
    )


def is_as_reported(subject: Subject, body: Mapping[str, Any]) -> bool:
    """Say whether a full hand count, as its act has it, gives the reported outcome."""
    ballots = {key: body[key] for key in ("ballots", "cards")}
    counted = counted_of(ballots, subject.contest, f"hand count of {subject.id}")
    transcript = result(subject.contest, profile_of(subject.contest, counted)).transcript
    if transcript.verdict == "tie":  # the act says how it was decided
        return sorted(body["elected"]) == sorted(subject.elected)
    return _same(subject, transcript)


def _same(subject: Subject, transcript: Transcript) -> bool:
    """Say whether a count names the reported choices, in whatever order, with as many seats and the same verdict."""
    return (
        transcript.verdict == subject.verdict
        and sorted(named_by(transcript)) == sorted(subject.elected)
        and tuple(map(int, transcript.seats_won)) == tuple(map(int, subject.seats_won))
    )


def _counted(contest: Contest, path: Path) -> Counted:
    export = Export(path)
    table, heads = Table(export, export.names[0]), dict[str, int]()
    tally: Counter[Ballot] = Counter()
    for row, cells in table.rows():
        plain, place = [cell.strip() for cell in cells], f"{path.name}, row {row}"
        if not any(plain):
            continue
        if not heads:
            heads = {name.casefold(): at for at, name in enumerate(plain)}
            if not {"said", CARDS} <= heads.keys():
                raise BadInputError(place, "the columns are said and cards", ", ".join(plain))
            continue
        way, number = (plain[at] if at < len(plain) else "" for at in (heads["said"], heads[CARDS]))
        cards = number.replace(",", "")
        if not cards.isdecimal():
            raise BadInputError(place, "cards are a whole number", repr(number))
        ballot = said(contest, way, place)
        if int(cards):
            tally[ballot] += int(cards)
    if not tally:
        raise BadInputError(path.name, "a hand count has rows", "none")
    order = sorted(tally.items(), key=lambda pair: (pair[0].ranking, pair[0].votes))
    return Counted(CardCount(sum(tally.values())), tuple(order))


def profile_of(contest: Contest, counted: Counted) -> Profile:
    """Return counted ballots as a profile that the contest's rule can count: each ballot as the marks that say it."""
    patterns: Counter[Pattern] = Counter()
    for ballot, cards in counted.ballots:
        if ballot.ranking:
            marks = tuple(Mark(choice, Rank(rank)) for rank, choice in enumerate(ballot.ranking, 1))
        else:
            marks = tuple(_mark(contest, choice, votes) for choice, votes in ballot.votes)
        if cards:
            patterns[Pattern(marks)] += cards
    return Profile.of(dict(patterns))


def _mark(contest: Contest, choice: CandidateIndex, votes: object) -> Mark:
    from faircount.count import RULES

    return Mark(choice, score=int(str(votes))) if RULES[contest.rule].ballot == "scores" else Mark(choice)
