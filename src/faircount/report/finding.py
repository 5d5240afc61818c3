"""Findings in the order in which they matter: what fails, what was not checked, what passes."""

from dataclasses import dataclass
from fractions import Fraction

from faircount.model import Finding, Report, Status
from faircount.report.words import Words

ROWS_SHOWN = 25
"""How many rows of evidence the page shows of each finding."""

ORDER = (Status.FAIL, Status.NOT_CHECKED, Status.PASS)
"""Statuses in the order of the page, the worst first."""


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding; cells of evidence are (text, is a number)."""

    number: str
    check: str
    status: Status
    statement: str
    found: str
    innocent_explanations: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[str, bool], ...], ...]
    disagreements: int
    more: int
    """How many rows there are that the page does not show."""
    queries: tuple[str, ...]


def finding_views(
    words: Words, report: Report, questions: tuple[tuple[str, str], ...]
) -> tuple[tuple[Status, tuple[FindingView, ...]], ...]:
    """Return findings by status in `ORDER`, each in the report's own order; a status without any is left out."""
    groups = []
    for status in ORDER:
        views = tuple(_view(words, f, questions) for f in report.findings if f.status is status)
        if views:
            groups.append((status, views))
    return tuple(groups)


def _view(words: Words, finding: Finding, questions: tuple[tuple[str, str], ...]) -> FindingView:
    evidence = finding.evidence
    rows = tuple(tuple((words.cell(v), _is_number(v)) for v in row) for row in evidence.rows[:ROWS_SHOWN])
    total = max(finding.disagreements, len(evidence.rows)) if rows else 0
    return FindingView(
        finding.number,
        finding.check,
        finding.status,
        finding.statement,
        finding.found,
        finding.innocent_explanations,
        tuple(column.replace("_", " ") for column in evidence.columns),
        rows,
        finding.disagreements,
        total - len(rows),
        tuple(sql.strip("\n") for number, sql in questions if number == finding.number),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, Fraction)) and not isinstance(value, bool)
