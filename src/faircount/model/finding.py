"""What a check says. Silence is not a pass."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Outcome of one check, worst last."""

    PASS = "PASS"
    NOT_CHECKED = "NOT CHECKED"
    FAIL = "FAIL"


_SEVERITY = list(Status)


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows a question returned: column names, and rows in the question's own order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def column(self, name: str) -> tuple[Any, ...]:
        """Return one column, top to bottom. Raises `KeyError` for an unknown name."""
        if name not in self.columns:
            raise KeyError(name)
        at = self.columns.index(name)
        return tuple(row[at] for row in self.rows)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check, its statement in plain words, and what was found."""

    number: str
    """The check's number, such as `R07`; numbers never change their meaning."""
    check: str
    statement: str
    """What is true when the check passes, as a full sentence."""
    status: Status
    found: str
    """What was compared and what was found, as a full sentence with its denominator."""
    evidence: Answer = Answer((), ())
    """The rows that disagree, at most 1,000 of them."""
    disagreements: int = 0
    """How many disagree in all."""
    innocent_explanations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Findings of one run; as good as its worst finding, and worthless when empty."""

    findings: tuple[Finding, ...]

    @property
    def status(self) -> Status:
        """FAIL if one fails; else PASS only if something was checked and all of it passed; else NOT CHECKED.

        `all([])` is True, and that is the trap: an empty report is NOT CHECKED.
        """
        statuses = [f.status for f in self.findings] or [Status.NOT_CHECKED]
        return max(statuses, key=_SEVERITY.index)


@dataclass(frozen=True, slots=True)
class Check:
    """A numbered question to the canonical tables, and the pure judgement of its answer."""

    number: str
    name: str
    statement: str
    """What is true when it passes, one full sentence."""
    source: str
    """Why it is asked: a statute, a manual, or the known failure that it would have shown."""
    query: str
    """One ordered, read-only SELECT; published verbatim with the evidence."""
    judge: Callable[[Answer], Finding]
    innocent_explanations: tuple[str, ...]
    """What else looks like this. A check without any is not admitted."""
