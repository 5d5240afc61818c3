"""RAIRE as JSON: distinct rankings of an instant-runoff contest with their numbers, and what an audit starts from."""

from collections.abc import Iterator
from typing import Any

import msgspec

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.rankings.counted_rankings import (
    GIVES,
    MAX_CHOICES,
    WEIGHT_RULE,
    Contest,
    Named,
    name_in,
    title_in,
    weight_of,
)
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import candidates
from faircount.read.syntax.json_elements import JsonElements
from faircount.read.syntax.json_strict import strict_loads

_NEEDED = ('"metadata"', '"num_candidates"', '"votes"', '"prefs"')
_VOTES = frozenset(("votes",))
_DECODER = msgspec.json.Decoder(list[Any])
_CUT = "the file may be cut short or edited: fetch it again"


def recognise(export: Export) -> Recognition | None:
    """Claim JSON files that begin with metadata, the number of candidates and votes with `prefs`."""
    names = candidates(export)
    for name in names:
        try:
            head = export.head(name, 1 << 18).decode("utf-8", "replace")
        except (BadInputError, OSError):
            return None
        if not head.lstrip("\ufeff \t\r\n").startswith("{") or not all(word in head for word in _NEEDED):
            return None
    return Recognition(93, "", "metadata, num_candidates and votes with prefs") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the ballots of each file as cards of one contest.

    A file is read twice, first without its votes: what they are votes on may stand behind them. Raises
    `BadInputError` for broken JSON, candidates whose number is not `num_candidates`, a winner that is no candidate,
    and more ballots than the file's own bound on auditable ballots.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        place = export.place(name)
        with export.open(name) as stream:
            document = JsonElements(stream, place, _VOTES, skim=True)
            for _ in document:
                pass
        content = _object(strict_loads(document.rest, place), place)
        contest = _contest(export, builder, content, number, name, place)
        with export.open(name) as stream:
            for group in JsonElements(stream, place, _VOTES):
                for row, vote in enumerate(group.decode(_DECODER), group.first + 1):
                    yield from _cast(contest, row, vote)
                    yield from contest.builder.when_full()
        _hold_to_bound(content, contest)
        builder.add(
            "files", file=number, name=name, sha256=document.sha256(), bytes=document.bytes, records=contest.cards
        )
    yield builder.build()


def _object(content: Any, place: str) -> dict[str, Any]:
    if not isinstance(content, dict) or not isinstance(content.get("votes"), list):
        raise BadInputError(place, 'the file is an object with a list "votes"', type(content).__name__, _CUT)
    return content


def _contest(
    export: Export, builder: BatchBuilder, content: dict[str, Any], number: int, name: str, place: str
) -> Contest:
    metadata = content.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    names, count = metadata.get("candidates"), content.get("num_candidates")
    if type(count) is not int or not 0 < count <= MAX_CHOICES:
        raise BadInputError(place, f"num_candidates is 1 to {MAX_CHOICES:,}", repr(count)[:80])
    if names is None:
        names = [f"Candidate {index}" for index in range(count)]
    if not isinstance(names, list) or len(names) != count or not all(isinstance(n, str) and n.strip() for n in names):
        found = f"{len(names) if isinstance(names, list) else 'no'} names, num_candidates {count}"
        raise BadInputError(place, "metadata.candidates names every candidate", found, _CUT)
    title = metadata.get("contest")
    title = title_in(export, name, title.strip() if isinstance(title, str) else "")
    choices = [Named(str(n).strip(), str(index)) for index, n in enumerate(names)]
    contest = Contest(builder, number, name, place, title, choices)
    contest.state(place=number, key=name_in(export, name), ranks=count, seats=1)
    winner = content.get("winner")
    if winner is not None:
        if type(winner) is not int or not 0 <= winner < count:
            raise BadInputError(place, f"winner is an index, 0 to {count - 1}", repr(winner)[:80])
        builder.add_facts([("winner", f"{title}: {contest.choices[winner].name}")])
    return contest


def _cast(contest: Contest, row: int, vote: Any) -> Iterator[Batch]:
    """Add the ballots of one entry of `votes`; its number in the list is its row."""
    if not isinstance(vote, dict) or not isinstance(vote.get("prefs"), list) or "n" not in vote:
        contest.reject(row, "a vote is an object with n and prefs", "see what it should hold", repr(vote)[:2000])
        return
    number, prefs = vote["n"], vote["prefs"]
    weight = weight_of(str(number)) if type(number) is int else None
    if weight is None:
        contest.reject(row, WEIGHT_RULE, "correct n", repr(vote)[:2000], "n")
        return
    size = len(contest.choices)
    if not all(type(p) is int and 0 <= p < size for p in prefs) or len(prefs) > MAX_CHOICES:
        rule = f"prefs are indexes of candidates, 0 to {size - 1}"
        contest.reject(row, rule, "correct prefs", repr(vote)[:2000], "prefs")
        return
    yield from contest.cast(row, weight, contest.marks(tuple((p,) for p in prefs)))


def _hold_to_bound(content: dict[str, Any], contest: Contest) -> None:
    audit = content.get("audit")
    bound = audit.get("total_auditable_ballots") if isinstance(audit, dict) else None
    if bound is None:
        return
    if type(bound) is not int or bound < contest.cards:
        raise BadInputError(
            contest.place, "audit.total_auditable_ballots is not below the ballots of the file",
            f"{bound!r} stated, {contest.cards:,} ballots", _CUT,
        )  # fmt: skip
    contest.builder.add_facts([("cards_bound", f"{contest.title}: {bound}")])


READER = Reader(
    name="raire-json",
    title="RAIRE rankings as JSON",
    source="raire-rs by Democracy Developers, input format; votes of the New South Wales Electoral Commission, 2021",
    gives=GIVES,
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
