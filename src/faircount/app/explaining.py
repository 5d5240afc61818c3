"""Published figures of one contest against counts of its ballots: which settings give them, where a table departs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from faircount.app.opened import Opened, RuleChange
from faircount.app.progress import Progress, Silent
from faircount.app.published import published_in, read_published
from faircount.app.recounting import recount
from faircount.count.explaining import Explanation, combinations, explain, plausible
from faircount.count.transcript_check import Checked, check
from faircount.model import Contest, Profile, UsageError


def explain_results(
    opened: Opened, asked: str, file: Path | None, change: RuleChange | None = None,
    vary: Mapping[str, Sequence[str]] | None = None, progress: Progress | None = None,
) -> Explanation:  # fmt: skip
    """Say which settings give the published figures of the contest `asked` names: those of `file`, or the folder's.

    Decisions that `change` states are fixed; `vary` puts other values in place of those usually tried. Raises
    `UsageError` where `asked` fits no contest, or several, and where nothing is published.
    """
    contest, profile = one_contest(opened, asked, change)
    if file is not None:
        published = read_published(file)
    else:
        results, missing = recount(opened, (contest.title,), change)
        if not results:
            raise UsageError(f"NOT COUNTED: {contest.title}: {missing[0].reason}")
        published = published_in(opened, results[0])
    figures = published.figures(contest)
    fixed = {name: (value,) for name, value in (change.options if change else ())}
    varied = plausible(contest, {**fixed, **(vary or {})})
    progress = progress or Silent()
    progress.start("counting", combinations(varied), "settings")
    found = explain(contest, profile, figures, varied, progress.advance)
    progress.finish()
    return found


def check_official(opened: Opened, asked: str, file: Path, change: RuleChange | None = None) -> Checked:
    """Hold the official table of rounds in `file` against the count of the contest that `asked` names."""
    contest, profile = one_contest(opened, asked, change)
    return check(contest, profile, read_published(file).official(contest))


def one_contest(opened: Opened, asked: str, change: RuleChange | None) -> tuple[Contest, Profile]:
    """Return the one contest meant, under `change`, and its ballots. Raises `UsageError` for none or several."""
    titles = opened.chosen((asked,))
    if len(titles) > 1:
        raise UsageError(f"{asked!r} fits {len(titles)} contests: " + "; ".join(titles[:5]))
    [title] = titles
    if title not in opened.contests:
        reason = next(one.reason for one in opened.without if one.title == title)
        raise UsageError(f"NOT COUNTED: {title}: {reason}")
    contest = opened.contests[title]
    return (change.applied(contest) if change else contest), opened.profiles.get(title, Profile((), (), ()))
