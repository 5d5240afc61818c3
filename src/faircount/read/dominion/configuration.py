"""What Configuration.json says of a Dominion JSON export: which records it leaves out."""

import re
from typing import Any

_INCLUDE = re.compile(r"Include(\w+)Filter")
_FILTER = re.compile(r"(Contest|PrecinctPortion|Precinct|Tabulator|BallotType|ResultContainer|CountingGroup)Filter")
_NONE = frozenset(["", "0", "none", "false", "[]"])
"""What a setting says that is not in use; numbers up to 5.17.18.1, words in other versions."""


def left_out(settings: dict[str, Any]) -> list[str]:
    """Return in words why the export is only a part of the election; empty where no setting says so.

    Settings are read by name, whatever the version: `Include…Filter` with its value up to 5.10, lists called
    `…Filter` since, and from 5.17 on suppression of records by turnout. A filter that no sample shows is a filter too.
    """
    reasons = []
    for key, value in sorted(settings.items()):
        if not _is_on(value):
            continue
        if found := _INCLUDE.fullmatch(key):
            reasons.append(f"filtered by {found[1]} {_text(settings.get(f'{found[1]}FilterValue'))}")
        elif found := _FILTER.fullmatch(key):
            reasons.append(f"filtered by {found[1]} {_text(value)}")
        elif key == "OutstackConditions":
            reasons.append(f"filtered by outstack conditions {_text(value)}")
        elif key == "CvrSuppressionType":
            below = settings.get("TurnoutThreshold")
            where = f" below a turnout of {_text(below)}" if _is_on(below) else ""
            reasons.append(f"records were suppressed{where} (CvrSuppressionType {_text(value)})")
        elif key == "TurnoutThreshold" and "CvrSuppressionType" not in settings:
            reasons.append(f"records may be suppressed below a turnout of {_text(value)}")
    return [f"Configuration.json: {reason}" for reason in reasons]


def remarks(settings: dict[str, Any]) -> list[str]:
    """Return in words what else the settings say that a reader of the records should know."""
    found = []
    if settings.get("IncludeOnlyPublishedResultContainers") is False:
        found.append("results that were not published are among the records")
    if _is_on(settings.get("CvrTurnoutTest")):
        found.append(f"a test of turnout was on (CvrTurnoutTest {_text(settings['CvrTurnoutTest'])})")
    if _is_on(settings.get("CvrType")):
        found.append(f"another kind of record than in the samples (CvrType {_text(settings['CvrType'])})")
    return [f"Configuration.json: {remark}" for remark in found]


def _is_on(value: object) -> bool:
    return value is not None and _text(value).lower() not in _NONE


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) if value else "[]"
    return str(value).strip()
