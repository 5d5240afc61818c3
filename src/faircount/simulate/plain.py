"""The county's CSV files: ballot manifest, results by precinct, turnout, and the state's comparison of batches."""

import copy
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator

from faircount.simulate.design import DATE, GROUPS, PARTIES
from faircount.simulate.election import Election
from faircount.simulate.electorate import Ints
from faircount.simulate.tally import Tally, move

Row = tuple[object, ...]
TOTAL = "Total"
"""What the precinct column says in a row for the whole county."""


def manifest_csv(election: Election) -> bytes:
    """Return the ballot manifest in Colorado's layout, one row a batch."""
    header = ("County", "Tabulator ID", "Batch", "# of Ballot Cards", "Location")
    changes, county = election.changes, election.plan.jurisdiction
    cards = _cards(election)
    rows: list[Row] = []
    for stack in {s.key: s for s in reversed(election.stacks)}.values():
        if stack.key not in changes.manifest_left_out:
            listed = cards[stack.key] + changes.manifest.get(stack.key, 0)
            rows += [(county, *stack.key, listed, stack.location)] * (1 + (stack.key in changes.manifest_again))
    return _csv(header, reversed(rows))


def batch_comparison_csv(election: Election) -> bytes:
    """Return the state's comparison of the manifest with the cast vote records, batch by batch."""
    header = ("county_name", "scanner_id", "batch_id", "count_per_manifest", "count_per_cvr_file", "difference")
    changes, cards = election.changes, _cards(election)
    rows: list[Row] = []
    for key in sorted(cards):
        if key not in changes.unclaimed:
            manifest = cards[key] + changes.manifest.get(key, 0)
            records = cards[key] + changes.claimed.get(key, 0)
            rows.append((election.plan.jurisdiction, *key, manifest, records, manifest - records))
    return _csv(header, rows)


def turnout_csv(election: Election, counts: Tally) -> bytes:
    """Return turnout by precinct, then a line for all with an empty precinct, measure by measure."""
    header = ("jurisdiction", "precinct", "counting_group", "measure", "count")
    county = election.plan.jurisdiction
    rows: list[Row] = []
    for measure, figures in (
        ("registered", counts.registered),
        ("checked_in", counts.checked_in),
        ("ballots_cast", counts.ballots.sum(axis=1)),
    ):
        rows += [(county, p.name, "", measure, int(n)) for p, n in zip(election.design.precincts, figures, strict=True)]
        rows.append((county, "", "", measure, int(figures.sum())))
    return _csv(header, [*rows, *election.changes.turnout_rows])


def precinct_file_name(election: Election) -> str:
    """Return the name that OpenElections would give the file of results by precinct."""
    county = election.plan.jurisdiction.lower().replace(" ", "_")
    return f"{DATE}__xx__general__{county}__precinct.csv"


def precinct_csv(election: Election, counts: Tally) -> bytes:
    """Return results by precinct in OpenElections' layout, with a `Total` row after each choice's precincts."""
    header = ("county", "precinct", "office", "district", "party", "candidate", "votes", "election_day", "mail",
              "provisional")  # fmt: skip
    # A copy: figures that only this file shifts must not reach the other reports.
    counts = copy.deepcopy(counts)
    for shift in election.changes.shifts:
        if shift.precinct_file_only:
            move(counts, shift.question, shift.what, (shift.precinct, shift.group), shift.by)
    return _csv(header, _precinct_rows(election, counts))


def _precinct_rows(election: Election, counts: Tally) -> Iterator[Row]:
    county, names = election.plan.jurisdiction, [p.name for p in election.design.precincts]
    blank = ("",) * len(GROUPS)
    for name, n in zip([*names, TOTAL], [*counts.registered, counts.registered.sum()], strict=True):
        yield (county, name, "Registered Voters", "", "", "", int(n), *blank)
    for name, row in zip(names, counts.ballots, strict=True):
        yield (county, name, "Ballots Cast", "", "", "", *_figures(row))
    yield (county, TOTAL, "Ballots Cast", "", "", "", *_figures(counts.ballots.sum(axis=0)))
    for index, question in enumerate(election.design.questions):
        if index in election.changes.unreported:
            continue
        lines: list[tuple[str, str, Ints, int]] = []
        for choice, candidate in enumerate(question.choices):
            party = question.party_id(choice)
            shown = election.changes.spelling.get((index, choice), candidate)
            more = election.changes.total_row.get((index, choice), 0)
            lines.append((PARTIES[party - 1] if party else "", shown, counts.votes[index][choice], more))
        lines.append(("", "Under Votes", counts.undervotes[index], 0))
        lines.append(("", "Over Votes", counts.overvotes[index], 0))
        for party_name, candidate, figures, more in lines:
            for p, name in enumerate(names):
                if counts.held[index][p].any():
                    yield (county, name, question.title, "", party_name, candidate, *_figures(figures[p]))
            all_of_them = figures.sum(axis=0)
            all_of_them[-1] += more
            yield (county, TOTAL, question.title, "", party_name, candidate, *_figures(all_of_them))


def _figures(by_group: Ints) -> tuple[int, ...]:
    """Return the sum, then the figure of each counting group."""
    return (int(by_group.sum()), *(int(n) for n in by_group))


def _cards(election: Election) -> Counter[tuple[int, int]]:
    """Return cards exported by batch; a batch exported in two files counts both."""
    cards: Counter[tuple[int, int]] = Counter()
    for stack in election.stacks:
        cards[stack.key] += stack.cards
    return cards


def _csv(header: Row, rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
