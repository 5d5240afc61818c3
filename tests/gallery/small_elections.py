"""Small elections from a seed, of every kind that is audited: what is on record, and what an audit commits to."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from faircount.app.auditing.preparing import claims_of, settings_for
from faircount.app.auditing.readings import read_of
from faircount.app.recounting import result
from faircount.audit.reports import margin_of, recorded
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.model import (
    PHANTOM,
    Ballot,
    BatchReport,
    CandidateIndex,
    CardCount,
    Choice,
    Commitment,
    Contest,
    Counted,
    Design,
    ListedCard,
    Mark,
    Pattern,
    Profile,
    Rank,
    Read,
    Subject,
)

NAMES = ("Ada Finch", "Bo Wren", "Cy Lark", "Di Crane", "Ed Heron")
LISTS = ("Plum List", "Quince List", "Rowan List", "Sorrel List")
BATCHES = ("North 1", "South, East", "Übersee", "West-4")
"""Names that try the writing of tables: a comma, a letter beyond ASCII."""
RISKS = {
    Design.COMPARISON: ("cobra", "alpha", "kaplan-kolmogorov", "betting-fixed", "alpha-fixed"),
    Design.POLLING: ("alpha", "kaplan-kolmogorov", "betting-fixed", "alpha-fixed"),
    Design.BATCH: ("macro",),
}
STATED = {"kaplan-kolmogorov": (("g", "0.1"),), "betting-fixed": (("bet", "1.2"),), "alpha-fixed": (("eta0", "0.9"),)}
"""Settings that an audit here states itself; others take what is usual."""


@dataclass(frozen=True)
class Card:
    """One card: its batch, and how it is marked in each contest that it holds, by contest id."""

    batch: str
    marks: Mapping[str, Pattern]


@dataclass(frozen=True)
class Election:
    """Contests by id, and cards in their order; what is on record of them is what they say."""

    contests: Mapping[str, Contest]
    cards: tuple[Card, ...]

    def read(self, name: str, pattern: Pattern) -> Read:
        """Return marks and ballot of one way of marking a contest."""
        return read_of(self.contests[name], pattern)

    def ballots(self, card: Card) -> dict[str, Ballot]:
        """Return what a card says in each contest that it holds."""
        return {name: self.read(name, pattern).ballot for name, pattern in card.marks.items()}

    def counted(self, name: str, batch: str | None = None) -> Counted:
        """Return the ballots of one contest, of all cards or those of a batch."""
        tally = Counter(
            self.read(name, card.marks[name]).ballot
            for card in self.cards
            if name in card.marks and batch in (None, card.batch)
        )
        order = sorted(tally, key=lambda ballot: (ballot.ranking, ballot.votes))
        return Counted(CardCount(tally.total()), tuple((ballot, tally[ballot]) for ballot in order))


def plurality(chance: random.Random) -> Contest:
    """One seat, one vote."""
    return Contest("Mayor", _people(chance, 2, 4))


def several(chance: random.Random) -> Contest:
    """Two seats, and a vote for each."""
    return Contest("Council", _people(chance, 3, 5), seats=2, votes_allowed=2)


def measure(chance: random.Random) -> Contest:
    """A question that must reach a part of the votes, or of the cards."""
    options = {"threshold": chance.choice(("1/2", "3/5", "2/3")), "base": chance.choice(("votes", "votes", "ballots"))}
    return Contest("Library", (Choice("Yes"), Choice("No")), rule="threshold", options=tuple(sorted(options.items())))


def ranked(chance: random.Random) -> Contest:
    """An instant runoff."""
    return Contest("Sheriff", _people(chance, 3, 4), ranks=3, rule="instant-runoff")


def lists(chance: random.Random) -> Contest:
    """Seats for lists, by highest averages."""
    options = (("divisor", chance.choice(("dhondt", "dhondt", "sainte-lague", "danish"))),)
    choices = tuple(Choice(name, name.split()[0]) for name in LISTS[: chance.randint(2, 4)])
    return Contest("Assembly", choices, chance.randint(2, 5), rule="highest-averages", options=options)


KINDS: Mapping[str, Callable[[random.Random], Contest]] = {
    "plurality": plurality, "several": several, "measure": measure, "ranked": ranked, "lists": lists,
}  # fmt: skip


def _people(chance: random.Random, least: int, most: int) -> tuple[Choice, ...]:
    return tuple(Choice(name, LISTS[at % 2]) for at, name in enumerate(NAMES[: chance.randint(least, most)]))


def marked(contest: Contest, chance: random.Random, favourite: int) -> Pattern:
    """Return how one card is marked: mostly for the favourite, now and then blank or with too many marks."""
    size = len(contest.choices)
    order = sorted(range(size), key=lambda choice: (choice != favourite, chance.random()))
    if chance.random() < 0.05:
        return Pattern(())
    if contest.ranks:
        depth = chance.randint(1, min(size, contest.ranks))
        return Pattern(
            tuple(Mark(CandidateIndex(c), Rank(rank)) for rank, c in enumerate(order[:depth], 1))
        )  # fmt: skip
    much = size if chance.random() < 0.04 else chance.randint(1, contest.votes_allowed)
    return Pattern(tuple(Mark(CandidateIndex(c)) for c in sorted(order[:much])))


def election(chance: random.Random, kinds: tuple[str, ...], cards: int, lead: float) -> Election:
    """Make up an election: the first contest is on every card, others where a batch has them."""
    contests = {f"c{at}": KINDS[kind](chance) for at, kind in enumerate(kinds, 1)}
    batches = BATCHES[: chance.randint(2, len(BATCHES))]
    where = {name: {b for b in batches if name == "c1" or chance.random() < 0.7} for name in contests}
    favourites = {name: chance.randrange(len(one.choices)) for name, one in contests.items()}

    def liked(name: str) -> int:
        return favourites[name] if chance.random() < lead else chance.randrange(len(contests[name].choices))

    def card(batch: str) -> Card:
        return Card(batch, {
            name: marked(one, chance, liked(name))
            for name, one in contests.items() if batch in where[name]
        })  # fmt: skip

    made = tuple(card(batch) for batch in sorted(chance.choice(batches) for _ in range(cards)))
    return Election({name: one for name, one in contests.items() if any(name in card.marks for card in made)}, made)


# ---- what an audit of it commits to ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Terms:
    """How an election is audited."""

    design: Design
    audited: tuple[str, ...]
    risk_function: str = ""
    risk_limit: Fraction = Fraction(1, 10)
    pooled: str = ""
    """The batch that is a pool."""
    phantoms: int = 0


def commitment(held: Election, terms: Terms) -> Commitment:
    """Return what an audit of these terms commits to; a contest that cannot be claimed is not audited."""
    whole = {Design.COMPARISON: _listed, Design.POLLING: _polled, Design.BATCH: _batches}[terms.design](held, terms)
    subjects = tuple(_subject(held, whole, name, terms) for name in sorted(held.contests))
    return replace(whole, subjects=subjects)


def _listed(held: Election, terms: Terms) -> Commitment:
    reads: dict[str, list[Read]] = {name: [] for name in held.contests}
    listed = []
    in_pool = sorted({name for card in held.cards if card.batch == terms.pooled for name in card.marks})
    for at, card in enumerate(held.cards, 1):
        pool = card.batch if card.batch == terms.pooled else ""
        record: list[tuple[str, int | None]] = []
        for name, pattern in sorted(card.marks.items()):
            read = held.read(name, pattern)
            if read not in reads[name]:
                reads[name].append(read)
            record.append((name, reads[name].index(read)))
        if pool:
            record = [(name, None) for name in in_pool]
        if record:
            listed.append(ListedCard(f"{card.batch.replace(', ', '-')}-{at}", card.batch, str(at), pool, tuple(record)))
    every = tuple((name, None) for name in sorted(held.contests))
    listed += [ListedCard(f"{PHANTOM}{at}", "", "", "", every) for at in range(1, terms.phantoms + 1)]
    totals = {name: held.counted(name, terms.pooled) for name in in_pool}
    pools = {terms.pooled: totals} if totals else {}
    return Commitment(
        Design.COMPARISON, (), tuple(listed), {name: tuple(one) for name, one in reads.items()}, pools
    )  # fmt: skip


def _polled(held: Election, terms: Terms) -> Commitment:
    sizes = Counter(card.batch for card in held.cards)
    batches = tuple(BatchReport(name, CardCount(sizes[name])) for name in sorted(sizes))
    return Commitment(
        terms.design, (), batches=batches, totals={name: held.counted(name) for name in sorted(held.contests)}
    )


def _batches(held: Election, terms: Terms) -> Commitment:
    sizes = Counter(card.batch for card in held.cards)
    names = {batch: sorted({n for c in held.cards if c.batch == batch for n in c.marks}) for batch in sizes}
    reports = (
        BatchReport(batch, CardCount(sizes[batch]), {name: held.counted(name, batch) for name in names[batch]})
        for batch in sorted(sizes, key=lambda name: name.encode("utf-16-be"))
    )
    return Commitment(terms.design, (), batches=tuple(reports))


def _cards(held: Election, name: str, terms: Terms) -> CardCount:
    """N: every card of a poll; else those that hold the contest, with phantoms."""
    if terms.design is Design.POLLING:
        return CardCount(len(held.cards))
    return CardCount(held.counted(name).cards + terms.phantoms)


def _subject(held: Election, whole: Commitment, name: str, terms: Terms) -> Subject:
    contest = replace(held.contests[name], cards_bound=_cards(held, name, terms))
    ways = Counter(card.marks[name] for card in held.cards if name in card.marks)
    profile = Profile.of(dict(ways))
    transcript = result(contest, profile).transcript
    claims = claims_of(contest, transcript, ballots_of(RULES[contest.rule], contest, profile))
    decided = replace(contest, options=tuple(sorted(dict(transcript.decisions).items())))
    risk = terms.risk_function or RISKS[terms.design][0]
    made = Subject(
        name, decided, _cards(held, name, terms), tuple(dict.fromkeys(transcript.elected)), transcript.verdict,
        tuple(int(n) for n in transcript.seats_won), False, terms.risk_limit, risk,
        settings_for(risk, STATED.get(risk, ())), claims.implies, claims.words, claims.assertions,
        tuple(Fraction(0) for _ in claims.assertions),
    )  # fmt: skip
    record = recorded(replace(whole, subjects=(made,)), made)
    margins = tuple(margin_of(one, record, made.cards) for one in made.assertions)
    if not margins or min(margins) <= 0:
        return replace(made, assertions=(), margins=(), implies="nothing", words="the records do not bear it out")
    decidable = made.verdict != "tie" and name in terms.audited
    return replace(made, margins=margins, audited=decidable)
