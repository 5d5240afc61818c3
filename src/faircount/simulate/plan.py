"""How large an election is to be made, and from which seed."""

from dataclasses import dataclass

from faircount.model import BadInputError


@dataclass(frozen=True, slots=True)
class Plan:
    """A size and a seed: everything that an invented election depends on.

    Raises `BadInputError` when there are fewer than 3 precincts, fewer than 40 ballots a precinct, or a ballot is to
    have other than 1 or 2 cards: smaller elections cannot hold every planted fault.
    """

    seed: int
    precincts: int
    ballots: int
    sheets: int
    """Cards per ballot, 1 or 2."""
    jurisdiction: str

    def __post_init__(self) -> None:
        place = f"plan for {self.jurisdiction!r}"
        if self.seed < 0:
            raise BadInputError(place, "a seed is not negative", str(self.seed))
        if self.precincts < 3 or self.ballots < 40 * self.precincts:
            found = f"{self.ballots} ballots in {self.precincts} precincts"
            raise BadInputError(place, "at least 3 precincts, with 40 ballots each on average", found)
        if self.sheets not in (1, 2):
            raise BadInputError(place, "a ballot has 1 or 2 cards", str(self.sheets))
        if not self.jurisdiction.strip():
            raise BadInputError("plan", "a jurisdiction has a name")


SIZES: dict[str, Plan] = {
    "town": Plan(seed=20301105, precincts=4, ballots=600, sheets=2, jurisdiction="Alder"),
    "county": Plan(seed=20301105, precincts=30, ballots=20_000, sheets=2, jurisdiction="Juniper"),
    "state": Plan(seed=20301105, precincts=300, ballots=300_000, sheets=1, jurisdiction="Larch"),
}
"""Plans by name, smallest first. The jurisdictions are invented."""
