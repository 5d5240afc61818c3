"""seats, electors: what follows from several districts together."""

from pathlib import Path
from typing import Any

import click

from faircount.cli.console import Console
from faircount.cli.options import in_workspace, speaking, threads
from faircount.cli.presets import changed
from faircount.model import Answer, UsageError

ALL = "all districts"


@click.command()
@click.argument("contests", nargs=-1, metavar="[CONTEST…]")
@click.option("--rule", default="", help="Share out under this rule: highest-averages, largest-remainder, …")
@click.option("--preset", default="", help="Share out under this law: a rule with its decisions.")
@click.option("--seats", "places", type=click.IntRange(1), help="Seats of each district instead.")
@click.option("-O", "--option", "options", multiple=True, metavar="NAME=VALUE", help="A named decision of the rule.")
@click.option("--same", metavar="CSV", help="Which names are one list: a CSV with the columns name and list.")
@threads
@in_workspace
@speaking
def seats(
    contests: tuple[str, ...], rule: str, preset: str, places: int | None, options: tuple[str, ...],
    same: str | None, threads: int | None, workspace: Path, console: Console,
) -> int:  # fmt: skip
    """Share seats out in every district, and sum them by list: from cards, or from reported totals where no card is.

    Districts are the contests that a rule of lists counts, or those whose title holds CONTEST. Where a results file
    states seats or totals of the whole, they stand beside the sums. Exit 1 where they differ.

    \b
    Examples: faircount seats
              faircount seats --rule largest-remainder -O threshold=1/20
              faircount seats --preset belgium-chamber --same lists.csv
    """
    from faircount.app.opened import Opened
    from faircount.app.seats import as_reported, chamber, same_lists

    change = changed(rule, preset, places, _decisions(options))
    named = same_lists(Path(same)) if same else {}
    found = chamber(Opened(workspace, threads), contests, change, named, console.progress())
    differ = [one for one in found.districts if as_reported(one) is False]
    if console.form == "json":
        console.document(_document(found))
    elif console.form == "table":
        console.table(_districts(found), "Districts")
        console.table(_lists(found), f"{found.seats:,} seats")
    else:
        console.rows(_long(found))
    for one in found.districts:
        if one.tied:
            console.say(f"{one.contest.title}: tie: {', '.join(one.tied)}: {one.unassigned} seats are nobody's")
    for one in differ:
        console.say(f"{one.contest.title}: seats differ from those reported")
    for gap in found.differences:
        told = "not reported" if gap.reported is None else f"{gap.reported:,} reported"
        console.say(f"{gap.whole}, {gap.name}: {gap.measure}: {told}, the districts sum to {gap.found:,}")
    if found.differences and not same:
        console.say("where several names are one list, say so in a CSV with the columns name and list: --same CSV")
    for whole in found.wholes:
        if not any(gap.whole == whole for gap in found.differences):
            console.say(f"{whole}: votes and seats of every list are the sums of the districts")
    for lost in found.missing:
        console.say(f"NOT COUNTED: {lost.title}: {lost.reason}")
    for words in found.not_checked:
        console.say(words)
    return 1 if differ or found.differences else 0


def _decisions(pairs: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    split = [pair.partition("=") for pair in pairs]
    for name, _, value in split:
        if not name or not value:
            raise click.UsageError(f"an option is written name=value, found {name!r}")
    return tuple((name, value) for name, _, value in split)


def _districts(found: Any) -> Answer:
    from faircount.app.seats import as_reported

    words = {True: "as reported", False: "differ from the report", None: ""}
    rows = tuple(
        (one.contest.title, one.basis, one.contest.rule, one.contest.seats, sum(one.transcript.rounds[0].votes),
         one.unassigned, f"tie: {', '.join(one.tied)}" if one.tied else words[as_reported(one)])
        for one in found.districts
    )  # fmt: skip
    return Answer(("district", "votes from", "rule", "seats", "votes", "nobody's", "seats are"), rows)


def _lists(found: Any) -> Answer:
    # Titles begin alike ("Chamber, Constituency of …"): what all share is left out, up to the last blank.
    titles = [one.contest.title for one in found.districts]
    first, last = min(titles, default=""), max(titles, default="")
    alike = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    shared = first[:alike].rfind(" ") + 1
    rows: list[tuple[Any, ...]] = [
        (one.name, one.votes, one.seats, "; ".join(f"{district[shared:]} {n}" for district, n in one.by_district))
        for one in found.lists
    ]
    rows += [("(nobody)", None, found.unassigned, "")] if found.unassigned else []
    rows.append((f"({ALL})", sum(one.votes for one in found.lists), found.seats, ""))
    return Answer(("list", "votes", "seats", "where"), tuple(rows))


def _long(found: Any) -> Answer:
    rows: list[tuple[Any, ...]] = []
    for one in found.districts:
        for at, choice in enumerate(one.contest.choices):
            votes, stated = one.transcript.rounds[0].votes[at], one.stated[at] if one.stated else None
            rows.append((one.contest.title, choice.name, votes, one.won[at], stated, one.basis))
        if one.unassigned:
            rows.append((one.contest.title, "(nobody)", None, one.unassigned, None, one.basis))
    rows += [(ALL, one.name, one.votes, one.seats, None, "sum") for one in found.lists]
    return Answer(("district", "list", "votes", "seats", "seats_reported", "votes_from"), tuple(rows))


def _document(found: Any) -> dict[str, Any]:
    from faircount.app.reporting import number
    from faircount.app.seats import as_reported

    return {
        "seats": found.seats,
        "unassigned": found.unassigned,
        "lists": [
            {"list": one.name, "votes": number(one.votes), "seats": one.seats, "by_district": dict(one.by_district)}
            for one in found.lists
        ],
        "districts": [
            {
                "contest": one.contest.title, "votes_from": one.basis, "rule": one.contest.rule,
                "decisions": dict(one.transcript.decisions), "seats": one.contest.seats, "unassigned": one.unassigned,
                "verdict": one.transcript.verdict, "tied": list(one.tied), "as_reported": as_reported(one),
                "lists": [
                    {"list": choice.name, "votes": number(votes), "seats": n, "seats_reported": stated}
                    for choice, votes, n, stated in zip(
                        one.contest.choices, one.transcript.rounds[0].votes, one.won, one.stated, strict=True
                    )
                ],
            }
            for one in found.districts
        ],
        "wholes": list(found.wholes),
        "differences": [
            {"whole": d.whole, "list": d.name, "measure": d.measure, "districts": number(d.found),
             "reported": number(d.reported)}
            for d in found.differences
        ],
        "not_counted": [{"contest": one.title, "reason": one.reason} for one in found.missing],
        "not_checked": list(found.not_checked),
    }  # fmt: skip


@click.command()
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--states", metavar="CSV", help="Which contests are which states: columns contest, electors (and area).")
@click.option("--certificates", metavar="CSV", help="How electors voted: columns area, name, votes.")
@threads
@in_workspace
@speaking
def electors(
    file: str | None, states: str | None, certificates: str | None, threads: int | None, workspace: Path,
    console: Console,
) -> int:  # fmt: skip
    """Sum the Electoral College up from votes by state: of FILE, or of the election's folder.

    FILE is a CSV with the columns state, electors, X_votes and ev_X for each choice X. Ties and states that nobody
    leads leave their electors to nobody. Where nobody has a majority, it says what the Twelfth Amendment does next and
    decides nothing. Exit 1 where electors recorded differ from those that follow from votes.

    \b
    Examples: faircount electors votes-by-state.csv
              faircount electors --states states.csv
    """
    from faircount.app import electors as use
    from faircount.app.opened import Opened

    if file and states:
        raise UsageError("FILE holds its states itself: --states is for contests of an election's folder")
    beside = Path(certificates) if certificates else None
    if file:
        found = use.of_file(Path(file), beside)
    elif states:
        found = use.of_contests(Opened(workspace, threads), Path(states), beside)
    else:
        found = use.of_workspace(Opened(workspace, threads), beside)
    college = found.college
    table = Answer(college.exhibit.columns, college.exhibit.rows)
    if console.form == "json":
        console.document(_college(found))
    else:
        console.rows(table, college.exhibit.title)
        console.say(f"{college.statement[:1].upper()}{college.statement[1:]}.")
    for one in college.areas:
        if one.basis == "tie":
            names = ", ".join(college.choices[c] for c in one.tied)
            console.say(f"{one.area}: tie: {names}: {one.electors} electors are nobody's until its law decides")
    for gone in college.departures:
        told = [", ".join(f"{name} {n}" for name, n in votes) or "nobody" for votes in (gone.appointed, gone.cast)]
        console.say(f"{gone.area}: electors were appointed for {told[0]} and voted for {told[1]}")
    for words in (*found.differences, *found.not_checked):
        console.say(words)
    return 1 if found.differences else 0


def _college(found: Any) -> dict[str, Any]:
    college = found.college
    return {
        "electors": college.electors,
        "majority": college.majority,
        "verdict": college.verdict,
        "winner": college.winner or None,
        "statement": college.statement,
        "by_choice": dict(zip(college.choices, college.by_choice, strict=True)),
        "unassigned": college.unassigned,
        "areas": [
            {"area": one.area, "electors": one.electors, "by": one.basis, "unassigned": one.unassigned,
             "tied": [college.choices[c] for c in one.tied],
             "by_choice": dict(zip(college.choices, one.by_choice, strict=True))}
            for one in college.areas
        ],
        "departures": [
            {"area": one.area, "appointed": dict(one.appointed), "cast": dict(one.cast)} for one in college.departures
        ],
        "differences": list(found.differences),
        "not_checked": list(found.not_checked),
    }  # fmt: skip
