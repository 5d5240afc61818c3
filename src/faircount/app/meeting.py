"""A shareholders' meeting: what each proposal got by each standard, who is elected a director, who was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from faircount.app.opened import Opened
from faircount.app.recounting import result
from faircount.app.stated import stated_rows
from faircount.count import RULES
from faircount.count.shares.proposal import NON_VOTE, BySide, by_side
from faircount.model import (
    CandidateIndex,
    Choice,
    Contest,
    ContestResult,
    Exhibit,
    FaircountError,
    Mark,
    NotCounted,
    Pattern,
    Profile,
    Transcript,
    UsageError,
    VoteCount,
    Weight,
    name_key,
)
from faircount.store import contests_of, patterns_of, profile

PROPOSAL = "proposal"
EMPTY = Profile((), (), ())

_HELD = """
select account, count(distinct ballot) as ballots
  from cards c join (select unnest(?::varchar[]) as account) w
    on c.imprinted_id = w.account or starts_with(c.imprinted_id, w.account || ' · ')
 group by account, source order by account, source
"""
"""Accounts by name → ballots whose cards bear it, alone or before a lot."""

_LEFT_OUT = """
with apart as (select distinct c.card, c.weight
                 from cards c join (select unnest(?::varchar[]) as account) w
                   on c.imprinted_id = w.account or starts_with(c.imprinted_id, w.account || ' · '))
select v.pattern, count(*) as cards, sum(weight) as weight
  from apart join votes_by_pattern v using (card) group by v.pattern
"""
_SUPERSEDED = "select contest, count(*) from superseded group by contest"


@dataclass(frozen=True, slots=True)
class Figures:
    """Votes on one proposal, of all cards or a part of them: shares × votes a share."""

    votes: tuple[VoteCount, ...]
    """By choice."""
    non_votes: VoteCount
    """Broker non-votes: represented, and no vote."""
    other: VoteCount
    """Represented and neither: left blank, marked twice."""
    represented: VoteCount


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal of the meeting."""

    contest: Contest
    decided: bool
    """Whether a person said which rule and standard it has. Otherwise figures are shown and no outcome."""
    figures: Figures
    classes: tuple[tuple[str, Figures], ...]
    """By class of shares; empty where cards state none."""
    left_out: Figures | None
    """Votes of accounts that the standard leaves out; None where no accounts were named."""
    counted: ContestResult | None
    """Under its own rule, or where nobody decided under rule `proposal` for its figures; None where it cannot be."""
    reason: str
    """Why it has no outcome; empty where it has."""
    superseded: int
    """Earlier instructions that a later one replaced."""

    @property
    def verdict(self) -> str:
        """`passed`, `not passed`, who is elected, …; `NOT DECIDED` where nobody said by which standard."""
        if self.counted is None or not self.decided:
            return "NOT DECIDED"
        names = ", ".join(self.contest.name_of(c) for c in self.counted.transcript.elected)
        found = self.counted.transcript.verdict
        if found == "tie":
            tied = ", ".join(self.contest.name_of(c) for c in self.counted.transcript.rounds[-1].tied)
            return f"{names + '; ' if names else ''}tie: {tied}"
        return f"elected: {names}" if found == "elected" else found

    @property
    def standards(self) -> Exhibit | None:
        """The table of each standard's share; None for a contest that is no proposal."""
        if self.counted is None or self.counted.transcript.rule != PROPOSAL:
            return None
        return self.counted.transcript.exhibits[0]

    @property
    def quorum(self) -> str:
        """`reached`, `not reached`, `NOT CHECKED` or `none asked for`; empty where the rule asks nothing of it."""
        return quorum_of(self.counted.transcript) if self.counted else ""


@dataclass(frozen=True, slots=True)
class Director:
    """One nominee, where each is a contest of for and withhold (or against)."""

    title: str
    votes: VoteCount
    against: VoteCount
    abstain: VoteCount
    non_votes: VoteCount
    share: str
    """Votes for as a part of votes cast for and against."""
    outcome: str
    """By plurality: `elected`, `not elected`, `tie`, `no quorum`."""
    policy: str
    """Whether a majority (resignation) policy is triggered: `yes`, `no`, or `equal votes: as the policy says`."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """All proposals, and what a person has to know of the cards behind them."""

    proposals: tuple[Proposal, ...]
    directors: tuple[Director, ...]
    seats: int
    missing: tuple[NotCounted, ...]
    over_voted: tuple[str, ...]
    """Accounts that instruct more shares than they hold, as the reader told it."""
    rejected: int
    """Rows of instructions that could not be read, or of which nobody can tell which is the last."""
    not_found: tuple[str, ...]
    """Accounts to be left out of which no card is here."""


def accounts_in(path: Path) -> tuple[str, ...]:
    """Read the accounts that a standard leaves out: a CSV with the column `account`, others are passed over."""
    accounts = tuple(dict.fromkeys(cells["account"] for _, cells in stated_rows(path, ("account",))))
    if not accounts:
        raise UsageError(f"{path} names no account")
    return accounts


def meeting(
    opened: Opened, titles: tuple[str, ...] = (), *, outstanding: int = 0, without: Sequence[str] = (),
    directors: str = "", seats: int = 0,
) -> Meeting:  # fmt: skip
    """Show the proposals that `titles` mean, or all on which shareholders instruct.

    `outstanding` are the votes of all shares entitled, for proposals that state none. `without` are accounts that the
    standards leave out. Contests whose title holds `directors` are nominees for `seats` seats (0: one each). Raises
    `UsageError` where there is no proposal, or an account's name fits cards of several accounts.
    """
    contests, missing = _contests(opened, titles)
    left_out, not_found = _left_out(opened, contests, without)
    told = {title: int(n) for title, n in opened.engine.ask(_SUPERSEDED).rows}
    nominees = [t for t in contests if directors and directors.casefold() in t.casefold()]
    if directors and not nominees:
        raise UsageError(f"no proposal's title holds {directors!r}")
    found = tuple(
        _proposal(opened, contest, decided, outstanding, left_out.get(title, EMPTY) if without else None,
                  told.get(title, 0))
        for title, (contest, decided) in contests.items() if title not in nominees
    )  # fmt: skip
    board = tuple(_nominee(opened, contests[title][0], outstanding) for title in nominees)
    facts = opened.engine.ask("select value from facts where name = 'over_voted' order by value").rows
    rejected = opened.engine.ask(
        "select count(*) from rejected join sources using (source) where format = 'shareholder-csv'"
    ).rows[0][0]
    return Meeting(
        found, _directors(board, seats), seats or len(board), tuple(missing), tuple(value for (value,) in facts),
        int(rejected), not_found,
    )  # fmt: skip


def _contests(opened: Opened, titles: tuple[str, ...]) -> tuple[dict[str, tuple[Contest, bool]], list[NotCounted]]:
    """Return title → contest and whether a person decided it. What nobody decided is a proposal, for its figures."""
    chosen = opened.chosen(titles)
    if not titles:
        of_meeting = opened.engine.ask(
            "select distinct contest from contests join sources using (source) where format = 'shareholder-csv'"
        ).rows
        chosen = tuple(title for title in chosen if (title,) in of_meeting)
        if not chosen:
            raise UsageError(
                "no instructions of shareholders are here: ingest a CSV with account, shares, proposal and choice, or "
                "name the contests"
            )
    decisions = opened.election.decisions
    # By a rule of marks, so that it has those choices that its cards have, and no For that nobody offered.
    known, without = contests_of(opened.engine, decisions, undecided="plurality")
    found = {}
    for title in (one for one in chosen if one in known):
        decided = "rule" in decisions.get(title, {})
        found[title] = known[title] if decided else replace(known[title], rule=PROPOSAL), decided
    return found, [NotCounted(title, without[title]) for title in chosen if title in without]


def _left_out(
    opened: Opened, contests: Mapping[str, tuple[Contest, bool]], accounts: Sequence[str]
) -> tuple[dict[str, Profile], tuple[str, ...]]:
    """Return title → profile of the accounts named, and those of which no card is here."""
    if not accounts:
        return {}, ()
    named = list(accounts)
    held = opened.engine.ask(_HELD, (named,)).rows
    for account, ballots in held:
        if ballots > 1:
            raise UsageError(
                f"account {account!r}: cards of {ballots} accounts answer to it, as a lot is written behind the name; "
                "name them in full"
            )
    cards: dict[str, dict[Pattern, int]] = {}
    weights: dict[str, dict[Pattern, Weight]] = {}
    patterns = patterns_of(opened.engine, {title: contest for title, (contest, _) in contests.items()})
    for number, n, weight in opened.engine.ask(_LEFT_OUT, (named,)).rows:
        if number in patterns:
            title, pattern = patterns[number]
            some, weighed = cards.setdefault(title, {}), weights.setdefault(title, {})
            some[pattern] = some.get(pattern, 0) + int(n)
            weighed[pattern] = weighed.get(pattern, 0) + _plain(weight)
    found = {title: Profile.of(some, weights[title]) for title, some in cards.items()}
    return found, tuple(account for account in named if account not in {one for one, _ in held})


def _plain(value: Decimal | int | None) -> Weight:
    exact = Fraction(value or 0)
    return exact.numerator if exact.denominator == 1 else exact


def figures_of(contest: Contest, votes: Profile) -> Figures:
    """Return what the cards of `votes` say on `contest`, as its rule reads them."""
    read = RULES[contest.rule].read
    by_choice: list[VoteCount] = [0] * len(contest.choices)
    non_votes: VoteCount = 0
    other: VoteCount = 0
    for pattern, weight in zip(votes.patterns, votes.weights, strict=True):
        given = read(contest, pattern).votes
        for choice, n in given:
            by_choice[choice] += n * weight
        if not given and NON_VOTE in pattern.conditions and not pattern.marks:
            non_votes += weight
        elif not given:
            other += weight
    return Figures(tuple(by_choice), non_votes, other, votes.total_weight)


def _proposal(
    opened: Opened, contest: Contest, decided: bool, outstanding: int, left_out: Profile | None,
    superseded: int,
) -> Proposal:  # fmt: skip
    whole = profile(opened.engine, contest).get((), EMPTY)
    # A proposal's cards are read as marks, so that figures are shown of one that cannot be decided, too.
    plain = replace(contest, options=(), rule="plurality" if contest.rule == PROPOSAL else contest.rule)
    parts = profile(opened.engine, contest, ("style",))
    classes = tuple((name or "", figures_of(plain, part)) for (name,), part in parts.items())
    apart = None if left_out is None else figures_of(plain, left_out)
    counted, reason = None, ""
    names = {name_key(choice.name) for choice in contest.choices}
    if not decided and not names & {"for", "yes"}:
        reason = "which rule decides it is for a person to say: faircount decide"
    else:
        try:
            counted = result(_with_stated(contest, outstanding, left_out), whole)
        except FaircountError as error:
            reason = str(error)
        if counted and not decided:
            reason = "nobody said by which standard: faircount decide … --rule proposal -O standard=…"
        elif counted and left_out and contest.rule != PROPOSAL:
            reason = f"rule {contest.rule} leaves no accounts out"
    stated = any(name for name, _ in classes)
    return Proposal(
        contest, decided, figures_of(plain, whole), classes if stated else (), apart, counted, reason, superseded
    )


def _with_stated(contest: Contest, outstanding: int, left_out: Profile | None) -> Contest:
    """Return a proposal with what was stated for this run: votes outstanding, and votes of accounts left out."""
    if contest.rule != PROPOSAL:
        return contest
    options = dict(contest.options)
    if outstanding:
        options.setdefault("outstanding", str(outstanding))
    if left_out is not None:
        apart = _sides(contest, left_out)
        if apart.unmarked and options.get("standard", "present") in ("present", "represented"):
            raise UsageError(
                f"{_written(apart.unmarked)} votes to be left out are blank or void, which the standard counts as "
                "present, and rule proposal leaves out votes for, against and abstaining only: bring in the "
                "instructions without them, and state the votes outstanding without them"
            )
        for name, votes in (("for", apart.given), ("against", apart.against), ("abstain", apart.abstain)):
            if not isinstance(votes, int):
                raise UsageError(
                    f"the votes {name} to be left out are {_written(votes)}, and rule proposal leaves out whole votes "
                    "only"
                )
            options[f"interested_{name}"] = str(votes)
    return replace(contest, options=tuple(sorted(options.items())))


def _sides(contest: Contest, votes: Profile) -> BySide:
    """Return the votes for, against and abstaining, as rule `proposal` tells them apart."""
    return by_side(replace(contest, rule=PROPOSAL, options=_known_options(contest, ("for",))), votes)


def _written(votes: VoteCount) -> str:
    return str(Decimal(votes.numerator) / votes.denominator)


def _known_options(contest: Contest, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return those decisions of rule `proposal` that hold whatever the standard is."""
    return tuple(pair for pair in contest.options if contest.rule == PROPOSAL and pair[0] in names)


def quorum_of(found: Transcript) -> str:
    """Return what a count of a proposal says of the quorum."""
    note = found.rounds[0].note
    if found.rule != PROPOSAL:
        return ""
    if dict(found.decisions)["quorum"] == "none":
        return "none asked for"
    return "not reached" if note.startswith("No quorum") else "NOT CHECKED" if "NOT CHECKED" in note else "reached"


def _nominee(opened: Opened, contest: Contest, outstanding: int) -> tuple[Director, str]:
    """Return a nominee's votes, the outcome still open, and what is known of the quorum."""
    options = dict(_known_options(contest, ("for", "outstanding", "quorum")))
    if outstanding:
        options.setdefault("outstanding", str(outstanding))
    question = replace(
        contest, rule=PROPOSAL, options=tuple(sorted({**options, "standard": "votes-cast"}.items()))
    )  # fmt: skip
    whole = profile(opened.engine, question).get((), EMPTY)
    found = RULES[PROPOSAL].count(question, whole)
    given, against, abstain, _ = _sides(question, whole)
    policy = "yes" if against > given else "no" if given > against else "equal votes: as the policy says"
    share = str(found.exhibits[0].rows[0][3])
    non_votes = dict(found.rounds[0].inactive).get("broker non-vote", 0)
    return Director(contest.title, given, against, abstain, non_votes, share, "", policy), quorum_of(found)


def _directors(board: Sequence[tuple[Director, str]], seats: int) -> tuple[Director, ...]:
    """Elect the nominees with most votes for (8 Delaware Code § 216(3)); a nominee without a vote is not elected."""
    if not board:
        return ()
    contest = Contest("directors", tuple(Choice(one.title) for one, _ in board), seats=seats or len(board))
    given = {
        Pattern((Mark(CandidateIndex(at)),)): one.votes for at, (one, _) in enumerate(board) if one.votes
    }  # fmt: skip
    found = RULES["plurality"].count(contest, Profile.of(dict.fromkeys(given, 1), given))
    tied = found.rounds[-1].tied if found.verdict == "tie" else ()
    outcomes = [
        "no quorum" if quorum == "not reached" else "elected" if at in found.elected else "tie" if at in tied
        else "not elected"
        for at, (_, quorum) in enumerate(board)
    ]  # fmt: skip
    return tuple(replace(one, outcome=outcome) for (one, _), outcome in zip(board, outcomes, strict=True))
