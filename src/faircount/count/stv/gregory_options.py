"""The named decisions of a count by fractional transfers, with the defaults of the Scottish law."""

from dataclasses import replace

from faircount.count.ranked.ballot_options import OVERVOTE, REPEATED, SKIPPED, WITHDRAWN, WRITE_INS, with_default
from faircount.count.rule import WHOLE_NUMBER, Option
from faircount.count.stv.quotas import QUOTA, QUOTA_FROM, REACH
from faircount.count.ties import ROUNDS_TIES

_PAPER = "SSI 2007/42, article 2, a paper whose next preference is not clear is non-transferable."
_NO_WORD = "SSI 2007/42 knows none."

ARITHMETIC = (
    Option(
        "decimals",
        (WHOLE_NUMBER, "exact"),
        "5",
        "Decimal places to which transferred votes are cut; what is cut off is lost to rounding. exact: nothing is "
        "cut, values are fractions. Default: SSI 2007/42, schedule 1, rule 48(3).",
    ),
    Option(
        "cut",
        ("value", "fraction", "parcel"),
        "value",
        "What is cut. value: each ballot's new value, which is surplus × its value / votes that share the surplus. "
        "fraction: first surplus / votes that share it, then that times the ballot's value. parcel: values stay exact, "
        "and what a choice gets of ballots of one value is cut as one sum. Default: rule 48(3).",
    ),
    Option(
        "surplus",
        ("all-ballots", "last-parcel"),
        "all-ballots",
        "Which ballots of an elected choice share its surplus. all-ballots: all that it holds, each in proportion to "
        "its value (weighted inclusive Gregory). last-parcel: those received last, which brought the quota (Gregory's "
        "own method). Default: rule 48(1).",
    ),
    Option(
        "share",
        ("all", "transferable"),
        "all",
        "Among which of those ballots the surplus is divided. all: also those without a next choice, whose part goes "
        "nowhere. transferable: only those with a next choice, none of which gains value; what they cannot carry goes "
        "nowhere. Default: rule 48(3), the total number of votes credited.",
    ),
)

ORDER = (
    Option(
        "elect",
        ("all-who-reach", "one-a-round", "one-until-enough"),
        "all-who-reach",
        "Who of several that reach the quota in one round is elected in it. all-who-reach: all. one-a-round: the one "
        "with most votes; the others go on and may get more. one-until-enough: likewise, until as many reach it as "
        "seats are left, who are all elected. Default: rule 47(1).",
    ),
    Option(
        "surpluses",
        ("largest", "in-order", "together"),
        "largest",
        "Which surplus is transferred when there are several. largest: one a round, the largest first. in-order: one a "
        "round, in the order of election, the largest of those elected together first. together: all in one round; "
        "and a round that elects excludes nobody, even where nothing is above the quota. Default: rule 49(1).",
    ),
    Option(
        "defer",
        ("no", "below-the-gap", "up-to-the-gap"),
        "no",
        "Whether a surplus waits while it cannot save the lowest choice. no: surpluses go before exclusions. "
        "below-the-gap: it waits while all surpluses together are fewer than what those to be excluded lack to equal "
        "the next choice. up-to-the-gap: also where they are just as many. Default: rule 50(1).",
    ),
    Option(
        "batch",
        ("no", "after-surpluses", "before-surpluses"),
        "no",
        "Whether several are excluded at once: the largest group of lowest choices whose votes, with all surpluses "
        "not yet transferred, are together fewer than those of the next choice, and who are not needed to fill the "
        "seats. no: one at a time. after-surpluses: such a group of two or more, once surpluses are transferred or "
        "wait. before-surpluses: such a group, even of one, goes before any surplus. Default: rule 50(1).",
    ),
    Option(
        "exclusion",
        ("whole", "by-value", "by-parcel"),
        "whole",
        "How an excluded choice's ballots go. whole: all in one round. by-value: a round for each value, the highest "
        "first. by-parcel: a round for the ballots received in each round, the earliest first. Between such rounds "
        "choices can be elected, and surpluses wait. Default: rule 50(2) and (3).",
    ),
)

END = (
    Option(
        "last_seats",
        ("equal", "equal-or-leader"),
        "equal",
        "When seats are filled without the quota. equal: as many choices are left as seats. equal-or-leader: also when "
        "one seat is left and one choice has more votes than all others left, with all surpluses not yet transferred. "
        "Default: rule 52(1).",
    ),
    Option(
        "last_exclusion",
        ("transferred", "kept"),
        "transferred",
        "What becomes of the votes of those whose exclusion leaves as many choices as seats. transferred: they move on "
        "as any others. kept: they stay where they are, and the seats are filled in the same round. Default: "
        "rule 50(3).",
    ),
    Option(
        "final_surplus",
        ("stays", "taken"),
        "stays",
        "What becomes of surpluses when all seats are filled. stays: they stay with the elected. taken: a last round "
        "takes them, cut as any transfer, and nobody gets them. Default: rule 52(2), no further transfer.",
    ),
    Option(
        "stop_after",
        ("never", WHOLE_NUMBER),
        "never",
        "never: the count goes on to the end. A number: it stops after that round, with what was decided in it and "
        "nothing transferred (0 means never). SSI 2007/42 knows no such stop.",
    ),
)


def _lawful(option: Option) -> Option:
    """Return an option for ties with the Scottish default: what earlier stages decide, and only then a lot."""
    if option.name != "tie":
        return option
    return replace(
        option,
        default="previous-rounds",
        meaning=f"{option.meaning} Default: SSI 2007/42, schedule 1, rules 49(2) and 51(2)(a).",
    )


OPTIONS = (
    QUOTA,
    QUOTA_FROM,
    REACH,
    *ARITHMETIC,
    *ORDER,
    *END,
    with_default(OVERVOTE, "exhaust", _PAPER),
    with_default(REPEATED, "exhaust", _PAPER),
    with_default(SKIPPED, "0", _PAPER),
    with_default(WITHDRAWN, "skip", "SSI 2007/42 does not say."),
    with_default(WRITE_INS, "count", _NO_WORD),
    *(_lawful(option) for option in ROUNDS_TIES),
)
"""All decisions of rule `stv`."""
