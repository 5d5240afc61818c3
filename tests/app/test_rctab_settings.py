"""Settings of RCTab that meet each other: counts that stop early, and seats nobody voted for."""

from pathlib import Path
from typing import Any

import pytest
from app.test_rctab import config, outcome, sheet

from faircount.app.rctab.tabulating import tabulate
from faircount.model import UsageError

ONE_A_ROUND = {"winnerElectionMode": "multiWinnerAllowOnlyOneWinnerPerRound", "numberOfWinners": "2"}
SEVERAL = {"winnerElectionMode": "multiWinnerAllowMultipleWinnersPerRound", "numberOfWinners": "2"}


@pytest.mark.parametrize(
    ("mode", "after", "expected"),
    [
        (ONE_A_ROUND, "1", [["+Ada"]]),
        (SEVERAL, "1", [["+Ada"]]),
        (ONE_A_ROUND, "2", [["+Ada"], ["-Cy"]]),
        (SEVERAL, "9", [["+Ada"], ["-Cy"], ["+Bo"], []]),
    ],
)
def test_several_seats_counted_up_to_a_round(
    tmp_path: Path, mode: dict[str, Any], after: str, expected: list[list[str]]
) -> None:
    sheet(tmp_path, [*[("", "Ada")] * 5, *[("", "Bo")] * 2, ("", "Cy")])
    path = config(tmp_path, stopTabulationEarlyAfterRound=after, **mode)
    assert outcome(tabulate(path)) == expected


def test_a_pass_without_any_vote_is_decided_as_rctab_decides_it(tmp_path: Path) -> None:
    sheet(tmp_path, [("", "Ada"), ("", "Ada")])
    path = config(tmp_path, winnerElectionMode="multiPassIrv", numberOfWinners="2")
    done = tabulate(path)
    assert [done.contest.name_of(c) for c in done.transcript.elected] == ["Ada", "Bo"]
    assert [one["summary"]["numWinners"] for one in done.summaries] == [1, 1]
    stopped = tabulate(path, {"without_votes": "stop"})
    assert [stopped.contest.name_of(c) for c in stopped.transcript.elected] == ["Ada"]


def test_a_tie_in_a_pass_without_votes_asks(tmp_path: Path) -> None:
    sheet(tmp_path, [("", "Ada")])
    path = config(tmp_path, winnerElectionMode="multiPassIrv", numberOfWinners="2", tiebreakMode="stopCountingAndAsk")
    with pytest.raises(UsageError, match=r"nobody has decided \(Bo, Cy\)"):
        tabulate(path)
