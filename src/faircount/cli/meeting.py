"""meeting: a shareholders' meeting, proposal by proposal, each by each standard."""

from pathlib import Path
from typing import Any

import click

from faircount.cli.console import Console
from faircount.cli.options import exit_zero, in_workspace, speaking, threads
from faircount.model import Answer


@click.command()
@click.argument("proposals", nargs=-1, metavar="[PROPOSAL…]")
@click.option("--outstanding", type=click.IntRange(1), help="Votes of all shares entitled, where none are recorded.")
@click.option("--without", metavar="CSV", help="Accounts that the standards leave out: a CSV with the column account.")
@click.option("--directors", default="", metavar="WORD", help="Proposals whose title holds WORD are nominees.")
@click.option("--seats", type=click.IntRange(1), help="Seats of the board to fill; default: one a nominee.")
@exit_zero
@threads
@in_workspace
@speaking
def meeting(
    proposals: tuple[str, ...], outstanding: int | None, without: str | None, directors: str, seats: int | None,
    exit_zero: bool, threads: int | None, workspace: Path, console: Console,
) -> int:  # fmt: skip
    """Show a shareholders' meeting: votes, quorum, and what share they are by each standard.

    Figures are votes: shares times votes a share. A proposal has an outcome where a person recorded its standard:
    faircount decide PROPOSAL --rule proposal -O standard=… -O outstanding=…; otherwise it is NOT DECIDED. Exit 1 where
    an account instructs more shares than it holds, or rows were rejected.

    \b
    Examples: faircount meeting --outstanding 1000000
              faircount meeting "4. Ratify" --without interested.csv
              faircount meeting --directors "Elect" --seats 3
    """
    from faircount.app.meeting import accounts_in
    from faircount.app.meeting import meeting as show
    from faircount.app.opened import Opened

    apart = accounts_in(Path(without)) if without else ()
    found = show(
        Opened(workspace, threads), proposals, outstanding=outstanding or 0, without=apart, directors=directors,
        seats=seats or 0,
    )  # fmt: skip
    if console.form == "json":
        console.document(_document(found))
    elif console.form == "table":
        _tables(console, found)
    else:
        console.rows(_long(found))
    _say_what_is_open(console, found)
    return 1 if (found.over_voted or found.rejected) and not exit_zero else 0


def _say_what_is_open(console: Console, found: Any) -> None:
    """Say on stderr what the figures do not: what nobody decided, what was replaced, rejected, or over-instructed."""
    for one in found.proposals:
        if one.reason:
            console.say(f"{one.contest.title}: {one.verdict}: {one.reason}")
        if one.superseded:
            console.say(f"{one.contest.title}: {one.superseded:,} earlier instructions were replaced by later ones")
        if one.left_out and one.decided and one.standards and one.counted:
            stated = " ".join(f"-O {n}={v}" for n, v in one.counted.contest.options if n.startswith("interested_"))
            console.say(f"{one.contest.title}: to record what was left out: faircount decide PROPOSAL {stated}")
    if any(one.quorum == "NOT CHECKED" for one in found.proposals):
        console.say("Quorum: NOT CHECKED where votes outstanding are not stated: --outstanding VOTES")
    for lost in found.missing:
        console.say(f"NOT COUNTED: {lost.title}: {lost.reason}")
    for account in found.not_found:
        console.say(f"to be left out: {account}: no instruction of this account is here")
    for words in found.over_voted:
        console.say(f"MORE INSTRUCTED THAN HELD: {words}; counted as instructed, and a person decides")
    if not found.over_voted:
        console.say("More instructed than held: none told; accounts without a stated position are NOT CHECKED")
    if found.rejected:
        console.say(f"{found.rejected} rows were rejected and none of them counts: faircount rejected")


def _tables(console: Console, found: Any) -> None:
    for one in found.proposals:
        title = f"{one.contest.title}: {one.verdict}"
        console.table(_figures(one), title + (f"; quorum {one.quorum}" if one.quorum else ""))
        if one.standards:
            rows = [_mine(row, one) for row in one.standards.rows]
            console.table(Answer(("", *one.standards.columns), tuple(rows)))
    if found.directors:
        columns = (
            "nominee", "for", "against or withheld", "abstain", "broker non-votes", "for, of votes cast", "plurality",
            "majority policy triggered",
        )  # fmt: skip
        rows = [
            (d.title, d.votes, d.against, d.abstain, d.non_votes, d.share, d.outcome, d.policy) for d in found.directors
        ]
        console.table(Answer(columns, tuple(rows)), f"Directors: {found.seats} seats")


def _mine(row: tuple[Any, ...], one: Any) -> tuple[Any, ...]:
    """Return a row of standards with a sign at the proposal's own."""
    own = dict(one.counted.transcript.decisions)["standard"] if one.decided else ""
    return ("its own" if row[0] == own else "", *row)


def _figures(one: Any) -> Answer:
    """Return a row for all votes, one for each class, one for the accounts left out."""
    columns = (
        "votes of", *(choice.name for choice in one.contest.choices), "broker non-votes", "blank or void", "represented"
    )  # fmt: skip
    parts = [("all", one.figures), *((f"class {name or '(none)'}", part) for name, part in one.classes)]
    parts += [("(left out)", one.left_out)] if one.left_out else []
    return Answer(columns, tuple((name, *f.votes, f.non_votes, f.other, f.represented) for name, f in parts))


def _long(found: Any) -> Answer:
    rows: list[tuple[Any, ...]] = []
    for one in found.proposals:
        parts = [("all", one.figures), *((f"class {name}", part) for name, part in one.classes)]
        parts += [("left out", one.left_out)] if one.left_out else []
        for of, f in parts:
            told = list(zip((choice.name for choice in one.contest.choices), f.votes, strict=True))
            told += [("broker non-votes", f.non_votes), ("blank or void", f.other), ("represented", f.represented)]
            rows += [(one.contest.title, of, name, votes, "") for name, votes in told]
        rows += [
            (one.contest.title, "standard", str(row[0]), row[1], str(row[3])) for row in (one.standards or _NONE).rows
        ]
        rows.append((one.contest.title, "outcome", one.verdict, None, one.quorum))
    for d in found.directors:
        told = [("for", d.votes), ("against or withheld", d.against), ("abstain", d.abstain),
                ("broker non-votes", d.non_votes)]  # fmt: skip
        rows += [(d.title, "director", name, votes, "") for name, votes in told]
        rows.append((d.title, "outcome", d.outcome, None, f"majority policy triggered: {d.policy}"))
    return Answer(("proposal", "of", "what", "votes", "share"), tuple(rows))


_NONE = Answer((), ())


def _document(found: Any) -> dict[str, Any]:
    from faircount.app.reporting import number, result_json

    def told(contest: Any, f: Any) -> dict[str, Any]:
        votes = {choice.name: number(n) for choice, n in zip(contest.choices, f.votes, strict=True)}
        return {"votes": votes, "broker_non_votes": number(f.non_votes), "blank_or_void": number(f.other),
                "represented": number(f.represented)}  # fmt: skip

    return {
        "proposals": [
            {
                "proposal": one.contest.title, "decided": one.decided, "verdict": one.verdict, "quorum": one.quorum,
                "reason": one.reason, **told(one.contest, one.figures),
                "classes": {name: told(one.contest, part) for name, part in one.classes},
                "left_out": told(one.contest, one.left_out) if one.left_out else None,
                "superseded": one.superseded,
                "standards": [
                    {"standard": row[0], "for": number(row[1]), "part_of": number(row[2]), "share": row[3]}
                    for row in (one.standards.rows if one.standards else ())
                ],
                "counted": result_json(one.counted) if one.counted and one.decided else None,
            }
            for one in found.proposals
        ],
        "directors": [
            {"nominee": d.title, "for": number(d.votes), "against_or_withheld": number(d.against),
             "abstain": number(d.abstain), "broker_non_votes": number(d.non_votes), "share": d.share,
             "outcome": d.outcome, "policy_triggered": d.policy}
            for d in found.directors
        ],
        "seats": found.seats,
        "not_counted": [{"contest": one.title, "reason": one.reason} for one in found.missing],
        "over_voted": list(found.over_voted),
        "rejected": found.rejected,
        "accounts_not_found": list(found.not_found),
    }  # fmt: skip
