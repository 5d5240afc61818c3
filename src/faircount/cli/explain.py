"""explain: how an audit came to its answer, card by card."""

from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from faircount.cli.audit_options import designing, log_url, wish_of
from faircount.cli.console import Console
from faircount.cli.options import in_workspace, speaking, threads
from faircount.model import Answer, UsageError
from faircount.model.explained import ContestTold, UnitTold


@click.command()
@click.argument("what", metavar="CONTEST|UNIT")
@click.option("--claim", type=click.IntRange(1), help="Show the draws for this claim; default: the hardest one.")
@click.option(
    "--draws", type=click.IntRange(0), default=20, show_default=True, help="How many of the last draws to show."
)
@click.option("-o", "--output", metavar="FILE", help="Write the page of the contest, with up to 5,000 draws on it.")
@click.option("--language", default="en", help="Language of the page.")
@designing
@log_url
@threads
@in_workspace
@speaking
def explain(
    what: str, claim: int | None, draws: int, output: str | None, language: str, url: str, threads: int | None,
    workspace: Path, console: Console, **options: Any,
) -> int:  # fmt: skip
    """Show how an audit came to its answer: a contest claim by claim and draw by draw, or all that was read of a card.

    Before an audit was begun, show what it would claim of the contest and how many cards would do; the options of
    --design, --risk-limit and so on say of which kind it would be, and count for nothing once it is begun.

    \b
    Examples: faircount explain mayor
              faircount explain mayor --claim 3 --draws 100
              faircount explain mayor -o mayor.html
              faircount explain "1002-1, 28"
    """
    from faircount.app.auditing.explaining import Explanations
    from faircount.app.auditing.explaining_units import is_unit, unit_told
    from faircount.app.auditing.held import opened_audit
    from faircount.app.opened import Opened

    opened = Opened(workspace, threads)
    if not (workspace / "log").is_dir():
        titles = opened.chosen((what,))
        if len(titles) > 1:
            raise UsageError(f"{what!r} fits {len(titles)} contests: {'; '.join(titles[:5])}")
        found = Explanations.before(opened, wish_of(options, titles), progress=console.progress())
        return _show(console, found.contest(found.named(titles[0])), claim, draws, None, output)
    with opened_audit(workspace, url) as held:
        found = Explanations.of_audit(held, opened)
        if is_unit(held, what):
            if output:
                raise click.UsageError("-o writes the page of a contest, not of one card")
            return _show_unit(console, unit_told(held, found, what))
        told = found.contest(found.named(what))
        page = _page(held, told, language) if output else None
    return _show(console, told, claim, draws, page, output)


def _page(held: Any, told: ContestTold, language: str) -> str:
    from faircount.app.auditing.publishing import contest_page

    return contest_page(held, told, language)


def _show(
    console: Console, told: ContestTold, claim: int | None, draws: int, page: str | None, output: str | None
) -> int:  # fmt: skip
    if output:
        if page is None:
            raise UsageError("no audit was begun, and a page shows one: faircount commit")
        Path(output).write_text(page, encoding="utf-8")
        console.say(f"page: {output}")
    if claim is not None and claim > len(told.claims):
        raise UsageError(f"{told.title} has {len(told.claims)} claims; there is no claim {claim}")
    if console.machine:
        console.document(plain(told))
        return 0
    _show_claims(console, told)
    number = claim or told.hardest or _last(told)
    if number and told.claims[number - 1].rows:
        _show_draws(console, told, number, draws)
    return 0


def _show_claims(console: Console, told: ContestTold) -> None:
    console.out(f"{told.title}: {told.reported}; {told.decision}")
    console.out(told.outlook)
    console.out(f"The claims imply {_IMPLIED[told.implies]}: {told.words}")
    rows = tuple(
        (one.number, one.claim, f"{100 * float(one.margin):.4g} %", one.alone, len(one.rows), one.risk or None,
         "yes" if one.is_confirmed else "no")
        for one in told.claims
    )  # fmt: skip
    heads = ("claim", "what is claimed", "margin", "draws needed without error", "draws", "risk", "confirmed")
    console.rows(Answer(heads, rows))
    near = told.near
    console.out(near.words if near.status == "KNOWN" else f"What would change the answer: NOT CHECKED: {near.words}")
    for example in near.examples[:3]:
        console.out(f"  {example}")
    if told.tree is not None:
        crossed = "all are crossed out" if not told.tree.open else f"not crossed out: {' → '.join(told.tree.open)}"
        console.out(f"Orders of exclusion with another winner: {told.tree.shown:,} branches; {crossed}.")


_IMPLIED = {"outcome": "the outcome", "part": "a part of the outcome", "nothing": "nothing"}


def _last(told: ContestTold) -> int | None:
    """Return the claim with the largest risk, where all are confirmed."""
    drawn = [(one.rows[-1].least, -one.number) for one in told.claims if one.rows]
    return -max(drawn)[1] if drawn else None


def _show_draws(console: Console, told: ContestTold, number: int, draws: int) -> None:
    one = told.claims[number - 1]
    heads = ("draw", "unit", "what was seen", "value", "bet", "T", "risk", "smallest so far")
    pairs = list(zip(told.draws, one.rows, strict=True))

    def cells(draw: Any, row: Any) -> tuple[Any, ...]:
        return (draw.number, draw.unit, row.sentence, f"{float(row.value):.6g}", _short(row.bet), _short(row.wealth),
                _short(row.risk), _short(row.least))  # fmt: skip

    differing = tuple(cells(draw, row) for draw, row in pairs if draw.differs)
    if console.form != "table":
        return
    if differing:
        console.table(Answer(heads, differing), f"claim {number}: draws on which record and paper differ")
    last = tuple(cells(draw, row) for draw, row in (pairs[-draws:] if draws else ()))
    if last:
        console.table(Answer(heads, last), f"claim {number}: the last {len(last):,} of {len(pairs):,} draws")


def _short(number: float | None) -> str:
    return "" if number is None else f"{number:.4g}"


def _show_unit(console: Console, told: UnitTold) -> int:
    if console.machine:
        console.document(plain(told))
        return 0
    drawn = f"drawn in round {told.drawn_in}" if told.drawn_in else "not drawn"
    console.out(f"{told.unit}: {drawn}{f', ticket {told.ticket}' if told.ticket else ''}. {told.state}")
    console.rows(Answer(("contest", "on record", "on paper"), told.contests))
    if console.form != "table":
        return 0
    rows = tuple(
        (one.act, one.kind, one.by, one.at, title, words, "yes" if one.counts else "no", _why(one))
        for one in told.readings
        for title, words in (one.contests or (("", "not found" if not one.found else ""),))
    )
    if rows:
        console.table(Answer(("act", "kind", "by", "at", "contest", "read", "counts", "why"), rows), "What people read")
    if told.effects:
        console.table(Answer(("contest", "claim", "what it did"), told.effects), "What it did to claims")
    return 0


def _why(one: Any) -> str:
    return f"{one.reason}; approved by {one.approved_by}" if one.approved_by else str(one.reason)


def plain(value: Any) -> Any:
    """Return a noun as JSON: its fields by name, fractions as text in lowest terms so that nothing is rounded."""
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return plain(asdict(value)) if hasattr(value, "__dataclass_fields__") else value
