"""committees: who wins from approval ballots by rules of another project's library."""

from pathlib import Path
from typing import Any

import click

from faircount.cli.console import Console, exact
from faircount.cli.options import in_workspace, speaking, threads
from faircount.model import Answer, NotCounted


@click.command()
@click.argument("contests", nargs=-1, metavar="[CONTEST…]")
@click.option("--rule", "rules", multiple=True, default=("pav",), help="A rule, or several; default: pav.")
@click.option("--seats", type=click.IntRange(1), help="Seats to fill; default: the contest's own.")
@click.option("--rules", "listing", is_flag=True, help="List the rules and exit.")
@threads
@in_workspace
@speaking
def committees(
    contests: tuple[str, ...], rules: tuple[str, ...], seats: int | None, listing: bool, threads: int | None,
    workspace: Path, console: Console,
) -> int:  # fmt: skip
    """Elect committees from approval ballots, by the library abcvoting: another project's count, not faircount's.

    All committees that win are listed: more than one is a tie. Needs the extra: pip install 'faircount[committees]'.
    Marks count as the contest's votes allowed say; more than that overvote a card.

    \b
    Examples: faircount committees Board --rule pav --seats 3
              faircount committees Board --rule seqphragmen --rule equal-shares --json
              faircount committees --rules
    """
    from faircount.app.committees import committees as elect
    from faircount.app.committees import library

    if listing:
        console.rows(_rules(), "Rules of abcvoting that can be asked for")
        return 0
    used = library()
    from faircount.app.opened import Opened

    found, missing = elect(Opened(workspace, threads), contests, rules, seats or 0)
    if console.form == "json":
        console.document(_document(used, found, missing))
    else:
        console.rows(_committees(found))
    console.say(f"Counted by abcvoting {used}, a library of another project: not faircount's own count.")
    for title, given in dict.fromkeys((one.contest.title, one.approvals) for one in found):
        told = [exact(votes) for votes in (given.weight, given.blank, given.void)]
        console.say(f"{title}: {told[0]} ballots approve somebody; left out: {told[1]} blank, {told[2]} void")
    for one in found:
        title = f"{one.contest.title}, {one.rule.name}"
        if not one.complete:
            console.say(f"{title}: more committees win than the {len(one.winning):,} listed")
        elif len(one.winning) > 1:
            console.say(f"{title}: tie of {len(one.winning):,} committees: which one sits is for lot or law")
    for lost in missing:
        console.say(f"NOT COUNTED: {lost.title}: {lost.reason}")
    return 2 if missing and not found else 0


def _rules() -> Answer:
    from faircount.app.committees import COMMITTEE_RULES

    rows = tuple((rule.name, rule.title, rule.source) for rule in COMMITTEE_RULES.values())
    return Answer(("rule", "what it is", "source"), rows)


def _committees(found: tuple[Any, ...]) -> Answer:
    """Return a row for each winning committee."""
    rows = [
        (one.contest.title, one.rule.name, one.seats, number, "; ".join(_names(one, winning)))
        for one in found
        for number, winning in enumerate(one.winning, 1)
    ]
    return Answer(("contest", "rule", "seats", "winning committee", "members"), tuple(rows))


def _names(one: Any, winning: tuple[Any, ...]) -> list[str]:
    return [one.contest.name_of(choice) for choice in winning]


def _document(used: str, found: tuple[Any, ...], missing: tuple[NotCounted, ...]) -> dict[str, Any]:
    from faircount.app.reporting import number

    return {
        "counted_by": {"library": "abcvoting", "version": used},
        "contests": [
            {
                "contest": one.contest.title, "rule": one.rule.name, "algorithm": one.rule.algorithm,
                "source": one.rule.source, "seats": one.seats, "approving": number(one.approvals.weight),
                "blank": number(one.approvals.blank), "void": number(one.approvals.void),
                "tie": len(one.winning) > 1, "complete": one.complete,
                "committees": [_names(one, winning) for winning in one.winning],
            }
            for one in found
        ],
        "not_counted": [{"contest": one.title, "reason": one.reason} for one in missing],
    }  # fmt: skip
