"""Everything that one election's folder says, gathered for the page and for machines."""

import shlex
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from faircount import __version__
from faircount.app.exporting import plain_value
from faircount.app.opened import Opened
from faircount.app.progress import Progress
from faircount.app.reconciling import reconcile
from faircount.app.recounting import recount
from faircount.count import RULES
from faircount.model import Answer, ContestResult, ElectionPage, Finding, Transcript
from faircount.reconcile import CHECKS
from faircount.report import html_page
from faircount.store import names_of
from faircount.store.workspace import write_durably

ALWAYS_OPEN = (
    "The paper ballots: NOT CHECKED. This page compares records with records; whether the records say what voters "
    "marked on paper can only be shown by looking at paper, by a risk-limiting audit or a full hand count.",
    "Who voted: NOT CHECKED. Whether everybody who voted was entitled to, and whether everybody entitled could vote, "
    "cannot be seen in these files.",
)
"""What no run of this program shows, whatever it finds."""

_COUNTED = (
    ("manifest", "batches in manifests"),
    ("reported", "figures of official results"),
    ("turnout", "figures of turnout"),
    ("superseded", "other readings of the same contests on the same cards, kept and not counted"),
    ("rejected", "rows that could not be read and were kept aside"),
)


def gather(opened: Opened, progress: Progress | None = None) -> ElectionPage:
    """Recount and reconcile everything; the same folder gives the same page, whenever and wherever."""
    results, missing = recount(opened, progress=progress)
    reconciled = reconcile(opened, progress=progress)
    name, date = title_of(opened)
    ballots, cards, adjudicated = opened.engine.ask(
        "select count(distinct ballot), count(*), count(*) filter (where adjudicated) from cards"
    ).rows[0]
    rows = {table: opened.engine.ask(f"select count(*) from {_source_of(table)}").rows[0][0] for table, _ in _COUNTED}  # noqa: S608 - own names
    return ElectionPage(
        name=name,
        date=date,
        sources=tuple(sorted(opened.election.sources, key=lambda s: (s.name, s.digest))),
        ballots=ballots,
        cards=cards,
        adjudicated_cards=adjudicated,
        counts=tuple((table, words, rows[table]) for table, words in _COUNTED if rows[table]),
        results=results,
        not_counted=missing,
        findings=reconciled.report,
        questions=tuple((check.number, check.query) for check in CHECKS.values()),
        not_checked=_not_checked(opened, results, reconciled.unreadable),
        commands=_commands(opened),
        program=f"faircount {__version__}",
    )


def _source_of(table: str) -> str:
    return "superseded_by_pattern" if table == "superseded" else table


def title_of(opened: Opened) -> tuple[str, str]:
    """Return the election's name and date: what election.json says, else what the sources say of themselves."""
    facts = dict(
        opened.engine.ask(
            "select name, min(value) from facts where name in ('election_name', 'election_date') group by name"
        ).rows
    )
    return (
        opened.election.name or facts.get("election_name", "An election without a name"),
        opened.election.date or facts.get("election_date", ""),
    )


def _not_checked(opened: Opened, results: tuple[ContestResult, ...], unreadable: tuple[str, ...]) -> tuple[str, ...]:
    """Say what no check looks at; contests not counted and checks not made have their own places on the page."""
    said = list(ALWAYS_OPEN)
    assumed = [r for r in results if "rule" not in opened.election.decisions.get(r.title, {})]
    if assumed:
        said.append(
            f"The rules: NOT CHECKED. For {len(assumed)} of {len(results)} contests the rule was taken from the form "
            "of the ballot (ranked: instant runoff; one choice between yes and no: more than half of the votes; else: "
            "most votes). A law may ask for more, such as two thirds. A person can record the rule in election.json."
        )
    partial = opened.engine.ask("select distinct value from facts where name = 'partial' order by value").rows
    said += [f"The rest of the election: NOT CHECKED. A source is only a part: {reason}." for (reason,) in partial]
    if same := sum(one.status == "same" for one in names_of(opened.space)):
        said.append(
            f"Names: {same} names of contests or choices were read as other names, because a person decided so in "
            "names.csv; whether that is right was NOT CHECKED."
        )
    beside = opened.engine.ask(
        "select s.name, f.value from facts f join sources s using (source) where f.name = 'note' and f.value like "
        "'not read: %' order by 1, 2"
    ).rows
    said += [
        f"Files in {name}: NOT READ, because they hold no rows of its format: {note[10:]}." for name, note in beside
    ]
    said += [f"Contest {words}: NOT READ." for words in unreadable]
    said += [f"File {name}: NOT READ, {reason}." for name, reason in opened.election.unread]
    return tuple(said)


def _commands(opened: Opened) -> tuple[str, ...]:
    names = sorted(source.name for source in opened.election.sources)
    return (
        "faircount init my-election",
        "faircount --workspace my-election ingest " + " ".join(shlex.quote(name) for name in names),
        "faircount --workspace my-election report",
    )


def write_report(page: ElectionPage, target: Path, language: str = "en") -> Path:
    """Write the page as one HTML file and return its path."""
    target.parent.mkdir(parents=True, exist_ok=True)
    write_durably(target, html_page(page, language).encode("utf-8"))
    return target


@dataclass(frozen=True, slots=True)
class _Named:
    names: tuple[str, ...]

    def of(self, indexes: tuple[int, ...]) -> list[str]:
        return [self.names[i] for i in indexes]


def number(value: Any) -> Any:
    """Return a count for JSON: an int as it is, a fraction as "p/q" so that nothing is rounded."""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
    return value


def result_json(result: ContestResult) -> dict[str, Any]:
    """Return one counted contest for `--json`: totals, rounds, transfers, decisions."""
    contest, transcript = result.contest, result.transcript
    names = _Named(tuple(choice.name for choice in contest.choices))
    last = transcript.rounds[-1] if transcript.rounds else None
    margin = result.margin
    return {
        "contest": contest.title,
        "rule": contest.rule,
        "law": RULES[contest.rule].law,
        "decisions": dict(transcript.decisions),
        "seats": contest.seats,
        "votes_allowed": contest.votes_allowed,
        "cards": result.cards,
        "weight": number(result.weight),
        "verdict": transcript.verdict,
        "threshold": transcript.threshold,
        "elected": names.of(transcript.elected),
        "advancing": names.of(transcript.advancing),
        "tied": names.of(last.tied) if last else [],
        "margin": None if margin is None else {
            "winner": names.names[margin.winner], "loser": names.names[margin.loser],
            "votes": number(margin.votes), "basis": margin.basis,
        },
        "reported": {n: number(v) for n, v in zip(names.names, result.reported, strict=False) if v is not None},
        "rounds": _rounds_json(transcript, names),
        "seats_won": dict(zip(names.names, transcript.seats_won, strict=False)),
        "exhibits": [
            {"title": e.title, "meaning": e.meaning, "columns": list(e.columns),
             "rows": [[number(cell) for cell in row] for row in e.rows]}
            for e in transcript.exhibits
        ],
    }  # fmt: skip


def _rounds_json(transcript: Transcript, names: _Named) -> list[dict[str, Any]]:
    return [
        {
            "round": at,
            "votes": {name: number(votes) for name, votes in zip(names.names, one.votes, strict=True)},
            "inactive": {cause: number(votes) for cause, votes in one.inactive},
            "elected": names.of(one.elected),
            "excluded": names.of(one.excluded),
            "ties": [
                {"tied": names.of(t.tied), "about": t.about, "decided_by": t.decided_by,
                 "chosen": None if t.chosen is None else names.names[t.chosen]}
                for t in one.ties
            ],
            "unit": one.unit,
            "threshold": number(one.threshold),
            "note": one.note,
            "transfers": [
                {"from": names.names[t.source], "to": None if t.target is None else names.names[t.target],
                 "cause": t.cause, "votes": number(t.votes)}
                for t in one.transfers
            ],
        }
        for at, one in enumerate(transcript.rounds, 1)
    ]  # fmt: skip


def finding_json(finding: Finding) -> dict[str, Any]:
    """Return one finding for `--json`, its evidence rows included."""
    return {
        "number": finding.number,
        "check": finding.check,
        "status": finding.status.value,
        "statement": finding.statement,
        "found": finding.found,
        "disagreements": finding.disagreements,
        "innocent_explanations": list(finding.innocent_explanations),
        "evidence": rows_json(finding.evidence),
    }


def rows_json(answer: Answer) -> list[dict[str, Any]]:
    """Return rows as objects, with values that JSON has no form for as text."""
    return [dict(zip(answer.columns, map(plain_value, row), strict=True)) for row in answer.rows]
