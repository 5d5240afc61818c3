"""One contest as the page shows it: outcome, margin, votes beside what was reported, and its pictures."""

from dataclasses import dataclass

from faircount.model import INACTIVE_CAUSES, CandidateIndex, ContestResult, Round, Transcript, VoteCount
from faircount.report.exhibits import ExhibitView, exhibit_views, seat_figure
from faircount.report.figures import Bar, bar_chart
from faircount.report.rounds import RoundsView, rounds_view, tie_sentences
from faircount.report.words import KIND_WORDS, Words

OPEN_AT_MOST = 6
"""With more contests than this, each is folded on a screen; on paper all are open."""


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One choice: recounted votes, share of valid votes, reported votes, difference; empty where not reported."""

    name: str
    note: str
    mark: str
    """What the count made of it, in a word: elected, tied, … or empty."""
    votes: str
    share: str
    reported: str
    change: str
    change_words: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How recounted votes of one contest stand beside reported ones, in numbers of choices."""

    choices: int
    compared: int
    differ: int

    @property
    def kind(self) -> str:
        """`same`, `differ`, `part` (equal as far as reported) or `none`."""
        if self.differ:
            return "differ"
        if self.compared == 0:
            return "none"
        return "same" if self.compared == self.choices else "part"


@dataclass(frozen=True, slots=True)
class ContestView:
    """All that the page shows of one contest; every text is ready to be printed."""

    number: int
    title: str
    is_open: bool
    outcome: str
    comparison: Comparison
    compared: str
    margin: str
    """Margin in votes, or `—`."""
    diluted: str
    margin_facts: tuple[tuple[str, str], ...]
    margin_basis: str
    margin_caution: str
    facts: tuple[tuple[str, str], ...]
    decisions: tuple[tuple[str, str], ...]
    threshold: str
    ties: tuple[str, ...]
    is_reported: bool
    rows: tuple[ChoiceRow, ...]
    inactive: tuple[tuple[str, str], ...]
    total: str
    note: str
    law_note: str
    """What the rule says of its only round, in its own words; with more rounds each says its own."""
    chart: str
    rounds: RoundsView | None
    seats: str
    """Picture of the seats of lists; empty elsewhere."""
    exhibits: tuple[ExhibitView, ...]


def contest_view(words: Words, result: ContestResult, number: int, is_open: bool) -> ContestView:
    """Return the view of `result`, the `number`-th contest of the page, 1 first."""
    rounds = result.transcript.rounds
    first = rounds[0] if rounds else Round(tuple(0 for _ in result.contest.choices))
    comparison = compare(result)
    rows = _rows(words, result, first)
    key = f"c{number}"
    causes = [(c, dict(first.inactive)[c]) for c in INACTIVE_CAUSES if c in dict(first.inactive)]
    in_rounds = bool(rounds) and (result.contest.ranks > 0 or len(rounds) > 1)
    margin, diluted = _margin(words, result)
    return ContestView(
        number=number,
        title=result.title,
        is_open=is_open,
        outcome=_outcome(words, result),
        comparison=comparison,
        compared=_compared(words, comparison),
        margin=margin,
        diluted=diluted,
        margin_facts=_margin_facts(words, result, margin, diluted),
        margin_basis=result.margin.basis if result.margin else "",
        margin_caution=_margin_caution(words, result),
        facts=_facts(words, result),
        decisions=result.transcript.decisions,
        threshold=result.transcript.threshold,
        ties=tuple(said for one in rounds for said in tie_sentences(words, result.contest, one)),
        is_reported=bool(result.reported),
        rows=rows,
        inactive=tuple((words.cause(cause), words.count(votes)) for cause, votes in causes),
        total=words.count(result.transcript.total),
        note=_note(words, result, in_rounds),
        law_note="" if in_rounds else first.note,
        chart=_chart(words, result, first, causes, key),
        rounds=rounds_view(words, result, f"{key}f") if in_rounds else None,
        seats=seat_figure(words, result, f"{key}s"),
        exhibits=exhibit_views(words, result, f"{key}e"),
    )


def compare(result: ContestResult) -> Comparison:
    """Hold recounted votes against reported ones, choice by choice; a ranked count by its first round."""
    rounds = result.transcript.rounds
    votes = rounds[0].votes if rounds else tuple(0 for _ in result.contest.choices)
    pairs = [(v, r) for v, r in zip(votes, result.reported, strict=False) if r is not None]
    return Comparison(len(result.contest.choices), len(pairs), sum(v != r for v, r in pairs))


def winners(result: ContestResult) -> frozenset[int]:
    """Return whom the count elected; nobody where it decided about a measure, for there no choice wins a seat."""
    is_measure = result.transcript.verdict in ("passed", "not passed")
    return frozenset() if is_measure else frozenset(result.transcript.elected)


def _with_seats(words: Words, result: ContestResult) -> list[str]:
    """Return the elected once each, in order; lists with the seats they won."""
    names, won = result.contest.name_of, result.transcript.seats_won
    once = dict.fromkeys(result.transcript.elected)
    if not won:
        return [names(c) for c in once]
    return [words.gettext("%(name)s (%(seats)s)", name=names(c), seats=words.count(won[c])) for c in once]


def _undecided(transcript: Transcript) -> set[CandidateIndex]:
    return {c for one in transcript.rounds for tie in one.ties if tie.chosen is None for c in tie.tied}


def _compared(words: Words, comparison: Comparison) -> str:
    if comparison.kind == "differ":
        return words.ngettext(
            "votes differ from reported ones for %(n)s choice", "votes differ from reported ones for %(n)s choices",
            comparison.differ,
        )  # fmt: skip
    if comparison.kind == "none":
        return words.gettext("no reported votes to compare with")
    if comparison.kind == "part":
        return words.gettext(
            "same votes as reported for %(some)s of %(all)s choices; nothing reported for the others",
            some=words.count(comparison.compared), all=words.count(comparison.choices),
        )  # fmt: skip
    return words.gettext("same votes as reported")


def _outcome(words: Words, result: ContestResult) -> str:
    """Return how the count ended. These are outcomes of a recount; only an authority declares anyone elected."""
    contest, transcript = result.contest, result.transcript
    elected = words.names(_with_seats(words, result))
    if transcript.verdict == "elected":
        return words.ngettext("Winner: %(names)s", "Winners: %(names)s", max(len(transcript.elected), 1), names=elected)
    if transcript.verdict == "runoff":
        names = words.names(map(contest.name_of, transcript.advancing))
        return words.gettext("Runoff needed: %(names)s", names=names)
    if transcript.verdict == "tie":
        names = words.names(map(contest.name_of, sorted(_undecided(transcript))))
        if transcript.elected:
            return words.gettext("Winners: %(elected)s. Tie for the rest: %(tied)s", elected=elected, tied=names)
        return words.gettext("Tie: %(tied)s", tied=names)
    if transcript.verdict == "passed":
        return words.gettext("Passed")
    if transcript.verdict == "stopped":
        return words.gettext("The count stops here, as its rule says")
    if transcript.verdict == "not passed":
        return words.gettext("Not passed")
    return words.gettext("No votes to count")


def _margin(words: Words, result: ContestResult) -> tuple[str, str]:
    """Return margin in votes, and diluted: as a share of the cards (or of their weight) that hold the contest."""
    if result.margin is None:
        return "—", "—"
    whole: VoteCount = result.cards if result.weight == result.cards else result.weight
    return words.count(result.margin.votes), words.share(result.margin.votes, whole)


def _margin_facts(words: Words, result: ContestResult, margin: str, diluted: str) -> tuple[tuple[str, str], ...]:
    """Return the margin in parts and not as a sentence: it need not be the difference of two choices' votes."""
    if result.margin is None:
        return ()
    name_of = result.contest.name_of
    if result.weight != result.cards:
        share = words.gettext("%(share)s of the weight of the cards that hold this contest", share=diluted)
    else:
        share = words.ngettext(
            "%(share)s of %(n)s card that holds this contest",
            "%(share)s of %(n)s cards that hold this contest",
            result.cards,
            share=diluted,
        )
    return (
        (words.gettext("Votes"), margin),
        (words.gettext("Diluted margin"), share),
        (words.gettext("On the winning side"), name_of(result.margin.winner)),
        (words.gettext("On the losing side"), name_of(result.margin.loser)),
    )


def _margin_caution(words: Words, result: ContestResult) -> str:
    if result.margin is None:
        return words.gettext("No margin is given for this contest.")
    if result.contest.ranks == 0:
        return ""
    if result.contest.seats == 1:
        return words.gettext(
            "The final-round margin of an instant runoff is not the number of ballots that would have to change to "
            "change the outcome; that number can be much smaller."
        )
    return words.gettext(
        "The margin of a ranked count is not the number of ballots that would have to change to change the outcome."
    )


def _facts(words: Words, result: ContestResult) -> tuple[tuple[str, str], ...]:
    contest = result.contest
    facts = [(words.gettext("Cards with this contest"), words.count(result.cards))]
    if result.transcript.verdict not in ("passed", "not passed"):
        facts.append((words.gettext("Seats"), words.count(contest.seats)))
    if contest.ranks > 0:
        facts.append((words.gettext("Voters could rank"), words.count(contest.ranks)))
    else:
        facts.append((words.gettext("Voters could mark"), words.count(contest.votes_allowed)))
    if result.weight != result.cards:
        facts.append((words.gettext("Weight of these cards"), words.count(result.weight)))
    return (*facts, (words.gettext("Rule"), contest.rule))


def _rows(words: Words, result: ContestResult, first: Round) -> tuple[ChoiceRow, ...]:
    valid = sum(first.votes)
    transcript = result.transcript
    tied = _undecided(transcript)
    rows = []
    for at, choice in enumerate(result.contest.choices):
        reported = result.reported[at] if at < len(result.reported) else None
        mark = ""
        if at in winners(result):
            mark = words.gettext("winner")
        elif at in transcript.advancing:
            mark = words.gettext("to the runoff")
        elif at in tied:
            mark = words.gettext("tied")
        kind = words.gettext(KIND_WORDS[choice.kind]) if choice.kind in KIND_WORDS else ""
        note = " · ".join(part for part in (choice.party, kind) if part)
        change, change_words = _change(words, first.votes[at], reported)
        rows.append(
            ChoiceRow(choice.name, note, mark, words.count(first.votes[at]), words.share(first.votes[at], valid),
                      "" if reported is None else words.count(reported), change, change_words)
        )  # fmt: skip
    return tuple(rows)


def _change(words: Words, votes: VoteCount, reported: VoteCount | None) -> tuple[str, str]:
    if reported is None:
        return "", words.gettext("not reported")
    if votes == reported:
        return words.count(0), words.gettext("same")
    more = votes > reported
    return words.change(votes - reported), words.gettext("more than reported") if more else words.gettext(
        "fewer than reported"
    )


def _note(words: Words, result: ContestResult, in_rounds: bool) -> str:
    if result.transcript.rounds and result.transcript.rounds[0].unit == "points":
        return words.gettext("Figures are points: what voters gave, not how many gave.")
    if in_rounds:
        return words.gettext("Votes are first preferences, as in round 1; later rounds are below.")
    if result.contest.votes_allowed > 1:
        return words.gettext(
            "Voters could mark up to %(n)s choices: shares are shares of votes, not of voters.",
            n=words.count(result.contest.votes_allowed),
        )
    return ""


def _chart(words: Words, result: ContestResult, first: Round, causes: list[tuple[str, VoteCount]], key: str) -> str:
    won = winners(result)
    bars = [
        Bar(choice.name, first.votes[at], words.count(first.votes[at]), "winner" if at in won else "choice")
        for at, choice in enumerate(result.contest.choices)
    ]
    bars += [Bar(words.cause(cause), votes, words.count(votes), "inactive") for cause, votes in causes]
    title = words.gettext("Votes by choice: %(contest)s", contest=result.title)
    description = words.gettext(
        "Horizontal bars from zero; filled bars are winners, outlined bars other choices, hatched bars votes for no "
        "choice. The table beside it holds the same numbers."
    )
    return bar_chart(key, title, description, bars)
