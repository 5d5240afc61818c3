"""ABIF, the Aggregated Ballot Information Format: `27: Ada>Bo=Cy`, with metadata and candidates around it."""

from collections.abc import Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.rankings.abif_syntax import Abif, Vote, survey, votes
from faircount.read.rankings.counted_rankings import (
    GIVES,
    MAX_RANKS,
    WEIGHT_RULE,
    Contest,
    Named,
    kind_of,
    name_in,
    stated_total,
    title_in,
    weight_of,
)
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import candidates
from faircount.read.syntax.text_lines import head_lines, open_lines

_FACTS = {"election_name": "election_name", "election_date": "election_date", "jurisdiction": "jurisdiction"}


def recognise(export: Export) -> Recognition | None:
    """Claim text whose lines are metadata in braces, `=token:name`, comments and `count:ranking`, and nothing else."""
    version = ""
    names = candidates(export)
    for name in names:
        found = Abif("")
        lines, _ = head_lines(export, name)
        try:
            seen = [vote for vote in votes(iter(enumerate(lines, 1)), found) if vote.broken or vote.marks]
        except BadInputError:
            return None
        ranked = any(vote.separators or any(mark.rating is not None for mark in vote.marks) for vote in seen)
        broken = sum(bool(vote.broken) for vote in seen)
        if not seen or broken * 2 > len(seen) or not (ranked or found.names or found.metadata):
            return None
        version = found.metadata.get("version", version)
    return Recognition(86, version, "lines of `count:choice>choice`") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the ballots of each file as cards of one contest.

    A choice is named by its `=` line, else by its token. Raises `BadInputError` when the ballots are not as many as
    `ballotcount` states, and for a file without any vote line.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        with open_lines(export, name) as lines:
            found = survey(lines.numbered(), lines.place)
        with open_lines(export, name) as lines:
            tokens = found.tokens()
            choices = [_named(found, token) for token in tokens]
            title = title_in(export, name, found.metadata.get("title") or found.metadata.get("contest_name", ""))
            contest = Contest(builder, number, name, lines.place, title, choices)
            contest.state(
                place=number, key=name_in(export, name), ranks=max(len(tokens), found.deepest) if found.ranked else 0,
                votes_allowed=1 if found.ranked or found.single else len(tokens),
            )  # fmt: skip
            places = {token: index for index, token in enumerate(tokens)}
            for vote in votes(lines.numbered(), Abif(lines.place)):
                yield from _cast(contest, places, found, vote)
                yield from contest.builder.when_full()
            if stated := found.metadata.get("ballotcount"):
                if contest.rejected and stated != str(contest.weight):
                    rule = "the ballots read are as many as ballotcount states"
                    contest.reject(1, rule, "correct the lines that were rejected", stated, "ballotcount")
                else:
                    stated_total(lines.place, "ballotcount", stated, contest.weight)
            _add_facts(builder, contest, found)
            builder.add_file(number, name, lines, contest.cards)
    yield builder.build()


def _named(found: Abif, token: str) -> Named:
    name = found.names.get(token) or token
    return Named(name, token, None, kind_of(name))


def _cast(contest: Contest, places: dict[str, int], found: Abif, vote: Vote) -> Iterator[Batch]:
    weight = weight_of(vote.count)
    if vote.broken or weight is None or len(vote.marks) > MAX_RANKS:
        rule = vote.broken or (WEIGHT_RULE if weight is None else f"a ranking has at most {MAX_RANKS:,} places")
        contest.reject(vote.row, rule, "correct the line", vote.text[:2000])
        return
    if (
        found.ranked
        and len(vote.separators) == vote.separators.count(">")
        and all(m.rating is None for m in vote.marks)
    ):
        yield from contest.cast(vote.row, weight, contest.marks(tuple([(places[mark.token],) for mark in vote.marks])))
        return
    ranks = vote.ranks() if found.ranked else [1] * len(vote.marks)
    marks = [
        ExportedMark(contest.choices[places[mark.token]].name, rank, mark.rating)
        for rank, mark in zip(ranks, vote.marks, strict=True)
    ]
    # One choice may stand twice at a rank, with a rating and without.
    marks.sort(key=lambda mark: (mark.rank, mark.choice, -1 if mark.score is None else mark.score))
    yield from contest.cast(vote.row, weight, tuple(marks))


def _add_facts(builder: BatchBuilder, contest: Contest, found: Abif) -> None:
    builder.add_facts((fact, found.metadata[key]) for key, fact in _FACTS.items() if found.metadata.get(key))
    if description := found.metadata.get("description"):
        builder.add_facts([("note", f"{contest.title}: {description}")])
    if undeclared := sorted(found.used - found.names.keys()) if found.names else []:
        builder.add_facts(
            [("note", f"{contest.title}: on ballots without a line of their own: {', '.join(undeclared)}")]
        )
    if found.extended:
        builder.add_facts(
            [("note", f"{contest.title}: {found.extended:,} lines bear extended data, which is not read")]
        )


READER = Reader(
    name="abif",
    title="ABIF ballots",
    source="ABIF draft 1 and abiftool 0.34 (metadata, candidate and vote lines)",
    gives=GIVES,
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
