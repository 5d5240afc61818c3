"""Words and numbers of one language: the only room through which the report speaks."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from gettext import NullTranslations
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from faircount.model import Status, UsageError, VoteCount
from faircount.report.catalogue import translations_for
from faircount.report.visible import visible


def N_(message: str) -> str:
    """Mark `message` for the catalogue; it is translated where it is shown."""
    return message


STATUS_WORDS = {Status.PASS: N_("PASS"), Status.NOT_CHECKED: N_("NOT CHECKED"), Status.FAIL: N_("FAIL")}

CAUSE_WORDS = {
    "undervote": N_("Undervotes"),
    "overvote": N_("Overvotes"),
    "skipped rank": N_("Skipped ranks"),
    "repeated choice": N_("Repeated choices"),
    "exhausted": N_("Exhausted"),
    "invalid": N_("Declared invalid"),
    "broker non-vote": N_("Broker non-votes"),
    "excluded shares": N_("Excluded shares"),
    "points not given": N_("Points not given"),
    "equal preference": N_("Equal preference"),
    "lost to rounding": N_("Lost to rounding"),
    "surplus not transferred": N_("Surplus not transferred"),
}

KIND_WORDS = {
    "write-in": N_("write-ins, pooled"),
    "qualified-write-in": N_("qualified write-in"),
    "no-preference": N_("no preference"),
    "withdrawn": N_("withdrawn"),
    "group": N_("group"),
    "abstain": N_("abstention"),
    "withhold": N_("withheld"),
    "broker-non-vote": N_("broker non-votes"),
}

TIE_WORDS = {
    "elected": N_("Tie for a seat: %(names)s."),
    "excluded": N_("Tie for exclusion: %(names)s."),
    "first to be transferred": N_("Tie for whose votes move first: %(names)s."),
    "place in the runoff": N_("Tie for a place in the runoff: %(names)s."),
    "place in the order": N_("Tie for a place in the order: %(names)s."),
}

TABLE_WORDS = {
    "ballots": N_("Ballots"),
    "cards": N_("Cards"),
    "votes": N_("Contests on cards"),
    "superseded": N_("Other readings of the same cards, kept and not counted"),
    "patterns": N_("Distinct ways of voting"),
    "marks": N_("Marks with details"),
    "contests": N_("Contests"),
    "choices": N_("Choices"),
    "styles": N_("Contests by ballot style"),
    "manifest": N_("Batches of manifests"),
    "reported": N_("Reported figures"),
    "turnout": N_("Turnout figures"),
    "rejected": N_("Rows that could not be read"),
    "facts": N_("Statements about itself"),
}

_PLACES = 4
_BILLIONTH = 10**9
_LEAST_RISK = 1e-9
_LARGE = 1e6
_VAST = 1e15
RAISED = {ord(str(digit)): raised for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
"""Digits → digits of an exponent."""


class Words:
    """Messages, numbers and lists in one language. `translations` gives messages, `language` gives numbers."""

    def __init__(self, language: str, translations: NullTranslations) -> None:
        try:
            self.locale = Locale.parse(language.replace("-", "_"))
        except (ValueError, UnknownLocaleError):
            raise UsageError(f"{language!r} is not the tag of a language; a tag looks like en or es-US") from None
        self.translations = translations
        self.language = language.replace("_", "-")
        self.direction: str = self.locale.text_direction

    def gettext(self, message: str, **values: Any) -> str:
        """Return `message` translated, with `%(name)s` filled from `values`."""
        return self.translations.gettext(message) % values

    def ngettext(self, one: str, many: str, n: int, **values: Any) -> str:
        """Return the form of the message that `n` asks for; `%(n)s` is `n` as people write it."""
        return self.translations.ngettext(one, many, n) % {"n": self.count(n), **values}

    def count(self, votes: VoteCount) -> str:
        """Return an exact count with separators; a fraction to 4 places, with ≈ before it where that rounds it."""
        exact = Fraction(votes)
        if exact.denominator == 1:
            with localcontext() as exactly:
                exactly.prec += len(str(exact.numerator))  # or a number of 28 digits and more would be refused
                return str(format_decimal(exact.numerator, locale=self.locale))
        scaled = round(exact * 10**_PLACES)
        text = str(format_decimal(Decimal(scaled).scaleb(-_PLACES), format="#,##0.0###", locale=self.locale))
        return text if Fraction(scaled, 10**_PLACES) == exact else f"≈{text}"

    def change(self, votes: VoteCount) -> str:
        """Return a count with its sign, `+12`, `−3` or `0`."""
        size, sign = self.count(abs(Fraction(votes))), "+" if votes > 0 else "−" if votes < 0 else ""
        return f"≈{sign}{size[1:]}" if size.startswith("≈") else sign + size

    def share(self, part: VoteCount, whole: VoteCount) -> str:
        """Return `part` of `whole` in percent to two places, `—` of nothing; never 0% or 100% by rounding alone."""
        if whole == 0:
            return "—"
        exact = Fraction(part) / Fraction(whole)
        smallest = Fraction(1, 10_000)
        if 0 < exact < smallest:
            return f"<\u202f{self._percent(smallest)}"
        if 1 - smallest < exact < 1:
            return f">\u202f{self._percent(1 - smallest)}"
        return self._percent(exact)

    def _percent(self, share: Fraction) -> str:
        number = Decimal(round(share * _BILLIONTH)) / _BILLIONTH
        return str(format_percent(number, format="#,##0.00%", locale=self.locale))

    def risk(self, risk: float | Fraction) -> str:
        """Return a probability to three figures, never as 0 by rounding, and without an exponent."""
        if 0 < risk < _LEAST_RISK:
            return f"<\u202f{self.risk(_LEAST_RISK)}"
        return str(format_decimal(Decimal(f"{float(risk):.3g}"), format="0.############", locale=self.locale))

    def number(self, number: float) -> str:
        """Return a float to six figures; a large one to its whole part, or as 1.5·10²⁴."""
        if abs(number) >= _VAST:
            digits, _, power = f"{number:.2e}".partition("e")
            return f"{self.number(float(digits))}·10{str(int(power)).translate(RAISED)}"
        if abs(number) >= _LARGE:
            return str(format_decimal(round(number), locale=self.locale))
        return str(format_decimal(Decimal(f"{number:.6g}"), format="#,##0.############", locale=self.locale))

    def names(self, names: Iterable[str]) -> str:
        """Return `names` as a list in this language, in the order given; `—` when there are none."""
        # no comma: many exports write `Family name, given name`
        return self.gettext("; ").join(names) or "—"

    def day(self, text: str) -> str:
        """Return an ISO date as people write it; any other text as it is."""
        try:
            return str(format_date(date.fromisoformat(text), format="long", locale=self.locale))
        except ValueError:
            return text

    def cell(self, value: object) -> str:
        """Return a value of an answer: whole numbers as they are, for many of them are names of batches."""
        if value is None:
            return "—"
        if isinstance(value, bool):
            return self.gettext("yes") if value else self.gettext("no")
        if isinstance(value, Fraction):
            return self.count(value)
        return value if isinstance(value, str) else visible(str(value))

    def status(self, status: Status) -> str:
        """Return the word for `status`."""
        return self.gettext(STATUS_WORDS[status])

    def cause(self, cause: str) -> str:
        """Return the word for an inactive cause; one that this room does not know is shown as it came."""
        return self.gettext(CAUSE_WORDS[cause]) if cause in CAUSE_WORDS else cause


def words_for(language: str) -> Words:
    """Return the words of `language`. Raises `UsageError` for one without a catalogue."""
    return Words(language, translations_for(language))
