"""Count as a configuration of RCTab says, and write the reports that RCTab would write."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from faircount.app.rctab.ballots import read_ballots
from faircount.app.rctab.config import Config, read_config
from faircount.app.rctab.contest import contest_of
from faircount.app.rctab.report import Report, passes_of, summary
from faircount.count import RULES
from faircount.model import Contest, Profile, Transcript, UsageError

SLICES = {"precinct": "Tabulate by Precinct", "batch": "Tabulate by Batch"}
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Tabulated:
    """A contest counted: the transcript, and its reports by the names of their files, `/` between folders."""

    config: Config
    contest: Contest
    profile: Profile
    transcript: Transcript
    summaries: tuple[Report, ...]
    """One, or one a seat where each is filled by a count of its own."""
    files: Mapping[str, Report]
    notes: tuple[str, ...]


def tabulate(path: Path, changes: Mapping[str, str] | None = None) -> Tabulated:
    """Count as the configuration at `path` says; `changes` are named decisions of the rule to count by instead.

    Raises `BadInputError` for what is wrong with the configuration or a file that it names, and `UsageError` where a
    tie has to be decided by somebody, or nobody can be elected.
    """
    config = read_config(path)
    ballots = read_ballots(config)
    contest = contest_of(config, ballots.deepest, changes or {})
    profile, rule = ballots.profile(contest), RULES[contest.rule]
    transcript = rule.count(contest, profile)
    _refuse_open(contest, transcript)
    made = passes_of(contest, transcript, transcript.rounds)
    summaries = tuple(summary(config, contest, one, profile.total_cards) for one in made)
    files = dict(zip(_names("summary", len(made)), summaries, strict=True))
    for unit, folder in SLICES.items():
        if not (config.by_precinct if unit == "precinct" else config.by_batch):
            continue
        if rule.follow is None:
            raise UsageError(f"rule {rule.name} has no figures for a {unit}: it rounds the figures of the whole")
        for name, part in ballots.slices(contest, unit).items():
            rounds = passes_of(contest, transcript, rule.follow(contest, part, transcript))
            stem = _free(f"{folder}/{_UNSAFE.sub('_', name)}_{unit}_summary", files)
            reports = (summary(config, contest, one, part.total_cards, (unit, name)) for one in rounds)
            files.update(zip(_names(stem, len(rounds)), reports, strict=True))
    notes = []
    if ballots.invalid:
        notes.append(f"ballots left out, which the voting system declares invalid, as RCTab does: {ballots.invalid:,}")
    if config.rules.minimum and "minimum" not in dict(contest.options):
        notes.append(_unapplied(config.rules.minimum, {option.name for option in rule.options}))
    return Tabulated(config, contest, profile, transcript, summaries, files, tuple(notes))


def _unapplied(minimum: int, options: set[str]) -> str:
    """Say that the configuration's minimum was not applied, and how it can be."""
    applied = f"; -O minimum={minimum} applies it" if "minimum" in options else ""
    return f"minimumVoteThreshold {minimum} is not applied: RCTab 2.0.1 has it in its files and never reads it{applied}"


def write_reports(done: Tabulated, folder: Path) -> tuple[Path, ...]:
    """Write every report below `folder` and return the files. Raises `UsageError` where that cannot be done."""
    written = []
    try:
        for name, report in done.files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(as_text(report), encoding="utf-8")
            written.append(target)
    except OSError as error:
        raise UsageError(f"the reports cannot be written to {folder}: {error.strerror or error}") from error
    return tuple(written)


def as_text(report: object) -> str:
    """Return a report as RCTab lays it out: JSON, two blanks a level."""
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def _names(stem: str, reports: int) -> list[str]:
    if reports == 1:
        return [f"{stem}.json"]
    return [f"{stem}_{number}.json" for number in range(1, reports + 1)]


def _free(stem: str, files: Mapping[str, Report]) -> str:
    """Return `stem`, numbered where another name has become the same file name, also where case plays no part."""
    taken = {name.lower() for name in files}
    number = 1
    found = stem
    while any(f"{found}{end}".lower() in taken for end in (".json", "_1.json")):
        number += 1
        found = f"{stem}_{number}"
    return found


def _refuse_open(contest: Contest, transcript: Transcript) -> None:
    last = transcript.rounds[-1] if transcript.rounds else None
    if transcript.verdict == "tie" and last is not None:
        names = ", ".join(contest.name_of(c) for c in last.tied)
        option = "tie_then" if dict(contest.options).get("tie") in ("previous-rounds", "first-rounds") else "tie"
        raise UsageError(
            f"{contest.title}: round {len(transcript.rounds)} has a tie that nobody has decided ({names}); say who was "
            f"picked: -O {option}=recorded -O 'tie_record=[\"…\"]'"
        )
    if last is not None and transcript.verdict == "stopped" and last.note and not last.excluded:
        raise UsageError(f"{contest.title}: {last.note}")
    if last is None or transcript.verdict == "no votes":
        raise UsageError(f"{contest.title}: no ballot counts for anybody, so nobody is elected")
