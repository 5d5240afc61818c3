"""plan, assertions: what an audit would claim, and what it would take."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from faircount.cli.audit_options import designing, fraction, wish_of
from faircount.cli.console import Console
from faircount.cli.options import in_workspace, speaking, threads
from faircount.model import Answer


@click.command()
@click.argument("contests", nargs=-1, metavar="[CONTEST…]")
@designing
@threads
@in_workspace
@speaking
def assertions(
    contests: tuple[str, ...], threads: int | None, workspace: Path, console: Console, **options: Any
) -> None:
    """Print what an audit would claim of the paper, claim by claim, and what the claims imply.

    \b
    Examples: faircount assertions
              faircount assertions mayor --risk-limit 10%
              faircount assertions --design polling
    """
    from faircount.app.auditing.planning import claim_rows
    from faircount.app.auditing.preparing import prepare
    from faircount.app.opened import Opened
    from faircount.audit.forms import subject_json

    prepared = prepare(Opened(workspace, threads), wish_of(options, contests), console.progress())
    if console.machine:
        shown = [one for one in prepared.commitment.subjects if one.audited or not contests]
        console.document(
            {
                "contests": [subject_json(one) for one in shown],
                "not_audited": [{"contest": one.title, "reason": one.reason} for one in prepared.without],
                "remarks": list(prepared.remarks),
            }
        )
        return
    rows = tuple(
        (one.contest, one.assertion.claim, share(one.margin / one.assertion.assorter.upper), one.cards)
        for one in claim_rows(prepared)
        if one.subject.audited or not contests
    )
    console.rows(Answer(("contest", "claim", "margin (v/u)", "cards, if none shows an error"), rows))
    for one in prepared.commitment.subjects:
        if one.audited or not contests:
            console.say(f"{one.contest.title}: the claims imply {_implies(one.implies)}: {one.words}")
    for remark in prepared.remarks:
        console.say(remark)
    for lost in prepared.without:
        console.say(f"NOT CHECKED: {lost.title}: {lost.reason}")


def _implies(word: str) -> str:
    return {"outcome": "the outcome", "part": "a part of the outcome", "nothing": "nothing"}[word]


def share(number: Fraction) -> str:
    """Return a margin for a person: 1.67 %."""
    return f"{100 * float(number):.4g} %"


@click.command()
@click.argument("contests", nargs=-1, metavar="[CONTEST…]")
@click.option("--risk-limit", default="5%", callback=fraction, metavar="SHARE", help="Default: 5%.")
@click.option("--over", type=click.FloatRange(0, 1), default=0.001, show_default=True, help="Assumed share of "
              "cards whose record overstates the margin by one vote.")  # fmt: skip
@click.option("--percent", type=click.Choice(["50", "70", "80", "90", "95"]), default="90", show_default=True,
              help="Of 100 such audits, how many this is enough for.")  # fmt: skip
@click.option("--pool", multiple=True, metavar="GROUP", help="A counting group whose cards cannot be matched.")
@click.option("--price", "prices", multiple=True, metavar="NAME=NUMBER", help="A time, number or pay of yours in place "
              "of the one assumed, such as minutes_a_card=1.5; --prices lists them.")  # fmt: skip
@click.option("--prices", "list_prices", is_flag=True, help="List every time, number and pay, and where it is from.")
@click.option(
    "--what-if", is_flag=True, help="Say besides what other risk limits, and each contest left out, would take."
)
@threads
@in_workspace
@speaking
def plan(
    contests: tuple[str, ...], risk_limit: Fraction, over: float, percent: str, pool: tuple[str, ...], what_if: bool,
    prices: tuple[str, ...], list_prices: bool, threads: int | None, workspace: Path, console: Console,
) -> None:  # fmt: skip
    """Compare ways to audit: cards, containers, people and hours, and which to choose.

    \b
    Examples: faircount plan
              faircount plan mayor governor --risk-limit 10% --what-if
              faircount plan --price minutes_a_card=1.5 --price boards=4 --prices
    """
    from faircount.app.auditing.planning import plan_of
    from faircount.app.opened import Opened
    from faircount.audit.planning import SOURCES, prices_of, sources_of
    from faircount.audit.planning.advice import advise, by_risk_limit, without_each

    paid = prices_of(prices)
    priced = tuple((name, getattr(paid, name), sources_of(paid)[name]) for name in SOURCES)
    if list_prices:
        console.rows(Answer(("price", "value", "from"), priced))
        return
    opened = Opened(workspace, threads)
    made = plan_of(opened, contests, risk_limit, over, int(percent), pool, console.progress(), paid)
    found = advise(made)
    others = (*by_risk_limit(made), *(without_each(made) if len(made.contests) > 1 else ())) if what_if else ()
    rows = tuple(
        (one.design, "yes" if one.possible else "needs " + " and ".join(one.missing), round(one.work.cards),
         round(one.work.batches), round(one.cost.people_hours), round(one.cost.days, 1), round(one.cost.money))
        for one in found.table
    )  # fmt: skip
    heads = ("design", "possible", "cards to pull", "containers to open", "hours of people", "days", "cost")
    if console.machine:
        console.document(
            {
                "recommended": found.design, "reasons": list(found.reasons), "would_change": list(found.changes),
                "designs": [dict(zip(heads, row, strict=True)) | {"draws": dict(one.sizes)}
                            for row, one in zip(rows, found.table, strict=True)],
                "prices": [{"name": name, "value": value, "from": where} for name, value, where in priced],
                "what_if": [{"question": one.question, "design": one.best.design,
                             "hours": round(one.best.cost.people_hours)} for one in others],
            }
        )  # fmt: skip
        return
    console.rows(Answer(heads, rows))
    best = next(one for one in found.table if one.design == found.design)
    console.rows(Answer(("contest", f"draws by {best.design}"), best.sizes))
    for line in (*found.reasons, *found.changes):
        console.say(line)
    if others:
        console.rows(Answer(("if", "then", "hours of people"), tuple(
            (one.question, one.best.design, round(one.best.cost.people_hours)) for one in others)))  # fmt: skip
