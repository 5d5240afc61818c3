"""What a draw is worth: by hand, by the page's formulas, and over many audits whose outcome was wrong."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import pytest
from audit.naive_audit import Naive
from audit.null_records import ALPHA, seen, wrong_batches, wrong_mixed_pool, wrong_poll, wrong_records
from audit.small_audits import DIGITS, batches, comparison, counted, polling

from faircount.audit import measuring
from faircount.audit.drawing import EVERY, Urn
from faircount.audit.files import files_of
from faircount.audit.forms import seen_json
from faircount.audit.measuring import macro, measure, smallest
from faircount.audit.reports import Margins
from faircount.audit.rounds import closing
from faircount.model import BadInputError, Commitment, Counted, Sample, Seen
from faircount.risk import Population

BET = {"risk": "betting-fixed", "settings": (("bet", "1"),)}


def whole(commitment: Commitment, sizes: Mapping[str, int] | None = None) -> tuple[Urn, Sample]:
    """Return an urn, and the sample of everything or of these sizes."""
    urn = Urn(commitment, DIGITS)
    every = {one.id: one.cards for one in commitment.subjects} if commitment.listed else {EVERY: len(urn.units)}
    return urn, urn.drawn(sizes or every)


def values(commitment: Commitment, found: Mapping[str, Seen]) -> dict[str, Fraction]:
    """Return the value of each unit for the first contest, everything drawn."""
    urn, sample = whole(commitment)
    (one,) = measure(urn, commitment.subjects[0], sample, found)
    return {step.unit: step.value for step in one.steps}


# ---- by hand ---------------------------------------------------------------
def four_cards() -> list[Fraction | float]:
    """Three for A and one for B, all as on record: v = ½, B = 2/3, U = 4/3, N = 4, λ = 1."""
    commitment = comparison([("", {"c1": "A"})] * 3 + [("", {"c1": "B"})], **BET)
    urn, sample = whole(commitment)
    found = {f"b, {n}": seen({"c1": "A" if n < 4 else "B"}) for n in range(1, 5)}
    (one,) = measure(urn, commitment.subjects[0], sample, found)
    assert [step.value for step in one.steps] == [Fraction(2, 3)] * 4
    return [step.risk for step in one.steps]


def test_a_comparison_without_errors_by_hand() -> None:
    """μ = 1/2, 4/9, 1/3: T = 7/6, 7/6·11/9, …·4/3; after the fourth the sum 8/3 is above N/2 = 2, and p is 0."""
    assert four_cards() == pytest.approx([6 / 7, 54 / 77, 81 / 154, 0.0])


def every_kind() -> dict[str, Fraction]:
    """Six cards, v = 3/6: two-vote and one-vote errors both ways, one not found, one without the contest."""
    commitment = comparison([("", {"c1": way}) for way in "AAAAB-"])
    says = [{"c1": "A"}, {"c1": "B"}, {"c1": "-"}, None, {"c1": "A"}, {"c1": None}]
    return values(commitment, {f"b, {n}": seen(one) for n, one in enumerate(says, 1)})


def test_every_kind_of_difference_by_hand() -> None:
    """B = (1 − (A(c) − A(b)))/(2 − ½); A is 1, 0, ½; not found and not on the card are 0."""
    halves = {"b, 1": 2, "b, 2": 0, "b, 3": 1, "b, 4": 0, "b, 5": 4, "b, 6": 1}
    assert every_kind() == {unit: Fraction(n, 2) / Fraction(3, 2) for unit, n in halves.items()}


def with_phantoms() -> dict[str, Fraction]:
    """Five for A and two phantoms: v = 5/7."""
    commitment = comparison([("", {"c1": "A"})] * 5, phantoms=2)
    return values(commitment, {f"b, {n}": seen({"c1": "A"}) for n in range(1, 6)})


def test_a_phantom_counts_as_half_on_record_and_nothing_on_paper() -> None:
    found = with_phantoms()
    assert found["phantom-1"] == found["phantom-2"] == Fraction(1, 2) / (2 - Fraction(5, 7))
    assert found["b, 1"] == 1 / (2 - Fraction(5, 7)) and len(found) == 7


def pooled() -> dict[str, Fraction]:
    """A pool of three for A and one for B, and two recorded for A: v = 4/6; the pool's mean is 3/4."""
    commitment = comparison([("p", {"c1": way}) for way in "AAAB"] + [("", {"c1": "A"})] * 2)
    says: list[dict[str, str | None] | None] = [{"c1": "A"}, {"c1": "B"}, {"c1": None}, None, {"c1": "A"}, {"c1": None}]
    return values(commitment, {f"b, {n}": seen(one) for n, one in enumerate(says, 1)})


def test_a_card_in_a_pool_is_held_against_the_mean_of_the_pool() -> None:
    """Without the contest such a card is ½: the pool never said that this one holds it."""
    quarters = {"b, 1": 5, "b, 2": 1, "b, 3": 3, "b, 4": 1, "b, 5": 4, "b, 6": 0}
    assert pooled() == {unit: Fraction(n, 4) / Fraction(4, 3) for unit, n in quarters.items()}


def polled() -> dict[str, Fraction]:
    commitment = polling({"x": 5}, {"c1": "AAAB"})
    says: list[dict[str, str | None] | None] = [{"c1": "A"}, {"c1": "B"}, {"c1": "-"}, {"c1": None}, None]
    return values(commitment, {f"x, {n}": seen(one) for n, one in enumerate(says, 1)})


def test_a_polled_card_speaks_for_itself() -> None:
    assert polled() == {f"x, {n}": value for n, value in enumerate((1, 0, Fraction(1, 2), Fraction(1, 2), 0), 1)}


REPORTS = {"x": {"c1": "AAAB"}, "y": {"c1": "AAAAAA"}, "z": {"c1": "AABB"}}


def taints() -> dict[str, Fraction]:
    """Reports of V = 8 over three batches; y lacks two cards, one of z's for A is blank."""
    commitment = batches(REPORTS)
    said: dict[str, Counted] = {"x": counted("AAAB"), "y": counted("AAAA"), "z": counted("AB-B")}
    urn, sample = whole(commitment, {EVERY: 12})
    found = {unit: Seen(True, {"c1": said[unit]}) for unit in said}
    (one,) = measure(urn, commitment.subjects[0], sample, found)
    assert {step.unit for step in one.steps} == {"x", "y", "z"}
    return {step.unit: step.value for step in one.steps}


def test_taints_of_batches_by_hand() -> None:
    """u = (Σg + n)/V: 6/8, 12/8, 4/8. y loses 2 and each missing card could be B's: e = 4/8; z: e = 1/8. B = Σu."""
    found = taints()
    assert found["x"] == 0
    assert float(found["y"]) == pytest.approx(4 / 12) and float(found["z"]) == pytest.approx(1 / 4)


def test_macro_by_hand() -> None:
    """B = 11/4: each clean draw multiplies by 7/11, a taint of a half by 14/11; one of all ends it."""
    assert macro(Fraction(11, 4), [Fraction(0), Fraction(-1), Fraction(1, 2)]) == pytest.approx(
        [7 / 11, 49 / 121, 98 * 7 / 1331]
    )
    assert macro(Fraction(11, 4), [Fraction(0), Fraction(1), Fraction(0)]) == pytest.approx([7 / 11, 1, 1])


def test_macro_where_the_batches_could_hardly_hold_the_error() -> None:
    """B < 1: never; B = 1: only if every error that there can be is there."""
    assert macro(Fraction(9, 10), [Fraction(0), Fraction(1)]) == [0.0, 0.0]
    assert macro(Fraction(1), [Fraction(0), Fraction(1), Fraction(0)]) == [0.0, 1.0, 1.0]


# ---- the tests above turn red where the code is wrong ----------------------
WRONG: list[tuple[str, Callable[[pytest.MonkeyPatch], None], Callable[[], object]]] = [
    ("a phantom is a vote for the winner",
     lambda patch: patch.setattr(measuring, "on_paper", lambda claim, record, paper: Fraction(1)), with_phantoms),
    ("a phantom is ½ on paper",
     lambda patch: patch.setattr(measuring, "on_paper", lambda claim, record, paper: Fraction(1, 2)), with_phantoms),
    ("a card is skipped",
     lambda patch: patch.setattr(Urn, "listed_for", lambda urn, name, drawn: [c for c in urn.commitment.listed][1:]),
     with_phantoms),
    ("N is one too many",
     lambda patch: patch.setattr(measuring, "Population", lambda n, u: Population(n + 1, u)), four_cards),
    ("the pool's mean is ½",
     lambda patch: patch.setattr(measuring, "pool_means", lambda *_: {"p": Fraction(1, 2)}), pooled),
    ("missing cards are forgiven", lambda patch: patch.setattr(Margins, "error", lambda one, at, said: (
        one.reported[at] - measuring_gain(one, said)) / one.whole), taints),
]  # fmt: skip


def measuring_gain(one: Margins, said: Seen) -> Fraction:
    """Return Σ g of what was found, and nothing for cards that are missing."""
    found = said.contests[one.subject]
    assert isinstance(found, Counted)
    return sum((one.assertion.assorter.gain(ballot) * n for ballot, n in found.ballots), Fraction(0))


@pytest.mark.parametrize(("plant", "example"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_planted_faults_change_the_examples(
    plant: Callable[[pytest.MonkeyPatch], None], example: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = example()
    plant(monkeypatch)
    assert example() != right


# ---- contests that ride along ----------------------------------------------
def test_a_contest_that_is_not_audited_is_measured_over_what_was_drawn_of_it() -> None:
    commitment = comparison([("", {"c1": "A", "c2": "A"})] * 12 + [("", {"c2": "A"})] * 12, audited=["c1"])
    lengths = set()
    for seed in map(str, range(30)):
        urn = Urn(commitment, seed)
        sample = urn.drawn({"c1": 12})
        found = {unit: seen({"c1": "A", "c2": "A"}) for unit in sample.units}
        (one,) = measure(urn, commitment.subjects[1], sample, found)
        order = [urn.units[at] for at in urn.by_ticket]
        first_left_out = next(at for at, unit in enumerate(order) if unit not in sample.units)
        assert [step.unit for step in one.steps] == order[:first_left_out]
        lengths.add(len(one.steps))
    assert len(lengths) > 2


def test_a_poll_of_a_contest_ends_where_an_entry_leaves_it_out() -> None:
    """Not said is not the same as not on the card: to take it for ½ would be a guess."""
    commitment = polling({"x": 6}, {"c1": "AAAA", "c2": "AAA"}, audited=["c1"])
    urn, sample = whole(commitment)
    found = {unit: seen({"c1": "A", "c2": "A"}) for unit in sample.units}
    found[sample.units[3]] = seen({"c1": "A"})
    assert [len(measure(urn, one, sample, found)[0].steps) for one in commitment.subjects] == [6, 3]
    found[sample.units[3]] = seen(None)
    assert [len(measure(urn, one, sample, found)[0].steps) for one in commitment.subjects] == [6, 6]
    assert measure(urn, commitment.subjects[1], sample, found)[0].steps[3].value == 0


def test_batches_that_had_no_chance_tell_nothing() -> None:
    """c2 could be wrong in w, which is never drawn for c1: its risk is 1, however clean the draws are."""
    commitment = batches({"w": {"c2": "AAAA"}, "x": {"c1": "AAAB", "c2": "AA"}}, audited=["c1"])
    urn, sample = whole(commitment, {EVERY: 9})
    found = {"x": Seen(True, {"c1": counted("AAAB"), "c2": counted("AA")})}
    assert smallest(measure(urn, commitment.subjects[0], sample, found)) < 0.5
    assert smallest(measure(urn, commitment.subjects[1], sample, found)) == 1.0


def test_a_card_drawn_and_never_entered() -> None:
    commitment = comparison([("", {"c1": "A"})] * 3)
    urn, sample = whole(commitment)
    with pytest.raises(BadInputError, match="nothing of 'b, 2'"):
        measure(urn, commitment.subjects[0], sample, {"b, 1": seen({"c1": "A"}), "b, 3": seen({"c1": "A"})})


def test_nothing_claimed_is_nothing_measured() -> None:
    assert smallest(()) == 1.0


# ---- validity --------------------------------------------------------------
LIMIT = Fraction(1, 5)
RUNS = 300


def share(rng: random.Random, make: Callable[[random.Random], tuple[Commitment, dict[str, Seen]]], sizes: int) -> float:
    """Return how often an audit with a wrong outcome is confirmed at some draw."""
    confirmed = 0
    for _ in range(RUNS):
        commitment, found = make(rng)
        urn = Urn(commitment, f"{rng.randrange(10**20):020}")
        size = {"c1": sizes} if commitment.listed else {EVERY: sizes}
        confirmed += smallest(measure(urn, commitment.subjects[0], urn.drawn(size), found)) <= LIMIT
    return confirmed / RUNS


NULLS = {
    "comparison": (wrong_records("cobra", (("winner_to_loser", "0.001"),), 0, 0), 25),
    "comparison that learns": (wrong_records("alpha", ALPHA, 0, 0), 40),
    "comparison with phantoms": (wrong_records("kaplan-kolmogorov", (("g", "0.1"),), 4, 0), 25),
    "comparison with a pool": (wrong_records("alpha", ALPHA, 0, 25), 30),
    "a pool of two styles": (wrong_mixed_pool, 40),
    "pool and phantoms": (wrong_records("alpha-fixed", ALPHA, 3, 20), 30),
    "polling": (wrong_poll, 30),
    "batches": (wrong_batches, 8),
}


@pytest.mark.parametrize("name", NULLS)
def test_a_wrong_outcome_is_seldom_confirmed(name: str) -> None:
    make, sizes = NULLS[name]
    found = share(random.Random(f"null {name}"), make, sizes)
    assert found <= LIMIT + 3 * math.sqrt(LIMIT * (1 - LIMIT) / RUNS)


def test_an_audit_of_right_records_confirms() -> None:
    """The counterpart: what can confirm nothing would pass every test above."""
    confirmed = 0
    for run in range(30):
        record = ["A"] * 30 + ["B"] * 10
        commitment = comparison(
            [("", {"c1": way}) for way in record], risk="cobra", settings=(("winner_to_loser", "0.001"),)
        )
        urn = Urn(commitment, f"{run + 1:020}")
        found = {f"b, {at}": seen({"c1": way}) for at, way in enumerate(record, 1)}
        confirmed += smallest(measure(urn, commitment.subjects[0], urn.drawn({"c1": 12}), found)) <= LIMIT
    assert confirmed == 30


# ---- at the end of the draw ------------------------------------------------
@pytest.mark.parametrize(
    "settings",
    [
        ("betting-fixed", (("bet", "1"),)),
        ("alpha", ()),
        ("kaplan-kolmogorov", (("g", "0.1"),)),
        ("cobra", (("winner_to_loser", "0.001"),)),
        ("alpha-fixed", ()),
    ],
    ids=str,
)
def test_everything_drawn_leaves_no_doubt(settings: tuple[str, tuple[tuple[str, str], ...]]) -> None:
    """All cards: p is 0 where A won on paper, however closely, and at least what a tie leaves where A did not."""
    risk, numbers = settings
    record = ["A"] * 9 + ["B"] * 6
    for paper, won in (
        (["A"] * 8 + ["B"] * 7, True),
        (["A"] * 7 + ["B"] * 8, False),
        (["A"] * 7 + ["B"] * 7 + ["-"], False),
    ):
        commitment = comparison([("", {"c1": way}) for way in record], risk=risk, settings=numbers)
        urn, sample = whole(commitment)
        found = {f"b, {at}": seen({"c1": way}) for at, way in enumerate(paper, 1)}
        (one,) = measure(urn, commitment.subjects[0], sample, found)
        assert (one.steps[-1].risk == 0.0) is won
        assert won or one.steps[-1].risk == 1.0


# ---- the page's formulas ---------------------------------------------------
RISKS: Sequence[tuple[str, tuple[tuple[str, str], ...]]] = (
    ("betting-fixed", (("bet", "0.75"),)), ("kaplan-kolmogorov", (("g", "0.1"),)), ("alpha-fixed", ()),
    ("alpha-fixed", (("eta0", "0.6"),)), ("alpha", ()), ("alpha", (("c", "0.02"), ("d", "10"), ("eta0", "0.7"))),
    ("cobra", (("winner_to_loser", "0.001"),)), ("cobra", (("winner_to_loser", "0.05"),)),
)  # fmt: skip


@pytest.mark.parametrize(("risk", "settings"), RISKS, ids=str)
def test_risks_are_those_of_the_page(risk: str, settings: tuple[tuple[str, str], ...]) -> None:
    rng = random.Random(f"{risk} {settings}")
    for _ in range(6):
        record = [rng.choice("AAAB-") for _ in range(rng.randrange(12, 30))] + ["A"] * 4
        pool = rng.randrange(len(record) // 2)
        commitment = comparison(
            [("p" if at < pool else "", {"c1": way}) for at, way in enumerate(record)],
            rng.randrange(3),
            risk=risk,
            settings=settings,
        )
        urn = Urn(commitment, DIGITS)
        sample = urn.drawn({"c1": rng.randrange(5, len(record))})
        found = {}
        for at, way in enumerate(record, 1):
            says = way if rng.random() < 0.85 else rng.choice("AB-")
            found[f"b, {at}"] = seen(None if rng.random() < 0.03 else {"c1": None if rng.random() < 0.03 else says})
        same_as_naive(commitment, sample, found, {"c1": len([c for c in commitment.listed if c.unit in sample.units])})


def same_as_naive(commitment: Commitment, sample: Sample, found: Mapping[str, Seen], sizes: Mapping[str, int]) -> None:
    """Hold values, risks and decisions against the naive ones."""
    naive = Naive(commitment.design.value, files_of(commitment))
    said = {unit: seen_json(one) for unit, one in found.items()}
    urn = Urn(commitment, sample.seed)
    (contest,) = naive.contests
    (one,) = measure(urn, commitment.subjects[0], sample, found)
    (claim,) = contest["assertions"]
    assert [step.value for step in one.steps] == naive.values(contest, claim, sample.seed, set(sample.units), said)
    assert [step.risk for step in one.steps] == pytest.approx(
        naive.risks(contest, claim, [s.value for s in one.steps]), rel=1e-7
    )
    measured, decided = naive.closing(sample.seed, sizes, said)
    body = closing(urn, 1, sample, found)
    assert [float(row["p"]) for row in body["measured"]] == pytest.approx([row[3] for row in measured], abs=1e-9)
    assert body["decisions"] == decided
