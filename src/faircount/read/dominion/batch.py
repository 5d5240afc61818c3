"""Sessions of a Dominion export on their way to canonical tables: the inner loop of every large ingest.

A contest on a card is decoded into a frozen record. Equal records are the same *entry*: met once, turned into a pattern
once, and from then on one dictionary look-up, which leaves this loop little slower than decoding alone.
"""

from array import array
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from faircount.model import Batch
from faircount.model.tables import TABLES, WEIGHT, rows_to_table
from faircount.read.dominion.manifests import CONDITIONS, Names
from faircount.read.dominion.sessions import ContestRecord, Reading, Session

CARDS_PER_BATCH = 80_000
ENTRIES_PER_BATCH = 200_000
"""Distinct records, mark densities included, that are kept for look-up; it bounds memory."""
MAX_RANKS = 1_000
_LEAST = 1 << 31
"""Added to the number of a contest, it leaves none below 0: so that card and contest fit one number."""

_IMAGE = r"(?P<id>\d{5}_\d{5}_(?P<position>\d+))"
"""Name of a card's image: tabulator, batch, position."""


@dataclass(slots=True)
class Tally:
    """How many objects of each kind were decoded from a block; what `KeyCount` holds against the bytes."""

    sessions: int = 0
    modified: int = 0
    cards: int = 0
    current_cards: int = 0
    """Those among `cards` that are counted; the others are of superseded readings."""
    contests: int = 0
    marks: int = 0
    write_ins: int = 0


class Fault(NamedTuple):
    """What is wrong with a contest on a card: the field, what was found there, and the rule."""

    column: str
    found: str
    rule: str


TWICE = Fault("Contests", "", "a contest stands once on a card")


class _Entries(dict[ContestRecord, int]):
    """Record → entry number. A record not met before becomes an entry, and its pattern a pattern."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.faults: dict[int, Fault] = {}
        """Entry → what is wrong with one of its marks."""
        self.patterns: dict[tuple[Any, ...], int] = {}
        self.pattern = array("q")
        self.contest = array("q")
        self.marks = array("q")
        self.write_ins_in = array("q")
        self.densities: list[int] = []
        self.write_in_densities: list[int] = []
        self.write_ins: list[int] = []

    def __missing__(self, record: ContestRecord) -> int:
        marks = record.Marks
        key = (
            record.Id, record.Undervotes, record.Overvotes, record.OutstackConditionIds,
            tuple([(m.CandidateId, m.Rank, m.IsVote, m.IsAmbiguous, m.OutstackConditionIds) for m in marks]),
        )  # fmt: skip
        self.pattern.append(self.patterns.setdefault(key, len(self.patterns)))
        self.contest.append(record.Id)
        self.marks.append(len(marks))
        self.write_ins_in.append(sum(m.WriteinIndex >= 0 for m in marks))
        self.densities += [m.MarkDensity for m in marks]
        self.write_in_densities += [m.WriteinDensity for m in marks]
        self.write_ins += [m.WriteinIndex for m in marks]
        number = self[record] = len(self)
        if fault := self._fault(record):
            self.faults[number] = fault
        return number

    def _fault(self, record: ContestRecord) -> Fault | None:
        """Return what is wrong with the last such mark: its rank, or its choice.

        Ranks of a contest that nobody ranks are not looked at. A file alone says neither how many ranks there are nor
        whose contest a choice is in.
        """
        most, contest_of = self.names.ranks.get(record.Id, MAX_RANKS), self.names.contest_of
        fault = None
        for mark in record.Marks:
            if most and not 1 <= mark.Rank <= most:
                fault = Fault("Rank", f"rank {mark.Rank}", "a rank is one of the contest's, 1 first")
            if contest_of.get(mark.CandidateId, record.Id) != record.Id:
                found = f"{self.names.choice(mark.CandidateId)} ({mark.CandidateId})"
                fault = Fault("CandidateId", found, "a mark is for a choice of its contest")
        return fault


class Gathered:
    """Rows of one batch while they gather."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.session_rows: list[tuple[Any, ...]] = []
        self.session_of_card = array("q")
        self.sheets = array("q")
        self.entries = _Entries(names)
        self.votes: list[int] = []
        self.contests_per_card = array("q")
        self.superseded: list[tuple[int, int, str]] = []
        self.files: list[dict[str, Any]] = []
        self.rejected: list[dict[str, Any]] = []
        self.facts: list[dict[str, object]] = []
        self.cards_in_file = 0

    @property
    def is_full(self) -> bool:
        """Whether it is time to turn this into a batch."""
        return len(self.sheets) >= CARDS_PER_BATCH or len(self.entries) >= ENTRIES_PER_BATCH

    def end_file(self, file: int, name: str, sha256: str, size: int, before: int) -> None:
        """Note that a file has ended; `before` are its cards in earlier batches."""
        self.files.append(
            {"file": file, "name": name, "sha256": sha256, "bytes": size, "records": before + self.cards_in_file}
        )
        self.cards_in_file = 0

    def add(self, sessions: list[Session], file: int, before: int, place: str) -> Tally:
        """Take sessions in order, `before` of this file having gone before: of each the current reading as cards and
        votes, the other as superseded. Return how many objects there were.

        A session with a contest twice on one card is rejected: it would count twice, and which of the two is the
        voter's cannot be known; and one with a rank or a choice that its contest does not have. All cards are looked
        at together, which costs next to nothing.
        """
        rows: tuple[Any, ...] = (
            self.votes, self.session_rows, self.contests_per_card, self.sheets, self.session_of_card, self.superseded,
            self.rejected,
        )  # fmt: skip
        start = [len(one) for one in rows]
        tally = self._add(sessions, file, before, place, {})
        if wrong := self._wrong(len(self.sheets) - tally.current_cards):
            for one, length in zip(rows, start, strict=True):
                del one[length:]  # their entries stay: other cards may bear the same
            tally = self._add(sessions, file, before, place, wrong)
        self.cards_in_file += tally.current_cards
        return tally

    def _wrong(self, first_card: int) -> dict[int, tuple[int, Fault]]:
        """Return record of a session → a contest on one of its cards and its fault, from `first_card` on."""
        counts = np.array(self.contests_per_card[first_card:], dtype=np.int64)
        votes = np.array(self.votes[len(self.votes) - int(counts.sum()) :], dtype=np.int64)
        if not len(votes):
            return {}
        faults, card = self.entries.faults, np.repeat(np.arange(len(counts)), counts)
        contest = np.array(self.entries.contest, dtype=np.int64)[votes]
        key = np.sort(card << 32 | contest + _LEAST)
        twice = key[1:][key[1:] == key[:-1]]
        found = [(one >> 32, (one & 0xFFFFFFFF) - _LEAST, TWICE) for one in twice.tolist()]
        if faults:
            at = np.flatnonzero(np.isin(votes, list(faults)))
            of_marks = [faults[vote] for vote in votes[at].tolist()]
            found += zip(card[at].tolist(), contest[at].tolist(), of_marks, strict=True)
        return {
            self.session_rows[self.session_of_card[first_card + on]][-1]: (number, fault) for on, number, fault in found
        }

    def _add(
        self, sessions: list[Session], file: int, before: int, place: str, wrong: dict[int, tuple[int, Fault]]
    ) -> Tally:
        """Do what `add` says, but for sessions whose record is in `wrong`: they are rejected."""
        tally = Tally(sessions=len(sessions))
        votes, rows, look_up = self.votes, self.session_rows, self.entries.__getitem__
        first_vote, first_other, cards_before = len(votes), len(self.superseded), len(self.sheets)
        for record, session in enumerate(sessions, before + 1):
            if record in wrong:
                self._reject_wrong(*wrong[record], session, record, place)
                tally.sessions = -1  # objects left out: let the bytes be read strictly
                continue
            current, modified = session.Original, session.Modified
            if modified is not None:
                tally.modified += 1
                if modified.IsCurrent:
                    current = modified
            if not current.IsCurrent or (modified is not None and session.Original.IsCurrent == modified.IsCurrent):
                self._reject(session, record, place)
                tally.sessions = -1  # objects left out: let the bytes be read strictly
                continue
            first = len(self.sheets)
            for contests, sheet in current.sheets():
                votes += map(look_up, contests)
                self.contests_per_card.append(len(contests))
                self.sheets.append(sheet)
                self.session_of_card.append(len(rows))
            rows.append(
                (session.TabulatorId, session.BatchId, session.RecordId, session.ImageMask,
                 session.UniqueVotingIdentifier, current.BallotTypeId, current.PrecinctPortionId,
                 session.CountingGroupId, session.SessionType, modified is not None, file, record)
            )  # fmt: skip
            if modified is not None:
                is_original = current is not modified
                other = modified if is_original else session.Original
                tally.cards += self._superseded(first, other, "modified" if is_original else "original")
        tally.current_cards = len(self.sheets) - cards_before
        tally.cards += tally.current_cards
        seen = np.array(votes[first_vote:] + [entry for _, entry, _ in self.superseded[first_other:]], dtype=np.int64)
        tally.contests = len(seen)
        tally.marks = int(np.array(self.entries.marks, dtype=np.int64)[seen].sum())
        tally.write_ins = int(np.array(self.entries.write_ins_in, dtype=np.int64)[seen].sum())
        return tally

    def _reject(self, session: Session, record: int, place: str) -> None:
        self.rejected.append(
            {"file": place, "row": record, "column": "IsCurrent", "value": str(session.RecordId),
             "rule": "exactly one reading of a session is current", "fix": "ask the election office which one is"}
        )  # fmt: skip

    def _reject_wrong(self, contest: int, fault: Fault, session: Session, record: int, place: str) -> None:
        value = f"session {session.RecordId}: {self.names.contest(contest)}"
        self.rejected.append(
            {"file": place, "row": record, "column": fault.column,
             "value": f"{value}, {fault.found}" if fault.found else value,
             "rule": fault.rule, "fix": "ask the election office what the card holds"}
        )  # fmt: skip

    def _superseded(self, first: int, other: Reading, version: str) -> int:
        """Keep the reading that is not current, contest by contest, at the session's cards; return its cards."""
        sheets = other.sheets()
        for offset, (contests, _) in enumerate(sheets):
            card = min(first + offset, len(self.sheets) - 1)
            self.superseded += [(card, self.entries[contest], version) for contest in contests]
        return len(sheets)

    def batch(self) -> Batch:
        """Return what gathered as canonical tables."""
        found = {
            "files": rows_to_table("files", self.files),
            "rejected": rows_to_table("rejected", self.rejected),
            "facts": rows_to_table("facts", self.facts),
        }
        if self.sheets:
            found |= {"cards": self._cards(), "patterns": self._pattern_table()} | self._vote_tables()
        if not self.names.version:
            found |= self._contests_alone()
        return Batch({name: table for name, table in found.items() if table.num_rows})

    def _cards(self) -> pa.Table:
        names, of = self.names, np.frombuffer(self.session_of_card, dtype=np.int64)
        (tabulator, batch, number, mask, identifier, style, portion, group, session_type, adjudicated, file,
         record) = zip(*self.session_rows, strict=True)  # fmt: skip
        image = pc.extract_regex(pa.array(mask, pa.string()), _IMAGE)
        printed = pc.if_else(
            pc.not_equal(pa.array(identifier, pa.string()), ""), pa.array(identifier, pa.string()), None
        )
        sheets = np.frombuffer(self.sheets, dtype=np.int64)
        one = {
            "ballot": pa.array(np.arange(len(mask))),
            "jurisdiction": _constant(names.jurisdiction, len(mask)),
            "tabulator": _words(tabulator, {}),
            "batch": _words(batch, {}),
            "position": _positions(number, image),
            "imprinted_id": pc.coalesce(pc.struct_field(image, "id"), printed),
            "style": _words(style, names.styles),
            "precinct": _words(portion, names.precincts),
            "portion": _words(portion, names.portions),
            "counting_group": _words(group, names.groups),
            "session_type": pa.array(session_type, pa.string()).dictionary_encode(),
            "adjudicated": pa.array(adjudicated, pa.bool_()),
            "weight": pa.array([Decimal(1)], WEIGHT).take(pa.array(np.zeros(len(mask), dtype=np.int8))),
            "file": pa.array(np.array(file, dtype=np.int32)),
            "record": pa.array(np.array(record, dtype=np.int32)),
        }
        columns = {name: column.take(pa.array(of)) for name, column in one.items()}
        columns["card"] = pa.array(np.arange(len(of)))
        columns["sheet"] = pa.array(sheets.astype(np.int16), mask=sheets < 0)
        return pa.table({name: columns[name] for name in TABLES["cards"].names}).cast(TABLES["cards"])

    def _vote_tables(self) -> dict[str, pa.Table]:
        """Return votes, superseded and marks: entries spread out again to the cards that bear them."""
        entries = self.entries
        of_entry = np.frombuffer(entries.pattern, dtype=np.int64)
        marks_in = np.frombuffer(entries.marks, dtype=np.int64)
        vote = np.array(self.votes, dtype=np.int64)
        pattern = of_entry[vote] if len(vote) else vote
        card = np.repeat(np.arange(len(self.contests_per_card)), np.frombuffer(self.contests_per_card, dtype=np.int64))
        counts = marks_in[vote] if len(vote) else vote
        place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        first = np.cumsum(marks_in) - marks_in
        mark = np.repeat(first[vote] if len(vote) else vote, counts) + place
        density = np.array(entries.densities, dtype=np.int64)[mark]
        write_in = np.array(entries.write_in_densities, dtype=np.int64)[mark]
        image = np.array(entries.write_ins, dtype=np.int64)[mark]
        texts = pa.array([f"image {n}" for n in range(int(image.max(initial=-1)) + 1)], pa.string())
        columns = [
            pa.array(np.repeat(card, counts)),
            pa.array(np.repeat(pattern, counts)),
            pa.array(place.astype(np.int16)),
            pa.array(density.astype(np.int16), mask=density < 0),
            pa.array(write_in.astype(np.int16), mask=write_in < 0),
            texts.take(pa.array(image, mask=image < 0)),
        ]
        return {
            "votes": pa.table([card, pattern], schema=TABLES["votes"]),
            "marks": pa.table(columns, schema=TABLES["marks"]),
            "superseded": rows_to_table(
                "superseded", [{"card": c, "pattern": entries.pattern[e], "version": v} for c, e, v in self.superseded]
            ),
        }

    def _pattern_table(self) -> pa.Table:
        names = self.names
        rows = [
            {
                "pattern": number, "contest": names.contest(contest), "undervotes": under, "overvotes": over,
                "overvoted_ranks": [], "conditions": _condition_names(conditions),
                "marks": [
                    {"choice": names.choice(choice), "rank": rank, "is_vote": is_vote, "is_ambiguous": ambiguous,
                     "conditions": _condition_names(remarks)}
                    for choice, rank, is_vote, ambiguous, remarks in marks
                ],
            }
            for (contest, under, over, conditions, marks), number in self.entries.patterns.items()
        ]  # fmt: skip
        return rows_to_table("patterns", rows)

    def _contests_alone(self) -> dict[str, pa.Table]:
        """Infer contests from the records of a file without manifests.

        Votes allowed: where a contest is not ranked, votes and the exported under- and overvotes add up to it.
        """
        allowed: dict[int, set[int]] = {}
        ranks: dict[int, int] = {}
        for contest, under, over, _, marks in self.entries.patterns:
            ranks[contest] = max([ranks.get(contest, 0), *(m[1] for m in marks if m[1] <= MAX_RANKS)])
            if under is not None and over is not None:
                allowed.setdefault(contest, set()).add(sum(m[2] for m in marks) + under + over)
        rows = []
        for place, contest in enumerate(sorted(ranks)):
            ranked = ranks[contest] > 1
            sums = allowed.get(contest, set())
            rows.append({"contest": self.names.contest(contest), "key": str(contest), "ranks": ranks[contest] * ranked,
                         "votes_allowed": 1 if ranked else next(iter(sums)) if len(sums) == 1 else None,
                         "place": place})  # fmt: skip
        return {"contests": rows_to_table("contests", rows)}


def _positions(numbers: tuple[int | str, ...], image: pa.Array) -> pa.Array:
    """Return RecordId; where it is withheld ("X") the number that often still stands in the name of the image."""
    stated = pa.array([n if isinstance(n, int) else None for n in numbers], pa.int64())
    if stated.null_count:
        stated = pc.coalesce(stated, pc.struct_field(image, "position").cast(pa.int64()))
    return stated.cast(pa.int32())


def _condition_names(numbers: tuple[int, ...]) -> list[str]:
    return sorted({CONDITIONS.get(n) or f"condition-{n}" for n in numbers})


def _constant(text: str | None, count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(count, dtype=np.int32), mask=np.full(count, text is None)),
        pa.array([text or ""], pa.string()),
    )


def _words(numbers: tuple[int, ...], names: dict[int, str]) -> pa.Array:
    """Encode numbers as the words they stand for; a number without a name stands for itself."""
    distinct, codes = np.unique(np.array(numbers, dtype=np.int64), return_inverse=True)
    words = [names.get(int(n)) or str(n) for n in distinct]
    if len(set(words)) == len(words):
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words, pa.string()))
    return pa.array([words[c] for c in codes], pa.string()).dictionary_encode()
