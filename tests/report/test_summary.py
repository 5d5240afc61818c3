"""The summary may not be calmer than the findings."""

import itertools
import re

import pytest
from report import pages

from faircount.model import Report, Status
from faircount.report.summary import summary
from faircount.report.words import words_for

WORDS = words_for("en")
P, N, F = Status.PASS, Status.NOT_CHECKED, Status.FAIL


def told(*statuses, **changes):
    findings = tuple(pages.finding(f"R{n:02}", status) for n, status in enumerate(statuses, 1))
    return summary(WORDS, pages.page(findings=Report(findings), **changes))


def test_counts_are_said_with_their_status():
    received, agreement, unchecked = told(P, P, F, N, P)
    assert "2 sources with 12,345 ballots on 24,690 cards; 6 contests were recounted" in received
    assert "1 contest was not counted; 2 rows could not be read" in received
    assert "Of 5 checks, 3 found agreement (PASS) and 1 found disagreement (FAIL): R03" in agreement
    assert "1 check could not be made (NOT CHECKED: R04)" in unchecked


@pytest.mark.parametrize("statuses", [s for n in range(4) for s in itertools.product((P, N, F), repeat=n)])
def test_all_is_said_only_where_all_passed(statuses):
    _, agreement, unchecked = told(*statuses)
    everything = bool(re.search(r"\bAll\b|The one check that there is", agreement))
    assert everything == (bool(statuses) and set(statuses) == {P})
    assert ("No check was left out" in unchecked) == (bool(statuses) and N not in statuses)
    assert "every" not in agreement.lower()
    for status in {F, N} & set(statuses):
        assert str(status) in agreement + unchecked
    assert [s.endswith(".") and s.count(". ") == 0 for s in told(*statuses)] == [True] * 3, "three sentences"


def test_nothing_checked_is_said():
    _, agreement, unchecked = told()
    assert "No check was made" in agreement
    assert "Nothing was checked (NOT CHECKED)" in unchecked


def test_nothing_passed_is_said():
    assert "none found agreement (PASS) and 2 found disagreement" in told(F, F)[1]
    assert "none found agreement (PASS) and none found disagreement" in told(N)[1]


def test_contests_are_compared_by_their_numbers():
    _, agreement, _ = told(P)
    assert "equal the reported ones in 3 of 6 contests, differ in 1, could not be compared in 2" in agreement
    partly = pages.plurality(reported=(5200, 4100, None))
    assert "in 0 of 1 contest, could be compared only in part in 1" in told(P, results=(partly,))[1]


def test_absence_is_said():
    assert "Nothing was received" in told(sources=())[0]
    assert "in which no card was found; no contest was recounted" in told(cards=0, ballots=0, results=())[0]
    assert "how many ballots they make up is not stated" in told(ballots=0)[0]
    assert "paper ballots were not looked at" in told(P, not_checked=(), not_counted=())[2]
