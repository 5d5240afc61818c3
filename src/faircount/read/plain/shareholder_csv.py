"""Instructions of shareholders as CSV: one row an account and proposal, with the shares that vote so.

faircount's own form (docs/formats/shareholder-csv.md). A card is one account's instruction and weighs its shares; all
cards of an account are one ballot. Of several instructions on one proposal the last received is current, and the
earlier ones are kept as superseded. A broker non-vote is no choice: the card holds the proposal without marks, with the
condition `broker-non-vote`. Nor is `Revoked`: it replaces what the account said before, and leaves no card.
"""

import re
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter, itemgetter

from faircount.model import Batch, batch_label
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.results.results_words import unit_of
from faircount.read.syntax.in_order import InOrder, in_order
from faircount.read.syntax.named_rows import Cells, claimed, header, read_named

_NEEDED = frozenset(("account", "shares", "proposal", "choice"))
_MORE = frozenset(("lot", "class", "votes_per_share", "source", "received"))
_POSITION = frozenset(("account", "shares"))
_NUMBER = re.compile(r"(?:\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.\d{1,6})?", re.ASCII)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_REVOKED = {"REVOKED", "REVOKE"}
REVOKED = "revoked"
"""Condition of an instruction that takes the earlier ones back, and puts none in their place."""
_CHOICES = ("FOR", "AGAINST", "WITHHOLD", "ABSTAIN")
_WORDS = {
    **{name: name for name in _CHOICES},
    **{"WITHHELD": "WITHHOLD", "ABSTAINED": "ABSTAIN", "ABSTENTION": "ABSTAIN"},
}
_KINDS = {"WITHHOLD": "withhold", "ABSTAIN": "abstain"}
_NON_VOTE = {"BROKER NON-VOTE", "BROKER NON VOTE", "BROKER NONVOTE"}
NON_VOTE = "broker-non-vote"
"""Condition of a proposal that a broker could not vote on: the shares are present, and no vote is cast."""
_LARGEST = Decimal(10**12)
MOST_TOLD = 20
"""Accounts that are named where they instruct more shares than they hold."""

_NUL = "\0"
"""Stands between the cells of what waits to be put in order; no cell holds one."""
_POSITIONS, _INSTRUCTIONS = "0", "1"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One row: how some shares of an account vote on a proposal."""

    file: int
    row: int
    shares: Decimal
    weight: Decimal
    source: str
    share_class: str
    received: str
    when: datetime | None
    form: tuple[bool, bool, bool]
    """Whether a date, a time and a zone are stated: instants of different forms cannot be put in order."""
    choice: str
    """Canonical; empty for a blank, `NON_VOTE` for a broker non-vote, `REVOKED` for one taken back."""
    text: str
    """The row as it stands, for people."""


@dataclass
class _Account:
    """What one account holds and instructs."""

    name: str
    held: Decimal = Decimal(0)
    lots: dict[str, dict[str, list[Instruction]]] = field(default_factory=dict)
    """Lot → proposal → instructions in the order of files and rows."""


@dataclass
class _Book:
    """Every row of an export, on the way to be put in order by account; each text begins with the account's name."""

    rows: InOrder = field(default_factory=InOrder)
    positions: int = 0
    proposals: dict[str, set[str]] = field(default_factory=dict)

    def add(self, account: str, kind: str, file: int, row: int, *cells: object) -> None:
        """Take a row that could be read: `_POSITIONS` of an account stand before its `_INSTRUCTIONS`."""
        self.rows.add(_NUL.join((account, kind, f"{file:06}{row:010}", *map(str, cells))))

    def accounts(self) -> Iterator[_Account]:
        """Yield the accounts that instruct, in the order of their first instructions."""
        by_first = in_order(self._by_first())
        for (_, name), texts in groupby((text.split(_NUL) for text in by_first), itemgetter(0, 1)):
            account = _Account(name)
            for _, _, kind, place, *cells in texts:
                if kind == _POSITIONS:
                    account.held += Decimal(cells[0])
                else:
                    lot, proposal, *said = cells
                    made = _instruction(int(place[:6]), int(place[6:]), said)
                    account.lots.setdefault(lot, {}).setdefault(proposal, []).append(made)
            yield account

    def _by_first(self) -> Iterator[str]:
        """Return the rows behind the place of the first instruction of their account; none of one that has none."""
        for _, texts in groupby(self.rows, lambda text: text.partition(_NUL)[0]):
            positions = Decimal(0)
            first = ""
            for text in texts:
                account, kind, place, rest = text.split(_NUL, 3)
                if kind == _POSITIONS:
                    positions += Decimal(rest)
                    continue
                if not first:
                    first = place
                    yield _NUL.join((first, account, _POSITIONS, place, str(positions)))
                yield _NUL.join((first, text))


def recognise(export: Export) -> Recognition | None:
    """Look for account, shares, proposal and choice; a second file may state positions."""
    names = claimed(export, lambda columns: _is_ours(columns) or _is_positions(columns))
    ours = [name for name in names if _is_ours(header(export, name))]
    if not ours:
        return None
    return Recognition(89, "1", f"{len(ours)} CSV with the columns {', '.join(sorted(_NEEDED))}")


def _is_ours(columns: tuple[str, ...]) -> bool:
    return _NEEDED <= set(columns) <= _NEEDED | _MORE


def _is_positions(columns: tuple[str, ...]) -> bool:
    return _POSITION <= set(columns) <= _POSITION | {"class"}


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield cards with their votes, superseded instructions and proposals.

    Which instruction is the last is known only at the end, so all are put in order by account, beyond some megabytes
    in a temporary file. Those of one account are held in memory. A later file may supersede what an earlier one says,
    so that an export is read in one part.
    """
    builder, book = BatchBuilder(), _Book()
    read_names = []
    for number, name in enumerate(export.names):
        columns = header(export, name)
        if _is_positions(columns):
            read_names.append(name)
            yield from read_named(export, name, builder, _Positions(name, number, builder, book).take)
        elif _is_ours(columns):
            read_names.append(name)
            yield from read_named(export, name, builder, _Instructions(name, number, builder, book).take)
    cards = _Cards(export.names, builder, book)
    yield from cards.batches()
    cards.tell_over_voted()
    _add_proposals(book, builder)
    yield builder.finish(export, read_names)


def _shares_of(text: str) -> Decimal | None:
    return Decimal(text.replace(",", "")) if _NUMBER.fullmatch(text) else None


class _Positions:
    """A file that says how many shares each account holds."""

    def __init__(self, name: str, number: int, builder: BatchBuilder, book: _Book) -> None:
        self._name, self._number, self._builder, self._book = name, number, builder, book

    def take(self, row: int, cells: Cells) -> int:
        """Remember one position; return 1. Positions of an account in several classes add up."""
        shares = _shares_of(cells["shares"])
        if unit_of(cells["account"]) is None or shares is None:
            rule = (
                "a total is not an account"
                if cells["account"] and shares
                else "a position has an account and a number of shares with at most six decimals"
            )
            self._builder.reject(self._name, row, rule, value=" | ".join(cells.values()))
            return 0
        self._book.add(cells["account"], _POSITIONS, self._number, row, shares)
        self._book.positions += 1
        return 1


class _Instructions:
    """A file of instructions."""

    def __init__(self, name: str, number: int, builder: BatchBuilder, book: _Book) -> None:
        self._name, self._number, self._builder, self._book = name, number, builder, book

    def take(self, row: int, cells: Cells) -> int:
        """Remember one instruction; return 1, or 0 if it cannot be read."""
        account, proposal = cells["account"], cells["proposal"]
        shares, each = _shares_of(cells["shares"]), _shares_of(cells.get("votes_per_share", "") or "1")
        received = cells.get("received", "")
        rule, column = "", ""
        if unit_of(account) is None and account:
            rule, column = "a total is not an account", "account"
        elif not account or not proposal:
            rule, column = "an instruction names its account and its proposal", "proposal" if account else "account"
        elif shares is None or each is None:
            rule = "shares are a number with at most six decimals"
            column = "shares" if shares is None else "votes_per_share"
        elif shares * each >= _LARGEST or shares * each != round(shares * each, 6):
            rule, column = "shares times votes per share are below 10^12, with at most six decimals", "shares"
        elif received and _when(received) is None:
            rule, column = "a time is written 2031-05-01 or 2031-05-01T16:30:00+02:00", "received"
        text = " | ".join(cells.values())
        if rule or shares is None or each is None:
            self._builder.reject(self._name, row, rule, column=column, value=text)
            return 0
        choice = _canonical(cells["choice"])
        self._book.add(
            account, _INSTRUCTIONS, self._number, row, cells.get("lot", ""), proposal, shares, shares * each,
            cells.get("source", ""), cells.get("class", ""), received, choice, text,
        )  # fmt: skip
        self._book.proposals.setdefault(proposal, set()).update({choice} - {"", NON_VOTE, REVOKED})
        return 1


def _instruction(file: int, row: int, cells: list[str]) -> Instruction:
    """Return the instruction that `_Instructions.take` wrote down."""
    shares, weight, source, share_class, received, choice, text = cells
    time = _TIME.fullmatch(received)
    form = (bool(received), bool(time and time[2]), bool(time and time[3]))
    return Instruction(
        file, row, Decimal(shares), Decimal(weight), source, share_class, received, _when(received), form, choice, text
    )


def _when(received: str) -> datetime | None:
    """Return the instant that a cell states; None where it states none."""
    try:
        return datetime.fromisoformat(received.replace("Z", "+00:00")) if _TIME.fullmatch(received) else None
    except ValueError:
        return None


def _canonical(choice: str) -> str:
    word = " ".join(choice.upper().split())
    if word in _REVOKED:
        return REVOKED
    return NON_VOTE if word in _NON_VOTE else _WORDS.get(word, choice)


class _Cards:
    """The cards: an account's current instructions of one lot, weight, source and class are one card."""

    def __init__(self, names: tuple[str, ...], builder: BatchBuilder, book: _Book) -> None:
        self._names, self._builder, self._book = names, builder, book
        self._over: list[tuple[str, str]] = []
        """(account, what is told of it) of those that instruct too many shares, the first by name."""
        self._over_voted = 0

    def batches(self) -> Iterator[Batch]:
        """Add every card; yield what is full between two accounts."""
        ballots = 0  # numbered without gaps in every batch: the store counts by the last
        for account in self._book.accounts():
            if self._builder.full:
                yield self._builder.build()
                ballots = 0
            before = self._builder.cards
            used: dict[str, Decimal] = {}
            for lot in account.lots:
                self._lot(account, lot, ballots, used)
            ballots += self._builder.cards > before
            if self._book.positions:
                self._hold_against(account, max(used.values(), default=Decimal(0)))

    def _hold_against(self, account: _Account, most: Decimal) -> None:
        """Note an account that instructs more shares on one proposal, `most`, than it holds."""
        if most > account.held:
            self._over_voted += 1
            insort(self._over, (account.name, f"{account.name}: {most:f} shares instructed, {account.held:f} held"))
            del self._over[MOST_TOLD:]

    def tell_over_voted(self) -> None:
        """Say which accounts instruct more shares than they hold: both figures are as stated, and a person decides."""
        for _, stated in self._over:
            self._builder.tell("over_voted", stated)
        if self._over_voted > MOST_TOLD:
            self._builder.tell("over_voted", f"and {self._over_voted - MOST_TOLD:,} more accounts")

    def _lot(self, account: _Account, lot: str, ballot: int, used: dict[str, Decimal]) -> None:
        """Add the cards of one lot, and the shares that it instructs to those `used` on each proposal."""
        cards: dict[tuple[Decimal, str, str], int] = {}
        for proposal, rows in account.lots[lot].items():
            ordered = self._ordered(account.name, proposal, rows)
            if not ordered:
                continue
            current = ordered[-1]
            if current.choice == REVOKED:
                self._tell_revoked(account.name, proposal, ordered)
                continue
            key = (current.weight, current.source, current.share_class)
            if key not in cards:
                cards[key] = self._builder.add_card(
                    file=current.file, record=current.row, ballot=ballot, weight=current.weight,
                    imprinted_id=batch_label(account.name, lot), counting_group=current.source or None,
                    style=current.share_class or None,
                )  # fmt: skip
            self._builder.add_vote(cards[key], self._pattern(proposal, current))
            used[proposal] = used.get(proposal, Decimal(0)) + current.shares
            for old in ordered[:-1]:
                version = batch_label(f"received {old.received}", old.source, f"{old.weight:f} votes")
                pattern = self._pattern(proposal, old)
                self._builder.add("superseded", card=cards[key], pattern=pattern, version=version)

    def _tell_revoked(self, account: str, proposal: str, ordered: list[Instruction]) -> None:
        """Keep as facts what was taken back: no card is left to which an earlier instruction could be tied."""
        for row in ordered:
            self._builder.tell(
                "revoked", f"{account} on {proposal!r}: {self._names[row.file]}, row {row.row}: {row.text}"
            )
            self._builder.leave_out("an instruction was revoked, or revokes one, and no later one takes its place")

    def _ordered(self, account: str, proposal: str, rows: list[Instruction]) -> list[Instruction]:
        """Return the instructions, the last received at the end; none, all rejected, where that cannot be known."""
        said = {(row.form, row.when, row.choice, row.weight, row.source, row.share_class): row for row in rows[::-1]}
        for _ in range(len(rows) - len(said)):
            self._builder.leave_out("an instruction stands twice, alike in everything")
        rows = list(said.values())
        if len(rows) == 1:
            return rows
        times = {row.when for row in rows}
        if len({row.form for row in rows}) > 1 or len(times) < len(rows):
            rule = (
                f"of several instructions of {account} on {proposal!r}, each says at another time when it was received"
            )
            for row in sorted(rows, key=lambda row: (row.file, row.row)):
                fix = "state the times alike, or name the lots of a vote that is split"
                self._builder.reject(self._names[row.file], row.row, rule, fix, column="received", value=row.text)
            return []
        return sorted(rows, key=attrgetter("when"))

    def _pattern(self, proposal: str, row: Instruction) -> int:
        if row.choice in (NON_VOTE, REVOKED):
            return self._builder.pattern(proposal, (), conditions=(row.choice,))
        return self._builder.pattern(proposal, (ExportedMark(row.choice),) if row.choice else ())


def _add_proposals(book: _Book, builder: BatchBuilder) -> None:
    """Add contests by name, and their choices in the order of a proxy card: no order of rows can change them."""
    for place, proposal in enumerate(sorted(book.proposals)):
        builder.add("contests", contest=proposal, votes_allowed=1, ranks=0, place=place)
        rank = {choice: at for at, choice in enumerate(_CHOICES)}
        choices = sorted(book.proposals[proposal], key=lambda choice: (rank.get(choice, len(rank)), choice))
        for at, choice in enumerate(choices):
            builder.add("choices", contest=proposal, choice=choice, kind=_KINDS.get(choice, "regular"), place=at)


READER = Reader(
    name="shareholder-csv",
    title="shareholders' instructions (CSV)",
    source="docs/formats/shareholder-csv.md",
    gives=("cards", "votes", "superseded", "patterns", "contests", "choices", "files", "facts", "rejected"),
    recognise=recognise,
    plan=one_part,
    read=read,
)
