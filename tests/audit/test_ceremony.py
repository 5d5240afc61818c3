"""The seed: what parties bind themselves to, what dice and reveals give, digit by digit."""

import hashlib

import pytest

from faircount.audit.ceremony import checked_digits, promise, seed_of
from faircount.model import BadInputError


def test_a_promise_binds_party_nonce_and_value() -> None:
    written = b"faircount-promise/1\nOak\n7f\nblue kettle"
    assert promise("Oak", "7f", "blue kettle") == hashlib.sha256(written).hexdigest()
    others = {promise("Elm", "7f", "blue kettle"), promise("Oak", "7e", "blue kettle"), promise("Oak", "7f", "blue")}
    assert len({*others, promise("Oak", "7f", "blue kettle")}) == 4


def test_the_seed_of_dice_alone_is_the_digits() -> None:
    assert seed_of("01234567890123456789", "ab" * 32, {}) == "01234567890123456789"


def test_the_seed_of_dice_and_values_belongs_to_the_commitment() -> None:
    """Parties in their order as text, whoever revealed first."""
    written = "faircount-seed/1\n" + "ab" * 32 + "\n01234567890123456789\nElm=x\nOak=y"
    expected = hashlib.sha256(written.encode()).hexdigest()
    assert seed_of("01234567890123456789", "ab" * 32, {"Oak": "y", "Elm": "x"}) == expected
    assert seed_of("01234567890123456789", "cd" * 32, {"Oak": "y", "Elm": "x"}) != expected


def test_parties_are_sorted_by_utf16() -> None:
    """U+FB01 comes after U+1D11E in UTF-16, where that is two units from D834 on, and before it by code points."""
    written = "faircount-seed/1\nr\n1\n\U0001d11e=x\nﬁ=y"
    assert seed_of("1", "r", {"ﬁ": "y", "\U0001d11e": "x"}) == hashlib.sha256(written.encode()).hexdigest()


def test_digits_as_people_write_them() -> None:
    assert checked_digits(" 01234 56789\n01234 56789 ") == "01234567890123456789"
    assert checked_digits("0123456789012345678901234", 25) == "0123456789012345678901234"


@pytest.mark.parametrize(
    "digits", ["", "0123456789012345678", "0123456789012345678x", "٠" * 20, "-1234567890123456789", "²" * 20]
)
def test_digits_that_are_none(digits: str) -> None:
    with pytest.raises(BadInputError, match="at least 20 digits"):
        checked_digits(digits)
    with pytest.raises(BadInputError, match="at least 25 digits"):
        checked_digits("1" * 24, 25)
