"""From a seed and sizes to the units that people fetch: the draw of each design, as docs/bundle.md writes it down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from faircount.audit.reports import Margins, margins_of
from faircount.model import BadInputError, Commitment, Design, Draw, ListedCard, Sample, UsageError
from faircount.sample.consistent import draw_for_contests, ticket
from faircount.sample.manifest import positions
from faircount.sample.weighted import draw_by_bound

EVERY = "*"
"""The key of a size that is no contest's: of cards polled, or of draws of batches."""
_SCALE = 10**9


@dataclass(frozen=True)
class Urn:
    """All that can be drawn, in its published order, and the seed: with sizes, they give the sample."""

    commitment: Commitment
    seed: str

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The names of all cards, or of all batches, in the published order."""
        held = self.commitment
        if held.design is Design.COMPARISON:
            return tuple(card.unit for card in held.listed)
        if held.design is Design.POLLING:
            return tuple(positions((one.batch, one.cards) for one in held.batches))
        return tuple(one.batch for one in held.batches)

    @cached_property
    def tickets(self) -> tuple[str, ...]:
        """The ticket of each unit; of use where cards are drawn."""
        return tuple(ticket(self.seed, unit) for unit in self.units)

    @cached_property
    def by_ticket(self) -> tuple[int, ...]:
        """Places of the units in the order of their tickets."""
        return tuple(sorted(range(len(self.units)), key=self.tickets.__getitem__))

    @cached_property
    def margins(self) -> tuple[Margins, ...]:
        """Of a batch audit: what each claim of an audited contest hangs on."""
        return tuple(one for subject in self.commitment.audited for one in margins_of(self.commitment, subject))

    @cached_property
    def bounds(self) -> tuple[int, ...]:
        """Of a batch audit: ⌈10^9 u⌉ of each batch, u the most by which it can overstate any claim, in its margins."""
        columns = [one.bounds for one in self.margins]
        return tuple(ceil(_SCALE * max(most)) for most in zip(*columns, strict=True))

    def drawn(self, sizes: Mapping[str, int]) -> Sample:
        """Return the sample of these sizes. Raises `BadInputError` for sizes that the design or the records lack."""
        refuse_sizes(self.commitment, sizes)
        if self.commitment.design is Design.BATCH:
            return draw_by_bound(self.units, self.bounds, self.seed, sizes.get(EVERY, 0))
        if self.commitment.design is Design.POLLING:
            size = sizes.get(EVERY, 0)
            if size > len(self.units):
                raise BadInputError("sample", f"there are {len(self.units):,} cards to draw", f"{size:,} asked for")
            order: Sequence[int] = self.by_ticket[:size]
        else:
            holds = [[contest for contest, _ in card.record] for card in self.commitment.listed]
            order = draw_for_contests(self.tickets, holds, sizes).order
        return Sample("consistent", self.seed, tuple(Draw(self.units[at], self.tickets[at]) for at in order))

    def listed_for(self, contest: str, drawn: frozenset[str]) -> list[ListedCard]:
        """Return the cards that list the contest, by ticket, as far as each of them is drawn.

        A prefix of a random order, whoever was drawn for what, so that every contest may use it; a test that is valid
        at each draw is valid at the last of these.
        """
        found = []
        for at in self.by_ticket:
            card = self.commitment.listed[at]
            if contest in self.commitment.contests_of[card.unit]:
                if card.unit not in drawn:
                    break
                found.append(card)
        return found


def refuse_sizes(commitment: Commitment, sizes: Mapping[str, int]) -> None:
    """Raise `BadInputError` for a size below 0 or of a contest that is not there; `UsageError` for an empty draw."""
    known = {one.id for one in commitment.subjects} if commitment.design is Design.COMPARISON else {EVERY}
    for contest, size in sizes.items():
        if contest not in known:
            raise BadInputError("sample", f"a size is of one of {', '.join(sorted(known))}", repr(contest))
        if size < 0:
            raise BadInputError("sample", "a size is not negative", f"{size} for {contest}")
    if not any(sizes.values()):
        raise UsageError("nothing would be drawn: every size is 0")
