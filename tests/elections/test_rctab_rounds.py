"""Cases of the reference tabulator, counted from their own exports: every round, tally, transfer, inactive ballot."""

import json
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest

from elections.reading import totals
from elections.shared import real
from faircount.app.sniffing import sniff
from faircount.count import RULES
from faircount.count.ranked.sequential_instant_runoff import passes
from faircount.model import Choice, Contest, Profile, Round, Transcript

OVERVOTE = {
    "exhaustImmediately": "exhaust",
    "alwaysSkipToNextRank": "skip",
    "exhaustIfMultipleContinuing": "exhaust-if-multiple-continuing",
}
CAUSES = {
    "exhaustedChoices": "exhausted",
    "overvotes": "overvote",
    "repeatedRankings": "repeated choice",
    "skippedRankings": "skipped rank",
}
POOL = "Undeclared Write-ins"
RULE = {
    "singleWinnerMajority": "instant-runoff",
    "multiPassIrv": "sequential-instant-runoff",
    "bottomsUp": "bottoms-up",
    "bottomsUpUsingPercentageThreshold": "bottoms-up",
}
CASES = {
    # case → contest title, where the export holds several
    "2013_minneapolis_mayor": "MAYOR MINNEAPOLIS",
    "2013_minneapolis_park_bottoms_up": "PARK AND RECREATION COMMISSIONER AT LARGE MINNEAPOLIS",
    "2015_portland_mayor": "For Mayor",
    "batch_example": "",
    "clear_ballot_kansas_primary": "",
    "continue_tabulation_test": "",
    "continue_until_two_with_batch_elimination_test": "",
    "csv_missing_header_test": "",
    "duplicate_test": "",
    "excluded_test": "",
    "exhaust_if_multiple_continuing": "",
    "first_round_determines_threshold_test": "",
    "generic_csv_test": "",
    "missing_precinct_example": "",
    "multi_seat_bottoms_up_with_cutoff_eliminate": "",
    "multi_seat_bottoms_up_with_dynamic_threshold": "",
    "precinct_example": "",
    "sequential_with_batch": "",
    "skip_to_next_test": "",
    "stop_tabulation_early_test": "",
    "test_set_overvote_delimiter": "",
    "tiebreak_generate_permutation_test": "",
    "tiebreak_seed_test": "",
    "tiebreak_use_permutation_in_config_test": "",
}


def decisions(rules: dict[str, Any]) -> dict[str, str]:
    """The options that say what the configuration says; ties as the report shows them decided."""
    mode = RULE[rules["winnerElectionMode"]]
    found = {
        "overvote": OVERVOTE[rules["overvoteRule"]],
        "skipped": rules["maxSkippedRanksAllowed"],
        "repeated": "exhaust" if rules["exhaustOnDuplicateCandidate"] else "skip",
        "write_ins": "excluded-once-voted",
        "tie": "recorded",
        "batch": "yes" if rules["batchElimination"] else "no",
    }
    if mode == "bottoms-up":
        if "Percentage" in rules["winnerElectionMode"]:
            part = str(Fraction(rules["multiSeatBottomsUpPercentageThreshold"]) / 100)
            cutoff = "all-below" if rules.get("cutoffElimination") else "one"
            found |= {"until": "part", "part": part, "exclude": cutoff}
        return found
    found |= {
        "until_two": "elected-before" if rules.get("continueUntilTwoCandidatesRemain") else "no",
        "threshold": "first-round" if rules.get("doesFirstRoundDetermineThreshold") else "each-round",
        "minimum": rules.get("minimumVoteThreshold") or "0",
    }
    if mode == "instant-runoff":
        found["stop_after"] = rules.get("stopTabulationEarlyAfterRound") or "never"
    return found


def counted(contest: Contest, profile: Profile, reports: list[Any]) -> Transcript:
    """Count, asking the reports whenever a tie is met: who of the tied went out, or was elected, in that round."""
    record: list[str] = []
    while True:
        told = tuple({**dict(contest.options), "tie_record": json.dumps(record)}.items()) if record else contest.options
        transcript = RULES[contest.rule].count(Contest(**{**fields(contest), "options": told}), profile)
        if transcript.verdict != "tie":
            return transcript
        tied = transcript.rounds[-1].ties[-1].tied
        about = "eliminated" if transcript.rounds[-1].ties[-1].about == "excluded" else "elected"
        # A pass that no tie stopped is whole, so the report of the last one is the one to ask.
        made = passes(transcript.rounds)
        told_by = reports[len(made) - 1]["results"][len(made[-1]) - 1]["tallyResults"]
        (picked,) = {one[about] for one in told_by if about in one} & {contest.name_of(c) for c in tied}
        record.append(picked)


def fields(contest: Contest) -> dict[str, Any]:
    return {name: getattr(contest, name) for name in Contest.__slots__}


def opened(case: str, title: str) -> tuple[Contest, Profile, list[Any], Any]:
    folder = real("cvr", "rctab", case)
    config = json.loads((folder / f"{case}_config.json").read_text("utf-8"))
    (source,) = config["cvrFileSources"]
    path = (folder / source["filePath"]).resolve()
    found = sniff(path)
    assert found.reader is not None
    read = totals(found.reader, path)
    contest, profile = read.profile(title or read.tables["contests"][0]["contest"])
    kinds = {c["name"]: "withdrawn" if c["excluded"] else "regular" for c in config["candidates"]}
    named = {alias: c["name"] for c in config["candidates"] for alias in c.get("aliases", ())}
    choices = []
    for choice in contest.choices:
        name = POOL if choice.kind == "write-in" else named.get(choice.name, choice.name)
        choices.append(Choice(name, kind=kinds.get(name, choice.kind)))
    # Candidates of the configuration whom no ballot names.
    choices += [Choice(name, kind=kind) for name, kind in kinds.items() if name not in {c.name for c in choices}]
    if source["undeclaredWriteInLabel"] and POOL not in {c.name for c in choices}:
        choices.append(Choice(POOL, kind="write-in"))
    rules = config["rules"]
    made = Contest(
        contest.title, tuple(choices), seats=max(int(rules["numberOfWinners"]), 1), ranks=contest.ranks,
        rule=RULE[rules["winnerElectionMode"]], options=tuple(decisions(rules).items()),
    )  # fmt: skip
    paths = sorted(folder.glob(f"{case}*_expected_detailed_report.json"))
    return made, profile, [json.loads(path.read_text("utf-8")) for path in paths], rules


def same_round(contest: Contest, ours: Round, theirs: dict[str, Any], blank: int, out: set[str]) -> None:
    votes = {contest.name_of(c): n for c, n in enumerate(ours.votes)}  # type: ignore[arg-type]
    tally = {name: Fraction(n) for name, n in theirs["tally"].items()}
    assert {n: v for n, v in votes.items() if v} == {n: v for n, v in tally.items() if v}
    assert not out & tally.keys()
    inactive = dict(ours.inactive)
    assert inactive.pop("undervote", 0) == blank
    assert inactive == {CAUSES[c]: Fraction(n) for c, n in theirs["inactiveBallots"].items() if Fraction(n)}
    results = theirs["tallyResults"]
    assert {contest.name_of(c) for c in ours.elected} == {r["elected"] for r in results if "elected" in r}
    assert {contest.name_of(c) for c in ours.excluded} == {r["eliminated"] for r in results if "eliminated" in r}
    moved: Counter[tuple[str, str]] = Counter()
    for one in ours.transfers:
        target = "exhausted" if one.target is None else contest.name_of(one.target)
        moved[contest.name_of(one.source), target] += one.votes  # type: ignore[assignment]
    assert dict(moved) == {
        (r.get("eliminated", ""), target): Fraction(n) for r in results for target, n in r["transfers"].items()
    }
    if ours.threshold is not None:
        assert ours.threshold == Fraction(theirs["threshold"])


@pytest.mark.parametrize("case", CASES)
def test_every_round_of_a_case(case: str) -> None:
    contest, profile, reports, rules = opened(case, CASES[case])
    transcript = counted(contest, profile, reports)
    made = passes(transcript.rounds)
    assert len(made) == len(reports)
    for rounds, report in zip(made, reports, strict=True):
        blank = report["summary"]["undervotes"]
        blank -= 3 if case == "first_round_determines_threshold_test" else 0  # it counts empty rows of the sheet
        assert len(rounds) == len(report["results"])
        out: set[str] = set()
        for ours, theirs in zip(rounds, report["results"], strict=True):
            same_round(contest, ours, theirs, blank, out)
            out |= {contest.name_of(c) for c in ours.excluded}
    assert transcript.verdict == ("stopped" if rules.get("stopTabulationEarlyAfterRound") else "elected")
