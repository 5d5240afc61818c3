"""From a configuration of RCTab to a contest with its rule and every named decision."""

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction

from faircount.app.rctab.config import POOL, STV_MODES, Config, Rules
from faircount.count.ranked.rctab_random import JavaRandom, java_order
from faircount.model import BadInputError, Choice, Contest

_OVERVOTE = {
    "exhaustImmediately": "exhaust",
    "alwaysSkipToNextRank": "skip",
    "exhaustIfMultipleContinuing": "exhaust-if-multiple-continuing",
}
_RULE = {
    "singleWinnerMajority": "instant-runoff",
    "multiPassIrv": "sequential-instant-runoff",
    "bottomsUp": "bottoms-up",
    "bottomsUpUsingPercentageThreshold": "bottoms-up",
    **dict.fromkeys(STV_MODES, "stv"),
}


def contest_of(config: Config, ranks: int, changes: Mapping[str, str]) -> Contest:
    """Return the contest that `config` describes, for ballots of `ranks` ranks; `changes` are decisions stated anew.

    Choices are in the order of the configuration, the pooled write-ins last. `minimumVoteThreshold` is not applied: no
    code of RCTab 2.0.1 reads it. Raises `BadInputError` for rules of the configuration that no rule here counts by.
    """
    rules = config.rules
    choices = tuple(Choice(c.name, kind="withdrawn" if c.excluded else "regular") for c in config.candidates)
    if config.pooled:
        choices += (Choice(POOL, kind="write-in"),)
    decided = {**_common(rules), **_of_mode(config), **_ties(config, [choice.name for choice in choices]), **changes}
    return Contest(
        config.title, choices, seats=max(rules.winners, 1), ranks=max(ranks, 1), rule=_RULE[rules.mode],
        options=tuple(sorted(decided.items())),
    )  # fmt: skip


def _common(rules: Rules) -> dict[str, str]:
    return {
        "overvote": _OVERVOTE[rules.overvote],
        "repeated": "exhaust" if rules.exhaust_repeated else "skip",
        # No ballot has so many ranks that ten thousand of them can be skipped.
        "skipped": "unlimited" if rules.skipped is None or rules.skipped > 9_999 else str(rules.skipped),
        "withdrawn": "skip",
        "write_ins": "excluded-once-voted",
    }


def _of_mode(config: Config) -> dict[str, str]:
    rules, mode = config.rules, config.rules.mode
    single = mode in ("singleWinnerMajority", "multiPassIrv")
    if rules.stop_after and mode not in ("singleWinnerMajority", *STV_MODES):
        raise _uncounted(config, "stopTabulationEarlyAfterRound", str(rules.stop_after), "leave it empty")
    stop = {"stop_after": "never" if (rules.stop_after or 10_000) > 9_999 else str(rules.stop_after)}
    if single:
        found = {
            "batch": "yes" if rules.batch else "no",
            "threshold": "first-round" if rules.first_round_threshold else "each-round",
            "until_two": "elected-before" if rules.until_two else "no",
        }
        return {**found, "without_votes": "go-on", **(stop if mode == "singleWinnerMajority" else {})}
    if mode == "bottomsUp":
        return {"batch": "no"}
    if rules.part is not None:
        if not rules.part:
            found_part = f"0 after {rules.decimals} decimals"
            raise _uncounted(config, "multiSeatBottomsUpPercentageThreshold", found_part, "state more decimals")
        part = Fraction(rules.part)
        return {
            "batch": "no", "until": "part", "part": f"{part.numerator}/{part.denominator}", "reach": "more-than",
            "exclude": "all-below" if rules.cutoff else "one",
        }  # fmt: skip
    if rules.hare and rules.fractional_quota:
        raise _uncounted(config, "hareQuota", "nonIntegerWinningThreshold beside it", "set one of them to false")
    return {
        "cut": "fraction",
        "decimals": str(rules.decimals),
        "elect": "one-a-round" if mode == STV_MODES[0] else "all-who-reach",
        "final_surplus": "taken",
        "quota": "hare-up" if rules.hare else "droop-fractional" if rules.fractional_quota else "droop",
        "surpluses": "together",
        **stop,
    }


def _ties(config: Config, names: Iterable[str]) -> dict[str, str]:
    rules = config.rules
    seed = {} if rules.seed is None else {"tie_seed": str(rules.seed)}
    if rules.tie == "random":
        return {"tie": "rctab-random", **seed}
    if rules.tie == "stopCountingAndAsk":
        return {"tie": "stop"}
    if rules.tie.startswith("previousRoundCounts"):
        then = "rctab-random" if rules.tie.endswith("Random") else "stop"
        return {"tie": "previous-rounds", "tie_then": then, **seed}
    # Undeclared write-ins are in neither order of RCTab, and so are never picked to go out while others can.
    declared = [name for name in names if name != POOL]
    pool = [name for name in names if name == POOL]
    if rules.tie == "generatePermutation":
        declared = list(JavaRandom(rules.seed or 0).shuffled(sorted(declared, key=java_order)))
    return {"tie": "order", "tie_order": json.dumps([*pool, *declared], ensure_ascii=False)}


def _uncounted(config: Config, key: str, found: str, fix: str) -> BadInputError:
    mode = config.rules.mode
    return BadInputError(f"{config.place}, rules", f"{key} is one that is counted here with {mode}", found, fix)
