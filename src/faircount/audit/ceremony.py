"""The seed: dice that two people enter, and, where several parties want a hand in it, numbers promised and revealed.

A promise is SHA-256 of `faircount-promise/1`, the party, a nonce and the value; all promises stand in the log before
anybody rolls or reveals, so that nobody can choose a value that suits. docs/bundle.md has the bytes.
"""

import hashlib
from collections.abc import Mapping

from faircount.audit.forms import utf16
from faircount.model import BadInputError

SEED, PROMISE = "faircount-seed/1", "faircount-promise/1"
LEAST_DIGITS = 20
"""Digits of ten-sided dice: 10^20 seeds are more than anybody can try."""


def promise(party: str, nonce: str, value: str) -> str:
    """Return what a party publishes before the dice: it binds `value` and does not show it."""
    return hashlib.sha256("\n".join((PROMISE, party, nonce, value)).encode()).hexdigest()


def seed_of(digits: str, root: str, revealed: Mapping[str, str]) -> str:
    """Return the seed: the digits as they are, or where parties revealed values, SHA-256 over all of it.

    `root` is the root (hexadecimal) of the witnessed checkpoint, so that the seed belongs to what was committed.
    """
    if not revealed:
        return digits
    parts = [SEED, root, digits, *sorted((f"{party}={value}" for party, value in revealed.items()), key=utf16)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def checked_digits(digits: str, least: int = LEAST_DIGITS) -> str:
    """Return the digits without blanks. Raises `BadInputError` unless they are 0 to 9 and at least `least` of them."""
    found = "".join(digits.split())
    if not found.isascii() or not found.isdigit() or len(found) < least:
        rule = f"a seed is at least {least} digits, one a roll of a ten-sided die"
        raise BadInputError("seed", rule, repr(digits), "roll again what is missing, and enter all of it")
    return found
