"""Faults among the records: ballots lost, doubled or misnumbered. Reports count what the records then say."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from faircount.simulate.design import ELECTION_DAY
from faircount.simulate.election import Election, Record, Sheet, Stack


def card_lost(election: Election) -> Election:
    """Drop a ballot's record from a batch and close up the numbers; the manifest keeps its cards."""
    stack = _smallest_central(election)
    lost = _plain(stack)
    rest: list[Record] = []
    for record in stack.records:
        if record is not lost:
            rest.append(replace(record, position=len(rest) + 1))
    cards = len(lost.sheets)
    changed = replace(
        election.changes,
        manifest={**election.changes.manifest, stack.key: cards},
        # The state compared the manifest with an export that still held the card: a second one has lost it.
        claimed={**election.changes.claimed, stack.key: cards},
    )
    return replace(_with_stack(election, stack, tuple(rest)), changes=changed)


def sheet_twice(election: Election) -> Election:
    """Add to one ballot the first card of another ballot of its precinct and style."""
    stack = _smallest_central(election)
    first = _plain(stack)
    donors = (
        r for s in election.stacks for r in s.records
        if r is not first and (r.precinct, r.style) == (first.precinct, first.style)
        and r.sheets[0].number == first.sheets[0].number and r.sheets[0].readings != first.sheets[0].readings
    )  # fmt: skip
    return _with_record(election, stack, first, replace(first, sheets=(*first.sheets, next(donors).sheets[0])))


def card_twice(election: Election) -> Election:
    """Write one ballot's record into its batch a second time, under the same number."""
    stack = _smallest_central(election)
    return _with_stack(election, stack, (*stack.records, _plain(stack)))


def batch_scanned_twice(election: Election) -> Election:
    """Add a batch again as the next batch of its scanner."""
    stack = _smallest_central(election)
    number = 1 + max(s.number for s in election.stacks if s.tabulator == stack.tabulator)
    return replace(election, stacks=(*election.stacks, replace(stack, number=number, file=_free_file(election))))


def file_twice(election: Election) -> Election:
    """Export a batch's file again under another name, byte for byte."""
    stack = _smallest_central(election)
    return replace(election, stacks=(*election.stacks, replace(stack, file=_free_file(election))))


def position_gap(election: Election) -> Election:
    """Give a batch's last record the number after its own, so that one number is missing."""
    stack = _smallest_central(election)
    last = stack.records[-1]
    return _with_record(election, stack, last, replace(last, position=last.position + 1))


def contest_missing_from_card(election: Election) -> Election:
    """Take the last contest off one card."""
    stack = _smallest_central(election)
    record = _plain(stack)
    sheet = replace(record.sheets[-1], readings=record.sheets[-1].readings[:-1])
    return _with_record(election, stack, record, replace(record, sheets=(*record.sheets[:-1], sheet)))


def contest_foreign_to_style(election: Election) -> Election:
    """Put the district's contest on one card from outside the district."""
    district = next(i for i, q in enumerate(election.design.questions) if q.district)
    reading = next(r for s in _sheets(election) for r in s.readings if r.question == district)
    number = next(s.number for s in _sheets(election) if reading in s.readings)

    def outside(record: Record) -> bool:
        inside = district in election.design.styles[record.style].contests
        return not inside and any(s.number == number for s in record.sheets)

    stack, record = _find(election, outside)
    sheets = tuple(
        replace(s, readings=tuple(sorted((*s.readings, reading), key=lambda r: r.question)))
        if s.number == number else s
        for s in record.sheets
    )  # fmt: skip
    return _with_record(election, stack, record, replace(record, sheets=sheets))


def marks_unbalanced(election: Election) -> Election:
    """Raise the exported undervotes of one contest that is not ranked, on one card, by one."""
    stack = _smallest_central(election)
    record = _plain(stack)
    plain = [r.question for s in record.sheets for r in s.readings if not election.design.questions[r.question].ranks]
    place = (*stack.key, record.position, plain[0])
    return replace(election, changes=replace(election.changes, exported_undervotes={place: 1}))


def export_filtered(election: Election) -> Election:
    """Say in the export's configuration that a filter by precinct portion was on."""
    portion = election.design.precincts[0].portion_id
    filters: dict[str, object] = {"IncludePrecinctPortionFilter": True, "PrecinctPortionFilterValue": portion}
    return replace(election, changes=replace(election.changes, configuration=filters))


def _sheets(election: Election) -> Iterator[Sheet]:
    return (sheet for stack in election.stacks for record in stack.records for sheet in record.sheets)


def _smallest_central(election: Election) -> Stack:
    """Return the smallest batch of a central scanner: faults stay small, and its precincts have room for more."""
    central = [s for s in election.stacks if s.group != ELECTION_DAY]
    return min(central, key=lambda s: (s.cards, s.key))


def _plain(stack: Stack) -> Record:
    """Return the first record that holds all its cards and that nobody adjudicated."""
    most = max(len(record.sheets) for record in stack.records)
    return next(r for r in stack.records if r.superseded is None and len(r.sheets) == most)


def _find(election: Election, wanted: Callable[[Record], bool]) -> tuple[Stack, Record]:
    return next(
        (stack, record)
        for stack in election.stacks
        for record in stack.records
        if record.superseded is None and wanted(record)
    )


def _free_file(election: Election) -> int:
    return 2 + max(stack.file for stack in election.stacks)


def _with_record(election: Election, stack: Stack, old: Record, new: Record) -> Election:
    return _with_stack(election, stack, tuple(new if record is old else record for record in stack.records))


def _with_stack(election: Election, stack: Stack, records: tuple[Record, ...]) -> Election:
    changed = replace(stack, records=records)
    return replace(election, stacks=tuple(changed if s is stack else s for s in election.stacks))
