"""Any export, or an election's folder, written in a format that others read; with what that format does not hold."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from faircount.app.gathering import Gathered
from faircount.app.ingest import Ingested, ingest
from faircount.app.opened import Opened
from faircount.app.progress import Progress, Silent
from faircount.count.interpretation import is_invalid, ranking, read_marks, states_overvoted_rank
from faircount.model import Contest, NotCounted, Pattern, UsageError
from faircount.store import Workspace, contests_of
from faircount.write import WRITERS, Loss, Writer


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user wants written: a format, some contests or all, a date where the records have none."""

    form: str
    titles: tuple[str, ...] = ()
    date: str = ""
    allow_loss: bool = False


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written, what it does not hold, and what was read for it (None: an election's folder)."""

    writer: Writer
    files: tuple[Path, ...]
    losses: tuple[Loss, ...]
    left_out: int
    """Cards that hold none of the contests that the user chose."""
    ingested: Ingested | None = None


class LostVotesError(UsageError):
    """Votes could not be what they are in the format asked for; nothing was written. `losses` says what."""

    def __init__(self, writer: Writer, losses: tuple[Loss, ...]) -> None:
        self.losses = losses
        grave = "; ".join(f"{loss.what} ({loss.count:,})" for loss in losses if loss.grave)
        super().__init__(
            f"{writer.title} cannot hold all of these votes, and nothing was written: {grave}; "
            "choose contests with --contest, another format, or write the rest with --allow-loss"
        )


def convert(
    paths: Sequence[Path], wanted: Wanted, target: Path, *, named: str = "", jobs: int = 0,
    progress: Progress | None = None,
) -> Converted:  # fmt: skip
    """Read `paths` (exports, or one election's folder) and write them to `target`.

    `target` is a folder, which may not hold anything yet, or a file where the format makes one file of that suffix.
    Raises `LostVotesError` where votes could not be represented and the user has not allowed it, `UsageError` for a
    format or contest that does not exist, a date that is needed and unknown, or a target that is taken.
    """
    writer = WRITERS[wanted.form]
    _refuse_taken(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    if len(paths) == 1 and (paths[0] / "election.json").is_file():
        return _write(Opened(paths[0]), writer, wanted, target, None)
    with tempfile.TemporaryDirectory(prefix=".convert-", dir=target.parent) as folder:
        space = Workspace.create(Path(folder) / "election")
        ingested = ingest(space, list(paths), named=named, jobs=jobs, progress=progress or Silent())
        return _write(Opened(space.root), writer, wanted, target, ingested)


def _refuse_taken(target: Path) -> None:
    if target.is_dir() and not any(target.iterdir()):
        return
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} is there already: choose another name, or remove it first")


def _write(opened: Opened, writer: Writer, wanted: Wanted, target: Path, ingested: Ingested | None) -> Converted:
    if writer.whole and wanted.titles:
        raise UsageError(f"{writer.title} are written whole: --contest is for formats of contests")
    if writer.level in ("cards", "profiles"):
        _let_undecided_in(opened)
    material = Gathered(opened, writer, wanted.titles, wanted.date)
    if not any(material.survey[table] for table in writer.needs):
        raise UsageError(f"{writer.title} is made of {' or '.join(writer.needs)}, and there are none")
    if writer.dated and not material.date:
        raise UsageError(f"{writer.title} states a date, and no source gives the election's: --date YYYY-MM-DD")
    losses = tuple(sorted(losses_of(material, writer), key=lambda loss: not loss.grave))
    if any(loss.grave for loss in losses) and not wanted.allow_loss:
        raise LostVotesError(writer, losses)
    # A manifest or a turnout is of no contest, and worth writing where the format has a place for it.
    alone = any(material.survey[table] for table in ("manifest", "turnout") if table in writer.needs)
    if writer.level != "tables" and not writer.whole and not material.contests and not alone:
        raise UsageError(f"there is no contest that {writer.title} can hold")
    with tempfile.TemporaryDirectory(prefix=".convert-", dir=target.parent) as folder:
        made = Path(folder) / "made"
        made.mkdir()
        writer.write(material, made)
        files = _publish(made, target)
    return Converted(writer, files, losses, material.left_out, ingested)


def _let_undecided_in(opened: Opened) -> None:
    """Give contests whose rule a person has still to decide to a writer of votes as cast: it counts nothing.

    Their marks are held by the form alone, as a contest of marks; no rule is written into any file.
    """
    found, without = contests_of(opened.engine, opened.election.decisions, undecided="plurality")
    opened.contests = found
    opened.without = tuple(NotCounted(title, reason) for title, reason in without.items())


def _publish(made: Path, target: Path) -> tuple[Path, ...]:
    """Move what was written into place, at once; return the files in name order."""
    files = sorted(path for path in made.rglob("*") if path.is_file())
    if len(files) == 1 and target.suffix.lower() == files[0].suffix and not target.is_dir():
        files[0].rename(target)
        return (target,)
    if target.is_dir():
        target.rmdir()
    shutil.move(made, target)
    target.chmod(0o755)
    return tuple(target / path.relative_to(made) for path in files)


def losses_of(material: Gathered, writer: Writer) -> Iterator[Loss]:
    """Yield everything that the records hold and files of this format will not, grave or not.

    Raises `UsageError` for what cannot be written at all: two names that become one, a contest twice on a card.
    """
    _refuse_impossible(material, writer)
    yield from material.refused
    for feature in writer.owed:
        written = feature.name == "reported" and writer.level == "figures" and not material.recounted
        count = material.survey.get(feature.name, 0)
        if count and feature.name not in writer.holds and not written:
            yield Loss(feature.words, count, feature.grave)
    if writer.level in ("cards", "profiles"):
        yield from _votes_lost(material, writer)
    changed = [name for name in _names(material, writer) if writer.named(name) != name]
    if changed:
        yield Loss("line breaks, runs of blanks or characters of names that the format cannot hold", len(changed))
    yield from writer.more(material)


def _names(material: Gathered, writer: Writer) -> Iterator[str]:
    if writer.level in ("cards", "figures"):
        yield material.name
    for terms in material.contests:
        yield terms.contest.title
        yield from (choice.name for choice in terms.contest.choices)


def _refuse_impossible(material: Gathered, writer: Writer) -> None:
    if writer.level == "tables" or writer.whole:
        return
    if twice := material.survey["twice"]:
        raise UsageError(f"{twice:,} times a contest stands twice on one card: {writer.title} holds it once")
    titles = Counter(writer.named(terms.contest.title) for terms in material.contests)
    for name, times in titles.items():
        if times > 1:
            raise UsageError(f"{times} contests would have the one title {name!r} as {writer.title}")
    for terms in material.contests:
        for name, times in Counter(writer.named(choice.name) for choice in terms.contest.choices).items():
            if times > 1:
                raise UsageError(f"{terms.contest.title!r}: {times} choices would have the one name {name!r}")


def _votes_lost(material: Gathered, writer: Writer) -> Iterator[Loss]:
    """Yield how many votes would be read as others, by the reason: counted under the contest's own interpretation."""
    reasons: Counter[str] = Counter()
    for at, terms in enumerate(material.contests):
        for number, cards, _ in material.counts(at):
            pattern = material.ways[number].pattern
            if _reading(terms.contest, pattern) != _reading(terms.contest, writer.back(terms, pattern)):
                reasons[_reason(terms.contest, pattern)] += cards
    for reason, cards in sorted(reasons.items()):
        yield Loss(f"votes that would be read as others: {reason}", cards, grave=True)


def _reading(contest: Contest, pattern: Pattern) -> object:
    """Return what the counting rules see of a pattern: equal readings are equal votes, whatever the rule."""
    if any(mark.score is not None for mark in pattern.marks):
        return sorted((m.choice, m.rank, m.score or 0, m.is_vote is not False, m.is_ambiguous) for m in pattern.marks)
    if not contest.ranks:
        return read_marks(contest, pattern)
    ranks = ranking(contest, pattern)
    return is_invalid(pattern), ranks, not ranks and states_overvoted_rank(pattern)


def _reason(contest: Contest, pattern: Pattern) -> str:
    clear = [mark for mark in pattern.marks if not mark.is_ambiguous]
    ranks = Counter(mark.rank for mark in clear)
    if is_invalid(pattern):
        return "the voting system declared the contest invalid on the card"
    if any(mark.score is not None for mark in pattern.marks):
        return "marks carry scores"
    if pattern.overvoted_ranks:
        return "a rank is overvoted and the export does not say by whom"
    if not contest.ranks:
        names = Counter(mark.choice for mark in clear)
        if any(times > 1 for times in names.values()):
            return "one voter wrote in several names, which stand for one choice"
        return "overvoted, and the export does not say by whom" if not clear else "its flags say which marks count"
    if any(times > 1 for times in ranks.values()):
        return "several choices at one rank"
    if len({mark.choice for mark in clear}) < len(clear):
        return "one choice at several ranks"
    return "a rank left empty before others" if clear else "overvoted, and the export does not say by whom"
