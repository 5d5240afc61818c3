"""recount, decide: contests and how they are counted."""

from pathlib import Path
from typing import Any

import click

from faircount.cli.console import Console
from faircount.cli.count_parts import show_parts
from faircount.cli.options import in_workspace, speaking, threads
from faircount.cli.presets import changed, law_of, show_presets
from faircount.model import Answer, Contest, ContestResult, UsageError


def _options(pairs: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    made = []
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name or not value:
            raise click.UsageError(f"an option is written name=value, found {pair!r}")
        made.append((name, value))
    return tuple(made)


@click.command()
@click.argument("contests", nargs=-1, metavar="[CONTEST…]")
@click.option("--rule", default="", help="Count under this rule instead.")
@click.option("--preset", default="", help="Count under this law instead: a rule with its decisions.")
@click.option("--seats", type=click.IntRange(1), help="Seats to fill instead.")
@click.option("-O", "--option", "options", multiple=True, metavar="NAME=VALUE", help="A named decision of the rule.")
@click.option(
    "--official", type=click.Path(path_type=Path), metavar="FILE", help="Hold this table of rounds against it."
)
@click.option("--by", multiple=True, metavar="UNIT", help="Divide each round by precinct, batch, counting_group, …")
@click.option("--every-outcome", is_flag=True, help="Decide each tie in every way, and say which outcomes there are.")
@click.option("--close", is_flag=True, help="Say how few cards would have to be different for another outcome.")
@click.option("--rctab", metavar="CONFIG", help="Count as this configuration of RCTab says, and print its summary.")
@click.option("--rctab-out", metavar="DIR", help="With --rctab: write the summaries, slices too, into this folder.")
@click.option("--rules", is_flag=True, help="List the rules and their decisions, and stop.")
@click.option("--presets", is_flag=True, help="List the presets, and the laws that have none, and stop.")
@threads
@in_workspace
@speaking
def recount(
    contests: tuple[str, ...], rule: str, preset: str, seats: int | None, options: tuple[str, ...],
    official: Path | None, by: tuple[str, ...], every_outcome: bool, close: bool, rctab: str | None,
    rctab_out: str | None, rules: bool, presets: bool, threads: int | None, workspace: Path, console: Console,
) -> int:  # fmt: skip
    """Count contests from the cast vote records: all of them, or those whose title holds CONTEST.

    \b
    Examples: faircount recount
              faircount recount mayor --rule instant-runoff -O overvote=skip
              faircount recount mayor --preset maine --by precinct
              faircount recount mayor --every-outcome
              faircount recount mayor --close
              faircount recount mayor --official rounds.csv
              faircount recount --rctab config.json
              faircount recount --rules
    """
    if rules or presets:
        return _rules(console) if rules else show_presets(console)
    if rctab or rctab_out:
        from faircount.cli.rctab import show_rctab

        if contests or rule or preset or seats or official or by or every_outcome or close or not rctab:
            raise click.UsageError("--rctab CONFIG names the contest and its rule; beside it go -O and --rctab-out")
        return show_rctab(console, Path(rctab), Path(rctab_out) if rctab_out else None, dict(_options(options)))
    from faircount.app.opened import Opened
    from faircount.app.recounting import recount as count
    from faircount.app.reporting import result_json

    change = changed(rule, preset, seats, _options(options))
    opened = Opened(workspace, threads)
    if official:
        from faircount.cli.explaining import show_official

        return show_official(console, opened, contests, official, change)
    results, missing = count(opened, contests, change, console.progress())
    if by or every_outcome or close:
        return show_parts(console, opened, results, missing, by, every_outcome, close)
    if console.machine:
        console.document(
            {
                "contests": [result_json(one) for one in results],
                "not_counted": [{"contest": one.title, "reason": one.reason} for one in missing],
            }
        )
    elif missing and not results and (contests or change):
        # One reason is enough: what was asked for cannot be done to any of them.
        raise UsageError(f"NOT COUNTED: {missing[0].title}: {missing[0].reason}")
    else:
        console.rows(_overview(results))
        if console.form == "table" and contests:
            for one in results:
                console.table(_detail(one), f"{one.title}: {one.contest.rule}")
        for lost in missing:
            console.say(f"NOT COUNTED: {lost.title}: {lost.reason}")
        if not results and not missing:
            console.say("nothing was counted: no cast vote records hold a contest")
    return 2 if missing and not results and (contests or change) else 0


def _rules(console: Console) -> int:
    from faircount.count import RULES

    rows: list[tuple[Any, ...]] = []
    for rule in RULES.values():
        rows.append((rule.name, "", "", "", rule.law))
        rows += [(rule.name, o.name, " | ".join(o.values), o.default, o.meaning) for o in rule.options]
    console.rows(Answer(("rule", "decision", "values", "default", "meaning or law"), tuple(rows)))
    return 0


def _outcome(one: ContestResult) -> str:
    names = [one.contest.name_of(c) for c in one.transcript.elected]
    if one.transcript.verdict == "runoff":
        return "runoff: " + ", ".join(one.contest.name_of(c) for c in one.transcript.advancing)
    if one.transcript.verdict == "tie" and one.transcript.rounds:
        tied = "tie: " + ", ".join(one.contest.name_of(c) for c in one.transcript.rounds[-1].tied)
        return "; ".join([*names, tied])
    return ", ".join(names) if one.transcript.verdict == "elected" else one.transcript.verdict


def _overview(results: tuple[ContestResult, ...]) -> Answer:
    rows = []
    for one in results:
        margin = one.margin
        votes: Any = None if margin is None else margin.votes
        # Votes over cards; where cards have weights that is no share of anything.
        diluted = f"{100 * float(votes) / one.cards:.2f} %" if votes is not None and one.weight == one.cards else ""
        rows.append((one.title, one.contest.rule, int(one.cards), _outcome(one), votes, diluted))
    return Answer(("contest", "rule", "cards", "outcome", "margin in votes", "diluted margin"), tuple(rows))


def _detail(one: ContestResult) -> Answer:
    rounds = one.transcript.rounds
    heads = ("choice", *(f"round {n}" for n in range(1, len(rounds) + 1)))
    rows: list[tuple[Any, ...]] = []
    for at, choice in enumerate(one.contest.choices):
        rows.append((choice.name, *(r.votes[at] for r in rounds)))
    causes = dict.fromkeys(cause for r in rounds for cause, _ in r.inactive)
    for cause in causes:
        rows.append((f"({cause})", *(dict(r.inactive).get(cause, 0) for r in rounds)))
    return Answer(heads, tuple(rows))


@click.command()
@click.argument("contest")
@click.option("--rule", default=None, help="The rule that decides it.")
@click.option("--preset", help="The law that decides it: a rule with its decisions; recount --presets lists them.")
@click.option("--seats", type=click.IntRange(1), help="Seats to fill.")
@click.option("--votes-allowed", type=click.IntRange(1), help="Choices a voter may mark.")
@click.option(
    "--cards",
    type=click.IntRange(1),
    help="How many cards hold it at most, as something else than the cast "
    "vote records says: an audit takes those without a record for votes against the outcome.",
)
@click.option("-O", "--option", "options", multiple=True, metavar="NAME=VALUE", help="A named decision of the rule.")
@in_workspace
@speaking
def decide(
    contest: str, rule: str | None, preset: str | None, seats: int | None, votes_allowed: int | None,
    cards: int | None, options: tuple[str, ...], workspace: Path, console: Console,
) -> None:  # fmt: skip
    """Record in election.json how CONTEST is decided; every later recount follows it.

    \b
    Examples: faircount decide "Measure A" --rule threshold -O threshold=2/3 -O reach=at-least
              faircount decide Mayor --preset alaska
              faircount decide Mayor --cards 146900
    """
    from faircount.app.opened import Opened
    from faircount.count import RULES

    if rule is not None:
        RULES[rule]
    made = _options(options)
    if preset:
        rule, seats, made = law_of(preset, rule, seats, made)
    if rule is None and seats is None and votes_allowed is None and cards is None and not made:
        raise click.UsageError("nothing to record: say --rule, --preset, --seats, --votes-allowed, --cards or -O")
    opened = Opened(workspace)
    titles = opened.chosen((contest,))
    if len(titles) > 1:
        raise UsageError(f"{contest!r} fits {len(titles)} contests: " + "; ".join(titles[:5]))
    if (rule or made) and titles[0] in opened.contests:
        _refuse_decision(opened.contests[titles[0]], rule, made)
    opened.space.decide(
        titles[0], rule=rule, seats=seats, votes_allowed=votes_allowed, cards=cards, options=dict(made) or None
    )  # fmt: skip
    if console.machine:
        console.document({"contest": titles[0], "decision": opened.space.election().decisions[titles[0]]})
    else:
        console.out(f"recorded for {titles[0]}")
    if (workspace / "log").is_dir():
        console.say("an audit is begun in this folder: what it has committed keeps the rule that it was committed with")


def _refuse_decision(contest: Contest, rule: str | None, options: tuple[tuple[str, str], ...]) -> None:
    """Raise what the rule says to a decision that it does not know, before it is recorded and stops every recount."""
    from faircount.app.opened import RuleChange
    from faircount.count import RULES
    from faircount.model import BadInputError, Pattern

    changed = RuleChange(rule if rule and rule != contest.rule else "", 0, options).applied(contest)
    try:
        RULES[changed.rule].read(changed, Pattern())
    except BadInputError as error:
        raise UsageError(str(error)) from error
