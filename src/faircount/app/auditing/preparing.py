"""From an election's folder to what an audit commits to: contests with their claims, and what is on record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from faircount.app.auditing.facts import fitting_bet, unbounded
from faircount.app.auditing.records import Listed, Records
from faircount.app.auditing.tallied import Batches, Polled
from faircount.app.opened import Opened
from faircount.app.progress import Progress, Silent
from faircount.app.recounting import result
from faircount.assertion import WITHOUT_ASSERTIONS, Claims, generator_for
from faircount.audit.agreement import FITTING, FOLLOWING, MACRO, SETTINGS, refuse_settings
from faircount.audit.reports import margin_of, recorded
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.model import (
    HALF,
    Ballots,
    CandidateIndex,
    CardCount,
    Commitment,
    Contest,
    Design,
    FaircountError,
    NotCounted,
    Subject,
    Transcript,
    UsageError,
)
from faircount.risk import RISKS

DEFAULT_RISK = {Design.COMPARISON: "cobra", Design.POLLING: "alpha", Design.BATCH: MACRO}
"""The risk function of each design where nobody names another."""
POOLED_RISK = "betting-fixed"
"""The one of a comparison with pools, with a bet that fits them: values in a pool spread (docs/power.md)."""
UNCHOSEN = "nobody chose it for this audit"
"""Why a contest is not in an audit that could have been."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the people who run the audit decide: all of it is fixed and published before the seed."""

    design: Design = Design.COMPARISON
    contests: tuple[str, ...] = ()
    """Titles, or words of them, of the contests that decide the audit; all that can be claimed where none is named."""
    also: tuple[str, ...] = ()
    """Further contests, to be read and measured as far as the draw for the others goes, and decided by nobody."""
    risk_limit: Fraction = Fraction(1, 20)
    risk_function: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    pooled: tuple[str, ...] = ()
    """Counting groups whose cards cannot be matched one by one to paper: each batch of them is a pool."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would be committed, and what of the election is not in it, with the reason."""

    commitment: Commitment
    without: tuple[NotCounted, ...]
    remarks: tuple[str, ...]


def records_of(opened: Opened, wish: Wish) -> Records:
    """Return what the design takes from the election. Raises `UsageError` where that is not there."""
    if wish.design is Design.COMPARISON:
        return Listed(opened, wish.pooled)
    if wish.pooled:
        raise UsageError("pools are for a comparison; a poll or a batch audit needs none")
    return Polled(opened) if wish.design is Design.POLLING else Batches(opened)


def prepare(opened: Opened, wish: Wish, progress: Progress | None = None) -> Prepared:
    """Return what an audit of this kind would commit to.

    Raises `UsageError` where the records do not serve the design, a contest named cannot be claimed, or the risk limit
    or risk function is none.
    """
    progress = progress or Silent()
    _refuse(wish)
    records = records_of(opened, wish)
    stated = dict(wish.settings)
    wish = _settled(wish, isinstance(records, Listed) and records.pools)
    chosen = frozenset(opened.chosen(wish.contests)) if wish.contests else frozenset()
    read = chosen | frozenset(opened.chosen(wish.also) if wish.also else ()) if chosen else frozenset(records.contests)
    subjects: list[Subject] = []
    by_totals = {one.title for one in records.lost}
    without = [one for one in opened.without if one.title not in records.contests.keys() | by_totals]
    without += [*records.lost, *(NotCounted(title, UNCHOSEN) for title in sorted(records.contests.keys() - read))]
    progress.start("claims", len(read), "contests")
    for title, contest in sorted((one, records.contests[one]) for one in read & records.contests.keys()):
        try:
            subjects.append(_subject(contest, records, wish))
        except FaircountError as error:
            if title in chosen:
                raise UsageError(f"{title!r} cannot be audited: {error}") from error
            without.append(NotCounted(title, str(error)))
        progress.advance(1)
    progress.finish()
    lost = [one for one in without if one.title in chosen]
    if lost:
        raise UsageError(f"{lost[0].title!r} cannot be audited: {lost[0].reason}")
    if not subjects:
        reasons = "; ".join(f"{one.title}: {one.reason}" for one in without[:3]) or "there are none"
        raise UsageError(f"no contest can be audited: {reasons}")
    subjects = _deciding(_named(subjects), chosen)
    whole = records.commitment(tuple(subjects))
    final = tuple(_with_margins(whole, one) for one in subjects)
    if wish.risk_function == "betting-fixed" and "bet" not in stated and wish.design is Design.COMPARISON:
        final = tuple(_with_bet(whole, one) for one in final)
    made = replace(whole, subjects=final)
    return Prepared(made, tuple(without), (*records.remarks, *unbounded(made)))


def _refuse(wish: Wish) -> None:
    if not 0 < wish.risk_limit < 1:
        raise UsageError(f"a risk limit is above 0 and below 1, not {wish.risk_limit}")
    if not wish.risk_function:
        return
    if wish.risk_function not in FITTING[wish.design]:
        _ = RISKS[wish.risk_function] if wish.risk_function != MACRO else None
        raise UsageError(
            f"{wish.risk_function} is not for a {wish.design} audit, or verifiers cannot recompute it; "
            f"one of these is: {', '.join(FITTING[wish.design])}"
        )


def _settled(wish: Wish, pools: bool) -> Wish:
    """Return the wish with the risk function and the settings that it leaves to us."""
    risk_function = wish.risk_function or (POOLED_RISK if pools else DEFAULT_RISK[wish.design])
    return replace(wish, risk_function=risk_function, settings=settings_for(risk_function, wish.settings))


def settings_for(risk_function: str, stated: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the settings to commit to: those stated, and the defaults of those that a verifier could not know.

    Each is written as docs/bundle.md has decimals: `.1` and `1.` are numbers for people, and none for a verifier.

    Raises `BadInputError` for one that the risk function does not have, or that verifiers do not recompute.
    """
    found = dict(stated)
    if risk_function != MACRO:
        for setting in RISKS[risk_function].settings:
            wanted = setting.name in SETTINGS[risk_function] and setting.name not in FOLLOWING
            if wanted and isinstance(setting.default, int | float):
                found.setdefault(setting.name, f"{Decimal(str(setting.default)):f}")
    settings = tuple((name, _as_decimal(text)) for name, text in sorted(found.items()))
    refuse_settings("settings", risk_function, settings)
    return settings


def _as_decimal(text: str) -> str:
    """Return a number such as `.1` as `0.1`, and what is none as it is."""
    return f"{Decimal(text):f}" if text.isascii() and text.replace(".", "", 1).isdecimal() else text


def claims_of(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Return the claims of one outcome; where nothing can be claimed, with the reason."""
    generator = generator_for(contest.rule)
    if generator is None:
        words = WITHOUT_ASSERTIONS.get(contest.rule, f"no claims are known for outcomes of {contest.rule}")
        return Claims((), "nothing", words)
    return generator.claims(contest, transcript, ballots)


def named_by(transcript: Transcript) -> tuple[CandidateIndex, ...]:
    """Return whom an outcome names, each once (a list wins several seats): the elected, or who goes on to a runoff."""
    return tuple(dict.fromkeys(transcript.advancing if transcript.verdict == "runoff" else transcript.elected))


def _subject(contest: Contest, records: Records, wish: Wish) -> Subject:
    """Return one contest with its claims; margins come once all is on record, over N cards."""
    held = records.profile(contest.title)
    bounded = replace(contest, cards_bound=CardCount(records.cards(contest.title)))
    transcript = result(bounded, held).transcript
    claims = claims_of(bounded, transcript, ballots_of(RULES[contest.rule], bounded, held))
    if not records.has_cards(contest.title):
        _refuse_totals(contest, claims)
    if not records.knows_all(contest.title):
        _refuse_figures(bounded, claims)
    decided = replace(bounded, options=tuple(sorted(dict(transcript.decisions).items())))
    return Subject(
        "", decided, CardCount(records.cards(contest.title)),
        named_by(transcript),
        transcript.verdict,
        tuple(int(n) for n in transcript.seats_won), False, wish.risk_limit,
        wish.risk_function, wish.settings,
        claims.implies, claims.words, claims.assertions, tuple(Fraction(0) for _ in claims.assertions),
    )  # fmt: skip


def _refuse_totals(contest: Contest, claims: Claims) -> None:
    """Raise `UsageError` where a claim needs more than a total of votes: which marks stand together on a card."""
    features = {feature.name for one in claims.assertions for _, feature in one.assorter.terms} - {"votes"}
    if features:
        raise UsageError(f"only totals of {contest.title!r} are known, and its claims need what single cards say")


def _refuse_figures(contest: Contest, claims: Claims) -> None:
    """Raise `UsageError` for a claim that votes are above a stated figure, where cards without the contest are drawn.

    Such a claim takes its part of the figure from every card; a card without the contest would take nothing (½), so
    that the claim could hold of too few votes. Half a vote is the figure of "at least one", which any card proves.
    """
    for one in claims.assertions:
        share = sum((-times for times, feature in one.assorter.terms if feature.name == "cards"), Fraction(0))
        if one.kind == "above-figure" and share * (contest.cards_bound or 0) > HALF:
            raise UsageError(
                f"{contest.title!r} is about a stated figure ({one.claim}), which needs every card to be known to hold "
                "it: compare card by card without pools (--design comparison)"
            )


def _named(subjects: Sequence[Subject]) -> list[Subject]:
    width = len(str(len(subjects)))
    return [replace(one, id=f"c{at:0{width}}") for at, one in enumerate(subjects, 1)]


def _deciding(subjects: Sequence[Subject], chosen: frozenset[str]) -> list[Subject]:
    """Return the subjects, those marked that decide the audit: the chosen, or all whose claims imply the outcome."""
    for one in subjects:
        if one.contest.title in chosen and not one.assertions:
            raise UsageError(f"{one.contest.title!r} cannot be audited by a sample: {one.words}; count it by hand")
    found = [
        replace(one, audited=one.contest.title in chosen if chosen else one.implies == "outcome") for one in subjects
    ]
    if not any(one.audited for one in found):
        reasons = "; ".join(f"{one.contest.title}: {one.words}" for one in found[:3])
        raise UsageError(f"no contest's outcome can be confirmed by a sample: {reasons}")
    return found


def _with_margins(whole: Commitment, one: Subject) -> Subject:
    """Return the subject with each margin over its N cards. Raises `UsageError` for an audited claim that has none."""
    record = recorded(whole, one)
    margins = tuple(margin_of(assertion, record, one.cards) for assertion in one.assertions)
    lost = [assertion.claim for assertion, margin in zip(one.assertions, margins, strict=True) if margin <= 0]
    if not lost:
        return replace(one, margins=margins)
    if one.audited:
        raise UsageError(
            f"{one.contest.title!r}: over {one.cards:,} cards, phantoms among them, the records do not bear out: "
            f"{lost[0]}; count it by hand"
        )
    return replace(
        one, assertions=(), margins=(), implies="nothing", words=f"the records do not bear out: {lost[0]}"
    )  # fmt: skip


def _with_bet(whole: Commitment, one: Subject) -> Subject:
    """Return the subject with the bet that fits its records, for nobody has stated one."""
    if not one.assertions:
        return one
    return replace(one, settings=tuple(sorted({**dict(one.settings), "bet": fitting_bet(whole, one)}.items())))
