"""The shape of a preset: a rule with the named decisions that one law makes."""

from dataclasses import dataclass, replace

from faircount.model import Contest


@dataclass(frozen=True, slots=True)
class Preset:
    """How one jurisdiction counts: a rule and what its law decides. What is not named takes the rule's default."""

    name: str
    """What a person types: lower-case words with hyphens."""
    title: str
    rule: str
    law: str
    """Statute and section that the decisions are read from."""
    options: tuple[tuple[str, str], ...] = ()
    """Named decisions, sorted by name."""
    years: str = ""
    """When this law is in force: `since 2018`, `2005–2010`; empty where the section has not changed in substance."""
    note: str = ""
    """What of the law it cannot reproduce, or what the law leaves open; a full sentence or several."""
    held_against: str = ""
    """Official figures that a count under it was held against; empty: none at hand."""
    seats: int | None = None
    """Seats to fill, where the law states one number; None where the contest says it."""

    def applied(self, contest: Contest) -> Contest:
        """Return `contest` under this law; decisions stated before are dropped, as another rule may not know them."""
        return replace(contest, rule=self.rule, options=self.options, seats=self.seats or contest.seats)


def decisions(**options: str) -> tuple[tuple[str, str], ...]:
    """Return named decisions in the order of contests."""
    return tuple(sorted(options.items()))
