"""explain-results, recount --official: published figures against counts of the ballots."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from faircount.cli.console import Console
from faircount.cli.counting import _options
from faircount.cli.options import exit_zero, in_workspace, speaking, threads
from faircount.cli.presets import changed
from faircount.model import Answer, Contest, VoteCount

if TYPE_CHECKING:
    from faircount.app.opened import Opened, RuleChange
    from faircount.count.explaining import Explanation
    from faircount.count.transcript_check import Checked, Departure


@click.command(name="explain-results")
@click.argument("contest")
@click.option("--published", metavar="FILE", type=click.Path(path_type=Path), help="CSV of round,choice,votes.")
@click.option("--preset", default="", help="The law to start from; recount --presets lists them.")
@click.option("--rule", default="", help="Count under this rule instead.")
@click.option("--seats", type=click.IntRange(1), help="Seats to fill instead.")
@click.option("-O", "--option", "options", multiple=True, metavar="NAME=VALUE", help="A decision that is not varied.")
@click.option("--vary", multiple=True, metavar="NAME=A,B,…", help="Try these values of a decision, and no others.")
@exit_zero
@threads
@in_workspace
@speaking
def explain_results(
    contest: str, published: Path | None, preset: str, rule: str, seats: int | None, options: tuple[str, ...],
    vary: tuple[str, ...], exit_zero: bool, threads: int | None, workspace: Path, console: Console,
) -> int:  # fmt: skip
    """Say which settings of a ranked count give the published figures of CONTEST.

    Every plausible combination of decisions is counted and every one is shown, whether it gives the figures or not;
    and how far the counts are apart. Figures come from a CSV with the columns round (1, 2, … or final), choice and
    votes, or from the results that the folder holds.

    \b
    Examples: faircount explain-results mayor --published official.csv
              faircount explain-results mayor --vary skipped=0,1,2,unlimited --vary overvote=skip,exhaust
              faircount explain-results council --preset portland-or-council --vary decimals=4,5
    """
    from faircount.app.explaining import explain_results as explain
    from faircount.app.opened import Opened

    change = changed(rule, preset, seats, _options(options))
    values = {name: tuple(words.split(",")) for name, words in _options(vary)}
    found = explain(Opened(workspace, threads), contest, published, change, values, console.progress())
    if console.machine:
        console.document(_document(found))
    else:
        _show(console, found)
    return 0 if found.reproducing or exit_zero else 1


def _show(console: Console, found: "Explanation") -> None:
    names = [name for name, values in found.varied if len(values) > 1]
    for name in ("tie", "tie_then", "tie_record"):
        names += [name] if any(name in dict(one.options) for one in found.tried) and name not in names else []
    rows = []
    for one in sorted(found.tried, key=lambda one: not one.reproduces):
        told = dict(one.options)
        given = f"{one.matched} of {len(found.figures)}" if one.transcript else "not counted"
        rows.append((*(told.get(name, "") for name in names), "yes" if one.reproduces else "no", given,
                     _these(found.contest, one.chosen), one.refused or one.first_difference))  # fmt: skip
    console.rows(Answer((*names, "gives them all", "figures", "elected", "first difference"), tuple(rows)))
    if console.form != "table":
        return
    spreads = [s for s in found.spreads if s.lowest != s.highest or s.published is not None]
    told_spreads = tuple((_round(s.round), found.contest.name_of(s.choice), s.lowest, s.highest, s.published)
                         for s in spreads)  # fmt: skip
    console.table(
        Answer(("round", "choice", "fewest", "most", "published"), told_spreads), "How far the settings differ"
    )
    for line in sentences(found):
        console.out(line)


def sentences(found: "Explanation") -> list[str]:
    """Return what was found, in words."""
    tried, giving = len(found.tried), found.reproducing
    figures = f"all {len(found.figures)} published figures" if len(found.figures) > 1 else "the published figure"
    give = "gives" if len(giving) == 1 else "give"
    lines = [f"{len(giving)} of {tried} settings tried {give} {figures}."]
    values = dict(found.varied)
    whole, told = 1, []
    for name, met in found.family:
        whole *= len(met)
        if set(met) < set(values.get(name, met)):
            told.append(f"{name}={' or '.join(met)}")
    if giving and told:
        exactly = "exactly those with" if whole == len(giving) else "all of them with"
        lines.append(f"They are {exactly} {', '.join(told)}.")
    refused = sum(not one.transcript for one in found.tried)
    if refused:
        lines.append(f"NOT COUNTED under {refused} of the settings, for the reasons shown.")
    if found.lots_cut:
        lines.append(f"NOT TRIED under {found.lots_cut} of the settings: more ways in which lots may have fallen.")
    outcomes = found.outcomes
    if len(outcomes) == 1:
        lines.append(f"The elected are the same in all: {_these(found.contest, outcomes[0])}.")
    elif outcomes:
        listed = "; ".join(_these(found.contest, one) for one in outcomes)
        lines.append(f"The settings lead to {len(outcomes)} different outcomes: {listed}.")
    return lines


def _document(found: "Explanation") -> dict[str, Any]:
    from faircount.app.reporting import number

    contest = found.contest
    return {
        "contest": contest.title,
        "rule": contest.rule,
        "published": [
            {"round": _round(f.round), "choice": contest.name_of(f.choice), "votes": number(f.votes)}
            for f in found.figures
        ],
        "varied": {name: list(values) for name, values in found.varied},
        "tried": [
            {"options": dict(one.options), "reproduces": one.reproduces, "counted": one.transcript is not None,
             "figures_given": one.matched, "elected": [contest.name_of(c) for c in one.chosen],
             "first_difference": one.first_difference, "reason": one.refused}
            for one in found.tried
        ],
        "settings_tried": len(found.tried),
        "settings_with_lots_not_tried": found.lots_cut,
        "settings_that_reproduce": len(found.reproducing),
        "family": {name: list(values) for name, values in found.family},
        "outcomes": [[contest.name_of(c) for c in one] for one in found.outcomes],
        "same_outcome": len(found.outcomes) == 1,
        "spreads": [
            {"round": _round(s.round), "choice": contest.name_of(s.choice), "fewest": number(s.lowest),
             "most": number(s.highest), "published": number(s.published)}
            for s in found.spreads
        ],
        "in_words": sentences(found),
    }  # fmt: skip


def _round(number: int) -> int | str:
    return number or "final"


def _these(contest: Contest, choices: tuple[Any, ...]) -> str:
    return ", ".join(contest.name_of(c) for c in choices) or "nobody"


# ---- recount --official ------------------------------------------------------
def show_official(
    console: Console, opened: "Opened", contests: tuple[str, ...], file: Path, change: "RuleChange | None"
) -> int:
    """Print how an official table of rounds compares with the count of one contest, and return the exit code."""
    from faircount.app.explaining import check_official

    if len(contests) != 1:
        raise click.UsageError("--official FILE is about one contest: name it")
    found = check_official(opened, contests[0], file, change)
    if console.machine:
        console.document(_checked(found))
        return 0 if found.agrees else 1
    rows: list[tuple[Any, ...]] = []
    for one in (*found.departures, *found.sums):
        rows.append((one.round or "", one.kind, one.words, "", None, None, None))
        rows += [(one.round, one.kind, "", found.contest.name_of(c.choice), c.before, c.table, c.law)
                 for c in one.changes]  # fmt: skip
    columns = ("round", "what", "in words", "choice", "before", "table", "law")
    if rows or console.form != "table":
        console.rows(Answer(columns, tuple(rows)))
    if console.form == "table":
        for line in _in_words(found):
            console.out(line)
    return 0 if found.agrees else 1


def _in_words(found: "Checked") -> list[str]:
    contest, law = found.contest, len(found.transcript.rounds)
    lines = [
        f"{found.agreeing} of {found.figures} figures agree, in {found.compared} rounds compared (the law: {law})."
    ]
    for number, tie in found.ties:
        tied = ", ".join(contest.name_of(c) for c in tie.tied)
        chosen = "" if tie.chosen is None else contest.name_of(tie.chosen)
        lines.append(f"Round {number}: a tie of {tied} ({tie.about}); the table decided it for {chosen}.")
    if found.agrees:
        lines.append("Nothing in the table departs from the count under the law.")
    elif found.departures:
        first = found.departures[0]
        lines.append(f"The table first departs from the count under the law at {_at(first)}: {first.words}")
    if found.touched:
        lines.append(f"NOT CHECKED one by one: {found.touched} rounds after that whose figures differ too.")
    if found.sums:
        numbers = ", ".join(str(one.round) for one in found.sums)
        lines.append(f"Rounds of the table that do not sum to what round 1 does, whatever the law gives: {numbers}.")
    if found.unlisted:
        names = ", ".join(contest.name_of(c) for c in found.unlisted)
        lines.append(f"NOT CHECKED: choices with votes of which the table has no figure: {names}.")
    return lines


def _at(one: "Departure") -> str:
    return f"round {one.round}" if one.round else "the end"


def _checked(found: "Checked") -> dict[str, Any]:
    from faircount.app.reporting import number

    contest = found.contest

    def votes(value: VoteCount | None) -> Any:
        return number(value)

    def departure(one: "Departure") -> dict[str, Any]:
        changes = [{"choice": contest.name_of(c.choice), "before": votes(c.before), "table": votes(c.table),
                    "law": votes(c.law)} for c in one.changes]  # fmt: skip
        return {"round": one.round or None, "what": one.kind, "in_words": one.words, "changes": changes}

    return {
        "contest": contest.title,
        "rule": contest.rule,
        "decisions": dict(found.transcript.decisions),
        "agrees": found.agrees,
        "rounds_compared": found.compared,
        "rounds_under_the_law": len(found.transcript.rounds),
        "figures_compared": found.figures,
        "figures_that_agree": found.agreeing,
        "ties_decided_by_the_table": [
            {"round": n, "tied": [contest.name_of(c) for c in tie.tied], "about": tie.about,
             "chosen": None if tie.chosen is None else contest.name_of(tie.chosen)}
            for n, tie in found.ties
        ],
        "tie_record": [contest.name_of(c) for c in found.record],
        "departures": [departure(one) for one in found.departures],
        "sums": [departure(one) for one in found.sums],
        "rounds_not_checked": found.touched,
        "choices_not_checked": [contest.name_of(c) for c in found.unlisted],
        "elected": [contest.name_of(c) for c in found.transcript.elected],
    }  # fmt: skip
