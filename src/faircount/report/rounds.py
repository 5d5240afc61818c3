"""A count in rounds, as a table, as sentences and as a picture."""

from collections import defaultdict
from dataclasses import dataclass

from faircount.model import INACTIVE_CAUSES, CandidateIndex, Contest, ContestResult, Round, Tie, VoteCount
from faircount.report.figures import Column, Node, Ribbon, flow_chart
from faircount.report.words import TIE_WORDS, Words


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One line of the table of rounds: a choice or a cause, and per round its votes and what came or went."""

    name: str
    inactive: bool
    cells: tuple[tuple[str, str], ...]
    """(votes, change since the round before); both empty where the choice is out."""


@dataclass(frozen=True, slots=True)
class RoundStory:
    """What happened at the end of one round, in sentences."""

    number: int
    sentences: tuple[str, ...]
    note: str
    """What the rule says of this round in its own words."""
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundsView:
    """All that the page shows of a count in rounds."""

    numbers: tuple[int, ...]
    rows: tuple[RoundRow, ...]
    totals: tuple[str, ...]
    stories: tuple[RoundStory, ...]
    figure: str


def rounds_view(words: Words, result: ContestResult, key: str) -> RoundsView:
    """Return the rounds of `result`; `key` is a prefix for ids of the picture."""
    rounds = result.transcript.rounds
    exits = _exits(rounds, len(result.contest.choices))
    causes = [c for c in INACTIVE_CAUSES if any(c in dict(r.inactive) for r in rounds)]
    rows = [_row(words, choice.name, False, [r.votes[at] if n <= exits[at] else None for n, r in enumerate(rounds)])
            for at, choice in enumerate(result.contest.choices)]  # fmt: skip
    rows += [_row(words, words.cause(c), True, [dict(r.inactive).get(c, 0) for r in rounds]) for c in causes]
    return RoundsView(
        tuple(range(1, len(rounds) + 1)),
        tuple(rows),
        tuple(words.count(r.total) for r in rounds),
        tuple(_story(words, result.contest, n, r) for n, r in enumerate(rounds, 1)),
        # votes and points have no common scale, and nothing moves from one to the other
        _figure(words, result, exits, key) if len({one.unit for one in rounds}) == 1 else "",
    )


def _exits(rounds: tuple[Round, ...], choices: int) -> list[int]:
    """Return the last round, 0 first, in which each choice still stands.

    A choice that is excluded and has votes again later came back (a pass of a sequential count begins anew).
    """
    last = [len(rounds) - 1] * choices
    for number, one in enumerate(rounds):
        for choice in one.excluded:
            if not any(later.votes[choice] or choice in later.elected for later in rounds[number + 1 :]):
                last[choice] = min(last[choice], number)
    return last


def _row(words: Words, name: str, inactive: bool, votes: list[VoteCount | None]) -> RoundRow:
    cells, before = [], None
    for count in votes:
        if count is None:
            cells.append(("", ""))
        else:
            moved = before is not None and count != before
            cells.append((words.count(count), words.change(count - before) if moved and before is not None else ""))
        before = count
    return RoundRow(name, inactive, tuple(cells))


def tie_sentences(words: Words, contest: Contest, one: Round) -> tuple[str, ...]:
    """Return for each tie of a round who was tied, about what, and who decided."""
    return tuple(_tie_sentence(words, contest, tie) for tie in one.ties)


def _tie_sentence(words: Words, contest: Contest, tie: Tie) -> str:
    names = words.names(contest.name_of(c) for c in tie.tied)
    met = words.gettext(TIE_WORDS[tie.about], names=names)
    if tie.chosen is None:
        return met + " " + words.gettext("Nobody has decided it, and the count stopped here.")
    picked = contest.name_of(tie.chosen)
    return met + " " + words.gettext("Picked out: %(name)s. Decided by: %(who)s.", name=picked, who=tie.decided_by)


def _story(words: Words, contest: Contest, number: int, one: Round) -> RoundStory:
    sentences = []
    if one.elected:
        sentences.append(words.gettext("Elected: %(names)s.", names=words.names(map(contest.name_of, one.elected))))
    sentences += tie_sentences(words, contest, one)
    if one.excluded:
        sentences.append(words.gettext("Out: %(names)s.", names=words.names(map(contest.name_of, one.excluded))))
    if one.threshold is not None:
        sentences.append(words.gettext("Threshold: %(votes)s.", votes=words.count(one.threshold)))
    moves = [
        words.gettext("%(source)s → %(target)s: %(votes)s", source=source, target=target, votes=words.count(votes))
        for (source, target), votes in _moves(words, contest, one).items()
    ]
    return RoundStory(number, tuple(sentences), one.note, tuple(moves))


def _moves(words: Words, contest: Contest, one: Round) -> dict[tuple[str, str], VoteCount]:
    """Return votes moved by the names of whence and whither, in the order of the transcript."""
    moves: dict[tuple[str, str], VoteCount] = defaultdict(int)
    for transfer in one.transfers:
        target = words.cause(transfer.cause) if transfer.target is None else contest.name_of(transfer.target)
        moves[contest.name_of(transfer.source), target] += transfer.votes
    return dict(moves)


def _node_key(target: CandidateIndex | None, cause: str) -> str:
    return cause if target is None else str(target)


def _figure(words: Words, result: ContestResult, exits: list[int], key: str) -> str:
    contest, rounds = result.contest, result.transcript.rounds
    elected = set(result.transcript.elected)
    # who lasted longest stands on top, so that votes of the one who leaves flow upwards, and few ribbons cross
    order = sorted(range(len(contest.choices)), key=lambda c: (-exits[c], -rounds[exits[c]].votes[c], c))
    columns = []
    for number, one in enumerate(rounds):
        gains = _gains(rounds[number - 1]) if number else {}
        nodes = [
            Node(str(c), contest.choices[c].name, one.votes[c], words.count(one.votes[c]),
                 "winner" if c in elected else "choice", _gain(words, gains.get(str(c), 0)))
            for c in order if number <= exits[c]
        ]  # fmt: skip
        nodes += [
            Node(cause, words.cause(cause), votes, words.count(votes), "inactive", _gain(words, gains.get(cause, 0)))
            for cause, votes in one.inactive
        ]
        following = rounds[number + 1] if number + 1 < len(rounds) else None
        standing = {node.key for node in nodes}
        after = {str(c) for c in order if number + 1 <= exits[c]} | {c for c, _ in following.inactive if following} \
            if following else set()  # fmt: skip
        ribbons = _ribbons(words, contest, one, standing, after) if following else ()
        columns.append(Column(words.gettext("Round %(n)s", n=number + 1), tuple(nodes), ribbons))
    description = words.gettext(
        "Bars are choices, one column a round; bands are votes that stay or move; hatched bands and bars are votes "
        "that count for no choice any more. The tables beside it hold the same numbers."
    )
    title = words.gettext("How votes moved: %(contest)s", contest=contest.title)
    return flow_chart(key, title, description, columns)


def _gains(before: Round) -> dict[str, VoteCount]:
    gains: dict[str, VoteCount] = defaultdict(int)
    for transfer in before.transfers:
        gains[_node_key(transfer.target, transfer.cause)] += transfer.votes
    return gains


def _gain(words: Words, votes: VoteCount) -> str:
    return words.change(votes) if votes else ""


def _ribbons(words: Words, contest: Contest, one: Round, here: set[str], there: set[str]) -> tuple[Ribbon, ...]:
    """Return what leaves `one`: transfers as recorded, and the rest of each bar staying where it is."""
    moved: dict[tuple[str, str], VoteCount] = defaultdict(int)
    gone: dict[str, VoteCount] = defaultdict(int)
    for transfer in one.transfers:
        moved[str(transfer.source), _node_key(transfer.target, transfer.cause)] += transfer.votes
        gone[str(transfer.source)] += transfer.votes
    names = {str(at): choice.name for at, choice in enumerate(contest.choices)}
    held = {str(at): votes for at, votes in enumerate(one.votes)} | dict(one.inactive)
    ribbons = []
    for name, votes in held.items():
        stays = votes - gone[name]
        if stays > 0 and name in here and name in there:
            label = names.get(name) or words.cause(name)
            title = words.gettext("%(name)s keeps %(votes)s", name=label, votes=words.count(stays))
            ribbons.append(Ribbon(name, name, stays, title, "stay" if name in names else "inactive"))
    for (source, target), votes in moved.items():
        if source in here and target in there and votes > 0:
            whither = names.get(target) or words.cause(target)
            title = words.gettext(
                "%(source)s → %(target)s: %(votes)s", source=names[source], target=whither, votes=words.count(votes)
            )
            ribbons.append(Ribbon(source, target, votes, title, "moved" if target in names else "inactive"))
    return tuple(ribbons)
