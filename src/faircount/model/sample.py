"""What was drawn: the seed as published, the way of drawing, and the units in the order of the draw."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw: which unit (card or batch), and its ticket, by which anybody can repeat the order."""

    unit: str
    """The unit's name, as the manifest or the list of cards has it."""
    ticket: str
    """The number that gave it its place, as the sampler writes it; text, so that no digit is lost."""
    number: int = 1
    """How often this unit has been drawn so far, where it can be drawn again; else 1."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Draws in order. `sampler` names the entry of the catalog SAMPLERS; `seed` is the published text, unchanged."""

    sampler: str
    seed: str
    draws: tuple[Draw, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """Distinct units in the order of their first draw."""
        return tuple(dict.fromkeys(draw.unit for draw in self.draws))
