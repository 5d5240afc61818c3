"""What is fixed beside the audit: what every check found, the questions as SQL, and every count round by round."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from faircount.app.opened import Opened
from faircount.app.progress import Progress
from faircount.app.reconciling import reconcile
from faircount.app.recounting import recount
from faircount.app.reporting import finding_json, result_json
from faircount.evidence.log.canonical import canonical
from faircount.reconcile import CHECKS

FINDINGS, QUESTIONS, TRANSCRIPTS = "findings.json", "questions.sql", "transcripts.json"


def annexes(opened: Opened, progress: Progress | None = None) -> dict[str, bytes]:
    """Return three files by name: the checks' findings, their questions, and the transcript of every contest.

    The verifiers hash them and do not interpret them; anybody can ask the questions again.
    """
    results, missing = recount(opened, progress=progress)
    found = reconcile(opened, progress=progress).report.findings
    questions = "\n".join(
        f"-- {check.number} {check.name}\n{check.query.strip()};\n" for check in CHECKS.values()
    )  # fmt: skip
    counted = {
        "contests": [result_json(one) for one in results],
        "not_counted": [{"contest": one.title, "reason": one.reason} for one in missing],
    }
    return {
        FINDINGS: canonical(_exact([finding_json(one) for one in found])),
        QUESTIONS: questions.encode(),
        TRANSCRIPTS: canonical(_exact(counted)),
    }


def _exact(value: Any) -> Any:
    """Return JSON without floats: numbers that are not whole are text, fractions p/q, decimals as they are written."""
    if isinstance(value, Mapping):
        return {str(key): _exact(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(one) for one in value]
    if isinstance(value, float | Fraction | Decimal):
        return str(value)
    return value
