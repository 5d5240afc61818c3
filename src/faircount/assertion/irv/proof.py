"""The proof that claims suffice, apart from the search that found them: walk every order of exclusion.

Every order that ends with another winner must be contradicted by some claim. Orders are walked from their end, so a
claim that contradicts an end cuts all orders that end so.
"""

from collections.abc import Iterable, Sequence

from faircount.assertion.irv.claim import Claim, Order


def uncut(claims: Iterable[Claim], choices: int, winner: int) -> Order | None:
    """Return an order of exclusion with another winner that no claim contradicts; None where there is none.

    Whether a claim cuts an order where `choice` goes first depends on who is left and not on how they came there, so
    each set of those left is walked once.
    """
    claims = list(claims)
    beaten, beaters = [0] * choices, [0] * choices
    for claim in claims:
        if not claim.standing:
            beaten[claim.winner] |= 1 << claim.loser
            beaters[claim.loser] |= 1 << claim.winner
    stages = {(claim.standing, claim.winner) for claim in claims if claim.standing}
    everyone = (1 << choices) - 1
    for other in range(choices):
        if other == winner:
            continue
        waiting: list[tuple[Order, int]] = [((other,), 1 << other)]
        seen = {1 << other}
        if beaters[other] & ~(1 << other):
            continue
        while waiting:
            order, left = waiting.pop()
            if left == everyone:
                return order
            for choice in range(choices):
                more = left | 1 << choice
                if more == left or more in seen:
                    continue
                if beaten[choice] & left or beaters[choice] & ~more or (more, choice) in stages:
                    continue
                seen.add(more)
                waiting.append(((choice, *order), more))
    return None


def tree(claims: Sequence[Claim], choices: int, winner: int) -> list[tuple[Order, Claim | None]]:
    """Return every end of an order that is cut, with the claim that cuts it, and every full order that is not (None).

    In the order of the walk: for each other winner, from the end. This is what a person can check by eye.
    """
    found: list[tuple[Order, Claim | None]] = []

    def below(order: Order) -> None:
        cut = next((claim for claim in claims if claim.contradicts(order)), None)
        if cut is not None or len(order) == choices:
            found.append((order, cut))
            return
        for choice in range(choices):
            if choice not in order:
                below((choice, *order))

    for other in range(choices):
        if other != winner:
            below((other,))
    return found
