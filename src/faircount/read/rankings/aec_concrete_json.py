"""Elections as ConcreteSTV stores them (.stv JSON): distinct orders above and below the line with their numbers."""

from collections.abc import Iterator
from typing import Any

import msgspec

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.rankings.aec_papers import Candidate, Group, Paper
from faircount.read.rankings.counted_rankings import GIVES, MAX_CHOICES, WEIGHT_RULE, Contest, stem, weight_of
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import candidates
from faircount.read.syntax.json_elements import JsonElements
from faircount.read.syntax.json_strict import strict_loads

_LISTS = {"atl": "parties", "btl": "candidates"}
"""List of papers → what their orders are of."""
_DECODER = msgspec.json.Decoder(list[Any])
_NEEDED = ('"metadata"', '"candidates"', '"electorate"')
_CUT = "the file may be cut short or edited: fetch it again"


def recognise(export: Export) -> Recognition | None:
    """Claim JSON files that begin with metadata of an electorate and its candidates."""
    names = candidates(export)
    for name in names:
        try:
            head = export.head(name, 1 << 16).decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        except (BadInputError, OSError):
            return None
        if not head.startswith("{") or not all(word in head for word in _NEEDED):
            return None
    return Recognition(91, "", "metadata of an electorate, its candidates and parties") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the papers of each file as cards of one contest; the number of an entry in its list is its row.

    Entries above the line come first, then those below it, whose rows go on counting. Raises `BadInputError` for
    broken JSON and for lists that point to candidates or parties that are none.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        place = export.place(name)
        with export.open(name) as stream:
            document = JsonElements(stream, place, frozenset(_LISTS), skim=True)
            for _ in document:
                pass
        content = strict_loads(document.rest, place)
        metadata = content.get("metadata") if isinstance(content, dict) else None
        if not isinstance(metadata, dict) or not all(isinstance(content.get(k, []), list) for k in _LISTS):
            raise BadInputError(place, "the file has metadata, atl and btl", type(content).__name__, _CUT)
        paper = _paper(metadata, place)
        contest = _contest(builder, paper, metadata, number, name, place)
        row = 0
        for kind, field in _LISTS.items():
            types = _types(content.get(f"{kind}_types"), place)
            for at, entry in _entries(export, name, kind):
                row += 1
                yield from _cast(contest, paper, row, entry, field, next((t for a, z, t in types if a <= at < z), None))
                yield from contest.builder.when_full()
        if informal := content.get("informal"):
            builder.add_facts([("informal", f"{contest.title}: {informal} papers, which the file does not hold")])
        builder.add(
            "files", file=number, name=name, sha256=document.sha256(), bytes=document.bytes, records=contest.cards
        )
    yield builder.build()


def _entries(export: Export, name: str, kind: str) -> Iterator[tuple[int, Any]]:
    """Yield (index, entry) of one list, as a stream: the other may stand before it in the file."""
    with export.open(name) as stream:
        for group in JsonElements(stream, export.place(name), frozenset(_LISTS)):
            if group.array == kind:
                yield from enumerate(group.decode(_DECODER), group.first)


def _objects(value: Any, what: str, place: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value) or len(value) > MAX_CHOICES:
        raise BadInputError(place, f"metadata.{what} is a list of objects", repr(value)[:80], _CUT)
    return value


def _paper(metadata: dict[str, Any], place: str) -> Paper:
    parties = _objects(metadata.get("parties", []), "parties", place)
    groups = [
        Group(str(p.get("column_id") or at), str(p.get("name") or "").strip(), bool(p.get("atl_allowed", True)))
        for at, p in enumerate(parties, 1)
    ]
    named: list[Candidate] = []
    for at, candidate in enumerate(_objects(metadata.get("candidates"), "candidates", place)):
        group, name = candidate.get("party"), candidate.get("name")
        if not isinstance(name, str) or not name.strip() or not (group is None or _index(group, len(groups))):
            raise BadInputError(place, "a candidate has a name and the index of a party", repr(candidate)[:120])
        named.append(Candidate(name.strip(), group, str(candidate.get("ec_id") or at)))
    if not named:
        raise BadInputError(place, "metadata.candidates names the candidates", "none", _CUT)
    return Paper(groups, named)


def _index(value: Any, size: int) -> bool:
    return type(value) is int and 0 <= value < size


def _contest(
    builder: BatchBuilder, paper: Paper, metadata: dict[str, Any], number: int, name: str, place: str
) -> Contest:
    about: Any = metadata.get("name")
    about = about if isinstance(about, dict) else {}
    words = [str(about.get(k) or "").strip() for k in ("name", "electorate", "year")]
    title = ", ".join(word for word in words[:2] if word) or stem(name)
    title = f"{title} {words[2]}".strip()
    contest = paper.contest(builder, number, name, place, title)
    vacancies = metadata.get("vacancies")
    contest.state(
        place=number, key=stem(name), ranks=paper.ranks, district=words[1] or None,
        seats=vacancies if _index(vacancies, MAX_CHOICES) and vacancies else None,
    )  # fmt: skip
    if authority := about.get("authority"):
        builder.add_facts([("jurisdiction", str(authority))])
    results = metadata.get("results")
    if isinstance(results, list):
        size = len(paper.choices) - paper.below
        if not all(_index(r, size) for r in results):
            raise BadInputError(place, "metadata.results are indexes of candidates", repr(results)[:80])
        names = "; ".join(paper.choices[paper.below + r].name for r in results)
        builder.add_facts([("elected", f"{title}: {names}")])
    return contest


def _types(value: Any, place: str) -> list[tuple[int, int, str]]:
    """Return (first entry, entry after the last, kind of vote) of the runs that a list of types states."""
    found: list[tuple[int, int, str]] = []
    for run in value if isinstance(value, list) else []:
        said = run if isinstance(run, dict) else {}
        first, last = (said.get(k) for k in ("first_index_inclusive", "last_index_exclusive"))
        if type(first) is not int or type(last) is not int:
            raise BadInputError(place, "types of votes are runs of indexes", repr(run)[:120])
        found.append((first, last, str(said.get("vote_type"))))
    return found


def _cast(contest: Contest, paper: Paper, row: int, entry: Any, field: str, vote_type: str | None) -> Iterator[Batch]:
    number = entry.get("n") if isinstance(entry, dict) else None
    weight = weight_of(str(number)) if type(number) is int else None
    if weight is None:
        contest.reject(row, WEIGHT_RULE, "correct n", repr(entry)[:2000], "n")
        return
    order = entry.get(field)
    marks_of = paper.above_marks if field == "parties" else paper.below_marks
    try:
        if not isinstance(order, list) or not all(type(index) is int for index in order):
            raise KeyError(order)
        marks = marks_of(order)
    except KeyError:
        contest.reject(row, f"{field} are indexes of the metadata", "correct the list", repr(entry)[:2000], field)
        return
    yield from contest.cast(row, weight, marks, counting_group=vote_type)


READER = Reader(
    name="concretestv-json",
    title="ConcreteSTV election",
    source="ConcreteSTV, stored elections; stv-rla, FederalSenate2019NT.json",
    gives=GIVES,
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
