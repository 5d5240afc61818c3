"""`Election data cache file`: the text form of Australian elections that stv-rla and its forerunners read."""

from collections.abc import Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.rankings.aec_papers import Candidate, Group, Paper
from faircount.read.rankings.counted_rankings import (
    GIVES,
    MAX_CHOICES,
    WEIGHT_RULE,
    Contest,
    stem,
    weight_of,
    whole_number,
)
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import candidates
from faircount.read.syntax.text_lines import TextLines, head_lines, open_lines

FIRST = "Election data cache file version"
VERSIONS = ("2",)
_CUT = "the file may be cut short: fetch it again"


def recognise(export: Export) -> Recognition | None:
    """Claim text whose first line says what it is."""
    version = ""
    names = candidates(export)
    for name in names:
        lines, _ = head_lines(export, name, 1024)
        if not lines or not lines[0].startswith(FIRST):
            return None
        version = lines[0][len(FIRST) :].strip()
    return Recognition(97, version, f"the first line, {FIRST}") if names else None


class _Sections:
    """Lines of a file section by section; a missing line is an error that names the section."""

    def __init__(self, lines: TextLines) -> None:
        self.place = lines.place
        self._lines = lines.numbered()
        self.row = 0
        self.text = ""

    def line(self, what: str) -> str:
        """Return the next line; `what` names it in an error."""
        self.row, self.text = next(self._lines, (0, ""))
        if not self.row:
            raise BadInputError(self.place, f"the file has {what}", "the end of the file", _CUT)
        return self.text

    def title(self, *names: str) -> str:
        """Return the next line, which is one of `names`."""
        if self.line(names[0]).strip() not in names:
            raise self.error(f"here comes {' or '.join(names)}")
        return self.text.strip()

    def count(self, what: str, limit: int = 10**9) -> int:
        """Return the whole number on the next line."""
        number = whole_number(self.line(what))
        if number is None or number > limit:
            raise self.error(f"{what}: a number up to {limit:,}")
        return number

    def rest(self) -> Iterator[tuple[int, str]]:
        """Yield the lines that are left and hold anything."""
        return ((row, text) for row, text in self._lines if text.strip())

    def error(self, rule: str) -> BadInputError:
        """Return the error at the line read last."""
        return BadInputError(f"{self.place}, row {self.row}", rule, repr(self.text[:80]), _CUT)


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the papers of each file as cards of one contest.

    Every section states how many lines it has: raises `BadInputError` where they are not so many, and for a version
    of the format other than 2.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        with open_lines(export, name) as lines:
            sections = _Sections(lines)
            first = sections.line("its first line")
            if not first.startswith(FIRST) or first[len(FIRST) :].strip() not in VERSIONS:
                raise sections.error(f"the first line is {FIRST} {' or '.join(VERSIONS)}")
            contest, paper, letters = _head(builder, sections, number, name)
            yield from _votes(sections, contest, paper, letters)
            for row, text in sections.rest():
                contest.reject(row, "the last section is BTLs", "see what the line is", text[:2000])
                yield from builder.when_full()
            builder.add_file(number, name, lines, contest.cards)
    yield builder.build()


def _head(builder: BatchBuilder, sections: _Sections, number: int, name: str) -> tuple[Contest, Paper, dict[str, int]]:
    words = sections.line("year, authority, election and electorate").split("\t")
    sections.title("Candidates")
    listed = [sections.line("a candidate").split("\t") for _ in range(sections.count("candidates", MAX_CHOICES))]
    sections.title("Groups")
    groups: list[Group] = []
    for _ in range(sections.count("groups", MAX_CHOICES)):
        cells = sections.line("a group").split("\t")
        groups.append(Group(cells[0].strip(), cells[1].strip() if len(cells) > 1 else "", cells[0].strip() != "UG"))
    letters = {group.letter: at for at, group in enumerate(groups)}
    if len(letters) != len(groups) or any(len(cells) < 3 or not cells[0].strip() for cells in listed):
        raise sections.error("candidates have name, group and place; groups have letters of their own")
    for cells in listed:
        if cells[1] not in letters:
            letters[cells[1]] = len(groups)
            groups.append(Group(cells[1], "", square=False))
    paper = Paper(groups, [Candidate(c[0].strip(), letters[c[1]], f"{c[1]}-{c[2]}") for c in listed])
    named = [word.strip() for word in words if word.strip()]
    title = ", ".join(named[2:4]) + (f" {named[0]}" if named else "") if len(named) > 3 else stem(name)
    contest = paper.contest(builder, number, name, sections.place, title)
    contest.state(place=number, key=stem(name), ranks=paper.ranks, district=named[3] if len(named) > 3 else None)
    if len(named) > 1:
        builder.add_facts([("jurisdiction", named[1])])
    _between(builder, sections, contest)
    return contest, paper, letters


def _between(builder: BatchBuilder, sections: _Sections, contest: Contest) -> None:
    """Read what stands between the groups and the votes: official results, sources, informal papers."""
    if sections.title("Official Results", "Download Location") == "Official Results":
        for _ in range(sections.count("official results")):
            builder.add_facts([("note", f"{contest.title}: official result {sections.line('a result').strip()}")])
        sections.title("Download Location")
    for _ in range(sections.count("lines on the source")):
        builder.add_facts([("note", f"{contest.title}: {sections.line('a source').strip()}")])
    word, _, informal = sections.line("Informal").partition("\t")
    papers = whole_number(informal)
    if word != "Informal" or papers is None:
        raise sections.error("here comes Informal and a number")
    if papers:
        builder.add_facts([("informal", f"{contest.title}: {informal.strip()} papers, which the file does not hold")])


def _votes(sections: _Sections, contest: Contest, paper: Paper, letters: dict[str, int]) -> Iterator[Batch]:
    for section in ("SATLs", "RATLs", "BTLs"):
        sections.title(section)
        for _ in range(sections.count(section)):
            order, tab, number = sections.line(f"another line of {section}").partition("\t")
            if section == "SATLs" and number.strip() == "0":
                continue  # every group is listed, those without votes too
            yield from contest.builder.when_full()  # of lines before this one, also those that were rejected
            weight = weight_of(number)
            if not tab or weight is None:
                contest.reject(sections.row, WEIGHT_RULE, "correct the last number", sections.text[:2000])
                continue
            try:
                if section == "BTLs":
                    marks = paper.below_marks([int(word) for word in order.split(",") if word.strip()])
                else:
                    marks = paper.above_marks([letters[word] for word in order.split()])
            except (KeyError, ValueError):
                rule = f"{section} name groups by letter" if section != "BTLs" else "BTLs are candidates' indexes"
                contest.reject(sections.row, rule, "correct the order", sections.text[:2000])
                continue
            yield from contest.cast(sections.row, weight, marks)


READER = Reader(
    name="aec-cache-text",
    title="Australian election data cache file",
    source="stv-rla, federal_2019_NT.stv",
    gives=GIVES,
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
