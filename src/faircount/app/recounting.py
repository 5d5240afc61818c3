"""Count every contest from the cast vote records, each under its rule."""

from collections.abc import Iterable

from faircount.app.opened import Opened, RuleChange
from faircount.app.progress import Progress, Silent
from faircount.count import RULES
from faircount.model import (
    CardCount,
    Contest,
    ContestResult,
    FaircountError,
    NotCounted,
    Profile,
    VoteCount,
    name_key,
)  # fmt: skip

REPORTED_TOTALS = """
with v as (select source, claim, contest, choice, count, jurisdiction is not null as j, precinct is not null as p,
                  counting_group is not null as g
             from reported where measure = 'votes'),
     levels as (select source, claim, contest, choice, p, g, j, sum(count) as votes from v group by all),
     ranked as (select *, row_number() over (partition by contest, choice order by source, claim, p, j, g) as first
                  from levels)
select contest, choice, votes from ranked where first = 1 order by contest, choice
"""
"""Official votes by contest and choice: the coarsest level that a source gives, of the first source that has any."""


def recount(
    opened: Opened, titles: tuple[str, ...] = (), change: RuleChange | None = None, progress: Progress | None = None
) -> tuple[tuple[ContestResult, ...], tuple[NotCounted, ...]]:
    """Return the contests counted, and those that were not with the reason, both in the order of the sources.

    Raises `UsageError` when a title is asked for that no contest has, or a rule that does not exist.
    """
    progress = progress or Silent()
    if change and change.rule:
        _ = RULES[change.rule]  # a word that was typed wrong is not a fault of each contest
    chosen = opened.chosen(titles)
    reported = _Reported(opened)
    results: list[ContestResult] = []
    missing = [one for one in opened.without if one.title in chosen]
    profiles = opened.profiles
    counted = [title for title in chosen if title in opened.contests]
    progress.start("counting", len(counted), "contests")
    for title in counted:
        contest = opened.contests[title]
        contest = change.applied(contest) if change else contest
        profile = profiles.get(title, Profile((), (), ()))
        try:
            results.append(result(contest, profile, reported.of(contest)))
        except FaircountError as error:
            missing.append(NotCounted(title, str(error)))
        progress.advance(1)
    progress.finish()
    return tuple(results), tuple(missing)


def result(contest: Contest, profile: Profile, reported: tuple[VoteCount | None, ...] = ()) -> ContestResult:
    """Count one contest. Raises what its rule raises when it cannot count it."""
    rule = RULES[contest.rule]
    transcript = rule.count(contest, profile)
    return ContestResult(
        contest=contest,
        cards=CardCount(profile.total_cards),
        weight=profile.total_weight,
        transcript=transcript,
        margin=rule.margin(contest, transcript),
        reported=reported,
    )


class _Reported:
    """Official votes, found by exact name first and by name without case, accents and punctuation next."""

    def __init__(self, opened: Opened) -> None:
        self.exact: dict[str, dict[str, int]] = {}
        for title, choice, votes in opened.engine.ask(REPORTED_TOTALS).rows:
            self.exact.setdefault(title, {})[choice] = int(votes)
        self.keyed = {name_key(title): found for title, found in self.exact.items()}

    def of(self, contest: Contest) -> tuple[VoteCount | None, ...]:
        found = self.exact.get(contest.title) or self.keyed.get(name_key(contest.title))
        if not found:
            return ()
        keyed = {name_key(choice or ""): votes for choice, votes in found.items()}
        names: Iterable[str] = (choice.name for choice in contest.choices)
        return tuple(found.get(name, keyed.get(name_key(name))) for name in names)
