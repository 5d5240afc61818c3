"""recount --by, --every-outcome and --close: a count in its parts, what ties could change, and how few cards could."""

from typing import Any

from faircount.cli.console import Console
from faircount.model import Answer, ContestResult, NotCounted, UsageError


def show_parts(
    console: Console, opened: Any, results: tuple[ContestResult, ...], missing: tuple[NotCounted, ...],
    by: tuple[str, ...], every: bool, close: bool,
) -> int:  # fmt: skip
    """Print the slices of each contest, every outcome of its ties, or how close it was, and return the exit code."""
    if close:
        return _show_close(console, opened, results, missing)
    from faircount.app.reporting import number
    from faircount.app.slicing import slices
    from faircount.count import RULES
    from faircount.count.outcomes import every_outcome

    rows: list[tuple[Any, ...]] = []
    lost = list(missing)
    for one in results:
        names = [choice.name for choice in one.contest.choices]
        try:
            if every:
                found = every_outcome(RULES[one.contest.rule], one.contest, opened.profiles[one.title])
                for possible in found.possible:
                    chosen = possible.elected or possible.advancing
                    record = "; ".join(names[c] for c in possible.record)
                    rows.append((one.title, possible.verdict, "; ".join(names[c] for c in chosen), record,
                                 possible.ways, found.complete))  # fmt: skip
                continue
            for part in slices(opened, one, by):
                place = tuple(value for _, value in part.units)
                for at, stage in enumerate(part.rounds, 1):
                    told = [*zip(names, stage.votes, strict=True), *((f"({c})", n) for c, n in stage.inactive)]
                    rows += [(one.title, *place, at, name, number(votes)) for name, votes in told]
        except UsageError as error:
            lost.append(NotCounted(one.title, str(error)))
    columns = ("contest", "verdict", "chosen", "ties decided for", "ways", "complete") if every else (
        "contest", *by, "round", "choice", "votes")  # fmt: skip
    console.rows(Answer(columns, tuple(rows)))
    for gone in lost:
        console.say(f"NOT COUNTED: {gone.title}: {gone.reason}")
    return 2 if lost and not rows else 0


EXAMPLES = 3
"""Changes of an example that are shown; a machine gets all."""


def _show_close(
    console: Console, opened: Any, results: tuple[ContestResult, ...], missing: tuple[NotCounted, ...]
) -> int:  # fmt: skip
    """Print how many cards would have to be different for another outcome, and return the exit code."""
    from faircount.app.closeness import near

    rows: list[tuple[Any, ...]] = []
    lost = list(missing)
    for one in results:
        try:
            it = near(opened, one)
        except UsageError as error:
            lost.append(NotCounted(one.title, str(error)))
            continue
        found = it.found
        shown = it.example if console.machine else it.example[:EXAMPLES]
        more = len(it.example) - len(shown)
        example = "; ".join([*shown, *([f"and {more} more"] if more else [])])
        least = None if found.is_beyond_change else found.lower
        rows.append((one.title, one.contest.rule, found.cards, found.unit, least, found.upper, found.exact, example,
                     found.how))  # fmt: skip
    columns = ("contest", "rule", "all", "unit", "at least", "at most", "exact", "example", "how")
    console.rows(Answer(columns, tuple(rows)))
    for gone in lost:
        console.say(f"NOT COUNTED: {gone.title}: {gone.reason}")
    return 2 if lost and not rows else 0
