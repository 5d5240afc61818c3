"""ChoicePlus Pro of Voting Solutions, as Cambridge and Burlington use it: settings, and the ballots that they include.

A file of settings (.chp, .in) names candidates and files of ballots, mostly one a precinct (.PRM). Ballots may stand in
the settings themselves; so they do in the program's report of final piles, which is read where nothing else has them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.rankings.choiceplus_syntax import PILE, Ballot, Ballots, Settings, command, joined, survey
from faircount.read.rankings.counted_rankings import GIVES, MAX_CHOICES, Contest, short_names
from faircount.read.reader import Part, Reader, Recognition, numbered_members, parts_of
from faircount.read.syntax.csv_rows import candidates
from faircount.read.syntax.seen_names import SeenNames
from faircount.read.syntax.text_lines import head_lines, open_lines

HEAD = 1 << 18
"""Bytes in which a file shows what it is: its commands come before its ballots."""
_ALSO = {"INCLUDE", "ELECT", "FINAL-PILE", "SYSTEM", "BALLOT-FORMAT-FIELDS", "CONTEST", "TITLE", "COMPLY-WITH"}
MAX_MARKS = 100_000
"""Marks of which one is kept for all ballots that bear it."""
DEEDS = {"INCLUDE", "CANDIDATE", "WRITE-IN", "FINAL-PILE", "BALLOT-FORMAT-FIELDS", "BALLOT-FORMAT-SEPS"}
"""Commands that say what ballots there are, or how to read them."""
NOT_DECLARED = "{} (not declared)"
IN_THE_SETTINGS = "commands stand in the settings, ballots in the files that they include"
SPLIT = "each ballot lies in one final pile whole"
READ_THE_BALLOTS = "a count with fractions splits ballots over piles: read the settings and the files of ballots"


@dataclass(frozen=True, slots=True)
class Source:
    """What holds the ballots of one contest."""

    settings: str
    """The file of settings."""
    said: Settings
    files: dict[str, str]
    """File of ballots → its batch, in the order in which the settings include them."""
    key: str = ""
    """What tells its settings from the export's others."""
    title: str = ""


def recognise(export: Export) -> Recognition | None:
    """Claim an export in which a file of text has `.CANDIDATE` lines and another command of the program."""
    kinds = [kind for name in candidates(export) if (kind := _kind(export, name))]
    if not kinds:
        return None
    files = {
        "settings": "file of settings",
        "bare": "file of settings without ballots",
        "piles": "report of final piles",
    }
    told = [f"{times} × {files[kind]}" for kind in files if (times := kinds.count(kind))]
    return Recognition(94, "", f"candidates in .CANDIDATE lines: {', '.join(told)}")


def _kind(export: Export, name: str) -> str:
    """Return `settings` (with ballots, or the names of files that have them), `piles`, `bare`, or nothing."""
    try:
        start = export.head(name, 64).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (BadInputError, OSError):
        return ""
    if not start.startswith((b"#", b".")):
        return ""
    lines, _ = head_lines(export, name, HEAD)
    try:
        texts = [text for _, text in joined(enumerate(lines, 1), name)]
    except BadInputError:
        return ""
    named = {command(text)[0] for text in texts if text.startswith(".")}
    if "CANDIDATE" not in named or not named & _ALSO:
        return ""
    if "FINAL-PILE" in named:
        return "piles"
    return "settings" if "INCLUDE" in named or any(text[0] != "." for text in texts) else "bare"


def _sources(export: Export) -> tuple[Source, ...]:
    """Return what is read, in name order. Raises `BadInputError` where nothing is, or files that are named lack."""
    kinds = {name: kind for name in candidates(export) if (kind := _kind(export, name))}
    if not kinds:
        fix = "give the folder in which the settings lie beside the ballots"
        raise BadInputError(str(export), "a file of settings names the candidates (.CANDIDATE)", "none does", fix)
    chosen = next((kind for kind in ("settings", "piles") if kind in kinds.values()), "")
    if not chosen:
        rule = "settings hold ballots, or name files that do (.INCLUDE)"
        raise BadInputError(str(export), rule, f"neither in {', '.join(kinds)}", "ask for the files of ballots")
    found = [_source(export, name) for name, kind in kinds.items() if kind == chosen]
    owners: dict[str, str] = {}
    for source in found:
        for name in source.files:
            if name in kinds or owners.setdefault(name, source.settings) != source.settings:
                raise BadInputError(
                    export.place(source.settings), "a file of ballots belongs to one contest",
                    f"{name} is a file of settings, or of two contests", "read the contests one at a time",
                )  # fmt: skip
    keys = short_names(source.settings for source in found)
    return tuple(replace(source, key=keys[source.settings], title=_title(source, keys)) for source in found)


def _title(source: Source, keys: dict[str, str]) -> str:
    """Return the contest's title: the settings', and their name where there are others."""
    key = keys[source.settings]
    title = source.said.title or next(filter(None, source.said.titles), "")
    return f"{title} ({key})" if title and len(keys) > 1 else title or key


def _source(export: Export, settings: str) -> Source:
    """Return what a file of settings says, and the files that it includes by their names in the export."""
    with open_lines(export, settings) as lines:
        said = survey(lines.numbered(), lines.place)
    known, folder = _known(export), settings.rpartition("/")[0]
    named = [(stated, _included(known, folder, stated)) for stated in said.files]
    place, found = export.place(settings), tuple(name for _, name in named if name)
    if lacking := [stated for stated, name in named if not name]:
        rule, fix = "the files that .INCLUDE names lie with the settings", "give the folder or zip that holds them all"
        raise BadInputError(place, rule, f"{len(lacking):,} do not: {', '.join(lacking[:5])}", fix)
    if len(set(found)) < len(found):
        twice = next(name for name in found if found.count(name) > 1)
        raise BadInputError(place, "a file of ballots is included once", twice, "remove the second")
    return Source(settings, said, short_names(found))


def _included(known: dict[str, list[str]], folder: str, stated: str) -> str:
    """Return the file that `.INCLUDE` names: by its path from the settings, in their folder, or the only one so named.

    Capitals do not matter, as they did not where the path was written; nothing where there is no such file, or several.
    """
    path = stated.replace("\\", "/")
    base = path.rpartition("/")[2]
    for wanted in (f"{folder}/{path}", f"{folder}/{base}", f"*/{base}"):
        if same := known.get(wanted.lstrip("/").casefold()):
            return same[0] if len(same) == 1 else ""
    return ""


def _known(export: Export) -> dict[str, list[str]]:
    """Return path, and `*/` and the last part of it → the files that have it; capitals do not matter."""
    found: dict[str, list[str]] = {}
    for name in export.names:
        for key in (name, f"*/{name.rpartition('/')[2]}"):
            found.setdefault(key.casefold(), []).append(name)
    return found


def plan(export: Export) -> tuple[Part, ...]:
    """Plan the settings and the files of ballots of each contest: settings first, small files together."""
    return parts_of(export, [name for source in _sources(export) for name in (source.settings, *source.files)])


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield each ballot as a card of its contest; the name of the file it lies in, but for the settings, is its batch.

    Raises `BadInputError` for commands that cannot be followed, and for final piles over which ballots are split.
    """
    builder = BatchBuilder()
    sources = _sources(export)
    if part.number == 0:
        _add_others(builder, export, sources)
    owner = {name: at for at, source in enumerate(sources) for name in (source.settings, *source.files)}
    for number, name in numbered_members(export, part):
        place = owner[name]
        yield from _read_file(export, builder, number, name, sources[place], place)
    yield builder.build()


def _add_others(builder: BatchBuilder, export: Export, sources: tuple[Source, ...]) -> None:
    """Record the files that are in no part, and say which of them are not read."""
    taken = {name for source in sources for name in (source.settings, *source.files)}
    for number, name in enumerate(export.names):
        if name not in taken:
            builder.add_companion(export, number, name)
    if unread := [name for name in candidates(export) if name not in taken]:
        builder.tell("note", f"not read: {', '.join(unread)}")


def _read_file(
    export: Export, builder: BatchBuilder, number: int, name: str, source: Source, place: int
) -> Iterator[Batch]:
    """Yield the ballots of one file; from the settings also what they say of the contest."""
    own, settings = name == source.settings, source.said
    with open_lines(export, name) as lines:
        contest = Contest(builder, number, name, lines.place, source.title, list(settings.candidates.values()))
        if own:
            contest.state(place=place, key=source.key, seats=settings.seats, ranks=len(contest.choices))
            _add_facts(builder, settings, source.title)
        taking = Taking(contest, settings, place, None if own else source.files[name])
        for row, text in joined(lines.numbered(), lines.place):
            taking.take(row, text, own)
            yield from builder.when_full()
        taking.finish()
        builder.add_file(number, name, lines, contest.cards)
        if lines.bytes and not lines.ends_in_a_line:
            builder.tell("note", f"{name}: its last line has no end, and may have been cut")


class Taking:
    """The ballots of one file on their way to cards."""

    def __init__(self, contest: Contest, settings: Settings, place: int, batch: str | None) -> None:
        self.contest, self.settings, self.batch = contest, settings, batch
        self._ballots, self._seen = Ballots(settings), SeenNames()
        names = [choice.name for choice in contest.choices]
        self._names = dict(zip(settings.candidates, names, strict=True))
        self._marks: dict[tuple[int, str], ExportedMark] = {}
        """(rank, code) → mark: a file has millions of a few hundred."""
        self._invalid = 0

    def take(self, row: int, text: str, own: bool) -> None:
        """Add the ballot of a line, or reject it; of commands, those in the settings were followed before."""
        contest = self.contest
        if text.startswith("."):
            if not own and command(text)[0] in DEEDS:
                where = f"{contest.place}, line {row}"
                raise BadInputError(where, IN_THE_SETTINGS, text[:200], "move the line to the settings")
            if not own:
                contest.reject(row, IN_THE_SETTINGS, "move the line to the settings, if it matters", text)
            return
        ballot = self._ballots.read(text)
        if not isinstance(ballot, Ballot):
            column, rule = ballot
            if rule == PILE:
                raise BadInputError(f"{contest.place}, line {row}", SPLIT, text[:200], READ_THE_BALLOTS)
            contest.reject(row, rule, "see what the paper says", text, column or None)
            return
        if self.settings.piles and not self._seen.add(ballot.ident):
            contest.reject(row, SPLIT, READ_THE_BALLOTS, text, "id")
            return
        self._invalid += ballot.invalid
        card = contest.builder.add_card(
            file=contest.file, record=row, weight=ballot.weight, batch=self.batch,
            imprinted_id=ballot.ident or None, precinct=ballot.precinct or None,
        )  # fmt: skip
        contest.builder.add_vote(card, contest.pattern(tuple([self._named(mark) for mark in ballot.marks])))
        contest.cards += 1

    def _named(self, mark: tuple[int, str]) -> ExportedMark:
        found = self._marks.get(mark)
        if found is None:
            rank, code = mark
            if code not in self._names:
                self._declare(code)
            if len(self._marks) >= MAX_MARKS:
                self._marks.clear()
            found = self._marks[mark] = ExportedMark(self._names[code], rank)
        return found

    def _declare(self, code: str) -> None:
        """Take a code of a ballot that no line of the settings explains for a choice of its own."""
        contest = self.contest
        if len(self._names) >= MAX_CHOICES:
            found = f"{code}, one more"
            raise BadInputError(contest.place, f"ballots and settings name at most {MAX_CHOICES:,} candidates", found)
        self._names[code] = name = NOT_DECLARED.format(code)
        contest.builder.add(
            "choices", contest=contest.title, choice=name, key=code, kind="regular", place=len(contest.choices)
        )
        contest.builder.tell("note", f"{contest.title}: {code} is on ballots, and no .CANDIDATE or .WRITE-IN names it")

    def finish(self) -> None:
        """Say how many ballots the count called invalid."""
        if self._invalid:
            ballots = "1 ballot lies" if self._invalid == 1 else f"{self._invalid:,} ballots lie"
            self.contest.builder.tell("note", f"{self.contest.title}: {ballots} among those called invalid")


def _add_facts(builder: BatchBuilder, settings: Settings, contest: str) -> None:
    builder.add_facts(("note", f"{contest}: title {title!r}") for title in settings.titles if title)
    builder.add_facts(("note", f"{contest}: the settings say {text}") for text in settings.remarks)
    if settings.more:
        builder.tell("note", f"{contest}: {settings.more:,} more commands are not told")
    if settings.piles:
        builder.tell("note", f"{contest}: read from final piles, as a count left them")


READER = Reader(
    name="choiceplus",
    title="ChoicePlus Pro ballots",
    source="the program's own loader and report writer (Voting Solutions), as used in Cambridge MA and Burlington VT",
    gives=GIVES,
    recognise=recognise,
    plan=plan,
    read=read,
)
