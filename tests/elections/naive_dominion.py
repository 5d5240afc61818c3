"""A deliberately slow and separately written count of a Dominion JSON export: standard library, no patterns, no SQL.

It follows the vendor's description only: of each session take the reading that is current; a choice of an unranked
contest gets a vote for each mark with IsVote.
"""

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any


def documents(path: Path) -> list[Any]:
    """Return the CvrExport documents of a zip, folder or file."""
    if path.is_file() and path.suffix == ".json":
        return [json.loads(path.read_text("utf-8-sig"))]
    if path.is_dir():
        return [json.loads(p.read_text("utf-8-sig")) for p in sorted(path.glob("CvrExport*.json"))]
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if "CvrExport" in n]
        return [json.loads(archive.read(n).decode("utf-8-sig")) for n in names]


def sessions(path: Path) -> list[Any]:
    """Return all sessions."""
    return [session for document in documents(path) for session in document["Sessions"]]


def current(session: Any) -> Any:
    """Return the reading that counts."""
    readings = [session[name] for name in ("Original", "Modified") if name in session]
    chosen = [reading for reading in readings if reading["IsCurrent"]]
    assert len(chosen) == 1
    return chosen[0]


def contests(reading: Any) -> list[Any]:
    """Return the contests of a reading, of all its cards."""
    if "Cards" in reading:
        return [contest for card in reading["Cards"] for contest in card["Contests"]]
    return list(reading["Contests"])


def totals(path: Path) -> tuple[Counter[tuple[int, int]], Counter[int], Counter[int], Counter[int]]:
    """Return (contest, choice) → votes, and contest → cards, → exported undervotes, → exported overvotes."""
    votes: Counter[tuple[int, int]] = Counter()
    cards: Counter[int] = Counter()
    under: Counter[int] = Counter()
    over: Counter[int] = Counter()
    for session in sessions(path):
        for contest in contests(current(session)):
            cards[contest["Id"]] += 1
            under[contest["Id"]] += contest.get("Undervotes", 0)
            over[contest["Id"]] += contest.get("Overvotes", 0)
            for mark in contest["Marks"]:
                if mark["IsVote"]:
                    votes[contest["Id"], mark["CandidateId"]] += 1
    return votes, cards, under, over
