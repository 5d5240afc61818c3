"""The pages of an audit: where it stands, in which order it was done, and each contest draw by draw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from faircount.model.explained import AuditPage, BranchTold, ClaimTold, ContestTold, Looked, Weighed
from faircount.report.contest import OPEN_AT_MOST
from faircount.report.page import environment_for, style
from faircount.report.risk_curves import risk_figure
from faircount.report.visible import shown
from faircount.report.words import N_, Words, words_for

ROWS = 5_000
"""Draws that one page shows over all claims, those of the hardest first; a file beside it has all."""
DISCREPANCIES = 25
"""Differences of one contest that the page of the whole audit shows; the contest's own page has all."""
TOUCHED = 3
"""Claims of which it is said what a difference did to them; the table of draws says it of each."""
OPEN_BRANCHES = 60
"""A tree of more branches is folded on a screen."""

ACT_WORDS = {
    "open": N_("The log is opened"),
    "commit": N_("Records and rules are fixed"),
    "witness": N_("What was fixed is witnessed"),
    "promise": N_("A party promises a value"),
    "dice": N_("Dice are entered"),
    "reveal": N_("A party reveals its value"),
    "seed": N_("The seed is set"),
    "draw": N_("Units are drawn"),
    "entry": N_("People look at paper"),
    "resolve": N_("Two readings are resolved"),
    "correct": N_("A reading is corrected"),
    "close": N_("A round is closed"),
    "hand-count": N_("A contest is counted by hand"),
    "late": N_("Records changed; the audit begins again"),
    "restart": N_("The audit begins again"),
    "note": N_("A note"),
    "sign-off": N_("Somebody signs"),
    "publish": N_("The audit is published"),
}
EFFECT_WORDS = {
    "worst": N_("the worst kind of error"),
    "worse": N_("an error in its favour"),
    "better": N_("an error to its disadvantage"),
}
IMPLIES_WORDS = {
    "outcome": N_("the reported outcome"),
    "part": N_("a part of the reported outcome"),
    "nothing": N_("nothing"),
}
DECISION_KINDS = {"CONFIRMED": "pass", "COUNTED BY HAND: as reported": "pass", "HAND COUNT": "fail",
                  "COUNTED BY HAND: another outcome": "fail"}  # fmt: skip
"""Decision → class and shape; every other one is open."""


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One claim with the draws that the page has room for."""

    told: ClaimTold
    rows: tuple[tuple[Looked, Weighed], ...]
    more: int
    """Draws that are only in the file beside."""
    least: float | None
    """The measured risk; None before anything was drawn."""


@dataclass(frozen=True, slots=True)
class BranchView:
    """Branches of a tree that are alike: several names where one claim cuts each of them."""

    names: str
    claim: int | None
    branches: tuple["BranchView", ...]
    folded: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class AuditedView:
    """One contest as the pages show it."""

    told: ContestTold
    kind: str
    """Class and shape of its decision."""
    is_open: bool
    figure: str
    claims: tuple[ClaimView, ...]
    least: float | None
    """The largest of its claims' measured risks; None before anything was drawn."""
    discrepancies: tuple[tuple[Looked, tuple[str, ...]], ...]
    """Each with what it did to the claims that it touches."""
    more_discrepancies: int
    tree: tuple[BranchView, ...]


def audit_page(page: AuditPage, language: str = "en") -> str:
    """Return the page of a whole audit, which stands alone; equal arguments give equal bytes.

    Raises `UsageError` for a language without a catalogue.
    """
    words, page = words_for(language), shown(page)
    is_open = sum(one.is_audited for one in page.contests) <= OPEN_AT_MOST
    views = [contest_view(words, one, f"a{at}", is_open, 0, DISCREPANCIES) for at, one in enumerate(page.contests, 1)]
    decisions = [one.decision for one in page.contests if one.is_audited]
    tally = [(word, decisions.count(word)) for word in dict.fromkeys(["CONFIRMED", *decisions])]
    return _poured(words, "audit.html", page=page, contests=views, tally=tally)


def audited_contest_page(page: AuditPage, told: ContestTold, language: str = "en", rows: str = "") -> str:
    """Return the page of one contest, draw by draw; `rows` is the path of the file that has all draws."""
    words, page, told = words_for(language), shown(page), shown(told)
    view = contest_view(words, told, "a", True, ROWS, ROWS)
    return _poured(words, "audit_contest.html", page=page, c=view, rows=rows)


def _poured(words: Words, template: str, **given: object) -> str:
    environment = environment_for(words)
    environment.filters |= {"risk": words.risk, "number": words.number}
    css, css_hash = style(environment, "page.css", "audit.css")
    html = environment.get_template(template).render(
        words=words,
        css=Markup(css),
        css_hash=css_hash,
        acts=ACT_WORDS,
        kinds=DECISION_KINDS,
        implied=IMPLIES_WORDS,
        open_branches=OPEN_BRANCHES,
        **given,
    )
    return html.rstrip("\n") + "\n"


def contest_view(
    words: Words, told: ContestTold, key: str, is_open: bool, room: int, most: int
) -> AuditedView:  # fmt: skip
    """Return the view of one contest: at most `room` rows of draws over all claims, and `most` discrepancies."""
    claims = tuple(_claims(told, room))
    return AuditedView(
        told, DECISION_KINDS.get(told.decision, "open"), is_open, risk_figure(words, told, key), claims,
        max((one.least for one in claims if one.least is not None), default=None),
        tuple((draw, tuple(_touched(words, told, draw))) for draw in told.discrepancies[:most]),
        max(0, len(told.discrepancies) - most), tuple(_branches(told.tree.branches)) if told.tree else (),
    )  # fmt: skip


def _claims(told: ContestTold, room: int) -> Iterator[ClaimView]:
    """Give the room to claims by their risk, the largest first; they stay in their order."""
    given = {}
    for one in sorted(told.claims, key=lambda one: (one.rows[-1].least if one.rows else 0, -one.number), reverse=True):
        given[one.number] = min(room, len(one.rows))
        room -= given[one.number]
    for one in told.claims:
        many = given[one.number]
        yield ClaimView(one, tuple(zip(told.draws[:many], one.rows[:many], strict=True)), len(one.rows) - many,
                        one.rows[-1].least if one.rows else None)  # fmt: skip


def _touched(words: Words, told: ContestTold, draw: Looked) -> Iterator[str]:
    """Say what a difference did to claims, those with the largest risk after it first."""
    rows = [(one, one.rows[draw.number - 1]) for one in told.claims]
    touched = [pair for pair in rows if pair[1].effect != "none"]
    touched.sort(key=lambda pair: (-pair[1].risk, pair[0].number))
    if not touched:
        yield words.gettext("It touches no claim.")
    for one, row in touched[:TOUCHED]:
        before = one.rows[draw.number - 2].risk if draw.number > 1 else 1.0
        yield words.gettext(
            "Claim %(number)s: %(effect)s; its risk went from %(before)s to %(after)s.",
            number=words.count(one.number), effect=words.gettext(EFFECT_WORDS[row.effect]), before=words.risk(before),
            after=words.risk(row.risk),
        )  # fmt: skip
    if (more := len(touched) - TOUCHED) > 0:
        yield words.ngettext("and %(n)s more claim", "and %(n)s more claims", more)


def _branches(told: Sequence[BranchTold]) -> Iterator[BranchView]:
    """Put branches together that one claim cuts: who goes first among them makes no difference."""
    together: dict[int, list[str]] = {}
    for one in told:
        if one.claim is not None:
            together.setdefault(one.claim, []).append(one.name)
    for claim, names in together.items():
        yield BranchView("; ".join(names), claim, (), False, False)
    for one in told:
        if one.claim is None:
            below = tuple(_branches(one.branches))
            yield BranchView(one.name, None, below, one.folded, not below and not one.folded)
