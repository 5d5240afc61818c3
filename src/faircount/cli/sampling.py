"""sample, enter: which paper to look at, and what was found on it."""

from pathlib import Path

import click

from faircount.cli.audit_options import acting, log_url
from faircount.cli.console import Console
from faircount.cli.options import in_workspace, speaking
from faircount.model import Answer, Design, UsageError


@click.group()
def sample() -> None:
    """Draw the cards or batches to look at, and list them.

    \b
    Examples: faircount sample draw --by "Ada Vale"
              faircount sample draw --size 200 --by "Ada Vale"
              faircount sample show --format csv > pull-list.csv
              faircount sample verify
    """


@sample.command()
@click.option("--size", type=click.IntRange(1), help="Cards of each audited contest, or cards or draws of batches in "
              "all; of all rounds together. Default: what suffices without errors.")  # fmt: skip
@click.option("--for", "each", multiple=True, metavar="CONTEST=SIZE", help="The size of one contest.")
@acting("official")
@log_url
@in_workspace
@speaking
def draw(
    size: int | None, each: tuple[str, ...], by: str, role: str, url: str, workspace: Path, console: Console
) -> None:
    """Draw the next round from the seed.

    \b
    Examples: faircount sample draw --by "Ada Vale"
              faircount sample draw --size 150 --for mayor=300 --by "Ada Vale"
    """
    from faircount.app.auditing import acting as acts
    from faircount.app.auditing.held import opened_audit, person
    from faircount.app.auditing.sizes import sizes_for

    with opened_audit(workspace, url) as held:
        acts.draw(held, person(by, role), sizes_for(held, size, each))
        waiting = held.audit.waiting
        if console.machine:
            last = held.audit.rounds[-1]
            console.document({"round": last.number, "sizes": last.sizes, "drawn": len(held.audit.drawn.units),
                              "to_look_at": list(waiting)})  # fmt: skip
            return
        word = "batches" if held.audit.commitment.design is Design.BATCH else "cards"
        console.out(f"Round {len(held.audit.rounds)}: {len(waiting):,} {word} to look at")
        console.say("Next: faircount sample show; then: faircount enter --template table.csv")


@sample.command()
@click.option("--all", "everything", is_flag=True, help="Those that are settled, too.")
@log_url
@in_workspace
@speaking
def show(everything: bool, url: str, workspace: Path, console: Console) -> None:
    """List what is drawn and waits to be looked at, in the order of the shelves.

    \b
    Example: faircount sample show --format csv > pull-list.csv
    """
    from faircount.app.auditing.held import opened_audit
    from faircount.app.auditing.sizes import pull_list

    with opened_audit(workspace, url) as held:
        console.rows(pull_list(held, everything))


@sample.command()
@log_url
@in_workspace
@speaking
def verify(url: str, workspace: Path, console: Console) -> int:
    """Draw every round again from the seed, and compare.

    \b
    Example: faircount sample verify
    """
    from faircount.app.auditing.held import opened_audit
    from faircount.audit.files import sample_file

    with opened_audit(workspace, url) as held:
        rows = []
        batches = held.audit.commitment.design is Design.BATCH
        for one in held.audit.rounds:
            same = sample_file(held.audit.urn.drawn(one.sizes), batches) == sample_file(one.sample, batches)
            rows.append((one.number, len(one.sample.draws), "PASS" if same else "FAIL"))
        if not rows:
            raise UsageError("nothing is drawn yet: faircount sample draw")
        console.rows(Answer(("round", "draws", "drawn again"), tuple(rows)))
        return 4 if any(row[2] == "FAIL" for row in rows) else 0


@click.command()
@click.argument("table", required=False, type=click.Path(path_type=Path))
@click.option(
    "--template", type=click.Path(path_type=Path), metavar="FILE", help="Write the table to fill in, and stop."
)
@click.option("--correct", metavar="REASON", help="Replace what is settled, and say why.")
@click.option("--approved-by", default="", metavar="NAME", help="Who approves a correction.")
@click.option(
    "--resolve", "people", multiple=True, metavar="NAME", help="Two who looked together where entries disagree."
)
@click.option("--by", default="", metavar="NAME", help="Who read the cards; it stands in the log.")
@click.option("--role", default="audit board", show_default=True, help="As what.")
@log_url
@in_workspace
@speaking
def enter(
    table: Path | None, template: Path | None, correct: str | None, approved_by: str, people: tuple[str, ...], by: str,
    role: str, url: str, workspace: Path, console: Console,
) -> int:  # fmt: skip
    """Enter what was found on paper from a filled-in TABLE (CSV or Excel).

    \b
    Examples: faircount enter --template board-1.csv
              faircount enter board-1.csv --by "Bo Lund"
              faircount enter fix.csv --correct "wrong card pulled" --approved-by "Ada Vale" --by "Bo Lund"
    """
    from faircount.app.auditing import entering
    from faircount.app.auditing.held import opened_audit, person
    from faircount.app.exporting import write_answer

    if (table is None) == (template is None):
        raise click.UsageError("name the table to enter, or --template FILE to get one")
    if template is not None and (template.exists() or template.is_symlink()):
        raise UsageError(
            f"{template} is there already, and a board may have filled it in: choose another name, or remove it first"
        )
    with opened_audit(workspace, url) as held:
        if template is not None:
            asked = entering.template(held)
            write_answer(asked, None, template)
            console.rows(Answer(("wrote", "rows"), ((str(template), len(asked.rows)),)))
            return 0
        done = entering.enter_table(
            held, person(by, role), table or Path(), correct=correct, approved_by=approved_by, people=people
        )
        disagree, pairs = held.audit.entries.disagreements
        if console.machine:
            console.document({"entered": done.entered, "unchanged": done.unchanged, "waiting": len(held.audit.waiting),
                              "disagree": list(done.disagree), "read_twice": pairs, "differed": disagree})  # fmt: skip
        else:
            console.out(f"{done.entered:,} entered; {done.unchanged:,} were entered before; "
                        f"{len(held.audit.waiting):,} still wait")  # fmt: skip
            for unit in done.disagree:
                console.say(f"two people read {unit!r} differently: look together, then enter it with --resolve")
        return 1 if done.disagree else 0
