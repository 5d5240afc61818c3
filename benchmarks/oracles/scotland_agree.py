"""All 374 Scottish wards by faircount, VoteKit and pref_voting, held against each other: prints what docs say.

Run: python benchmarks/oracles/scotland_agree.py RIVALS FOLDER [FOLDER …]; RIVALS is where environment.py has put, or
puts, the other programs. Votes are compared stage by stage, for each choice until it has the quota: what is cut off
stays with the elected in pref_voting, and here it is lost to rounding.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "src"))

from environment import python_of  # noqa: E402
from scotland import rows  # noqa: E402

from faircount.count import RULES  # noqa: E402
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank, Transcript  # noqa: E402

Stage = tuple[float | None, ...]
NEAR = 1.5e-5
"""Binary fractions of five decimals, shown rounded to five decimals, can differ by one in the last."""


def counted(path: Path) -> tuple[Contest, Transcript]:
    """Count a ward by rule `stv` with the decisions it has of itself, those of SSI 2007/42."""
    seats, names, ballots = rows(path)
    counts: dict[Pattern, int] = {}
    for cards, order in ballots:
        pattern = Pattern(tuple(Mark(CandidateIndex(c), Rank(rank)) for rank, c in enumerate(order, 1)))
        counts[pattern] = counts.get(pattern, 0) + cards
    contest = Contest(path.stem, tuple(map(Choice, names)), seats, ranks=len(names), rule="stv")
    return contest, RULES["stv"].count(contest, Profile.of(counts))


def until_elected(stages: list[list[float]], winners: set[int], quota: float) -> list[Stage]:
    """Return the stages that differ from the one before; None for a winner after it has the quota."""
    found: list[Stage] = []
    done: set[int] = set()
    for stage in stages:
        row = tuple(None if at in done else round(votes, 5) for at, votes in enumerate(stage))
        done |= {at for at in winners if stage[at] >= quota - 1e-7}
        if found[-1:] != [row]:
            found.append(row)
    return found


def same(one: Stage, other: Stage) -> bool:
    """Say whether two stages show the same figures."""
    return all(
        (a is None) == (b is None) and (a is None or b is None or abs(a - b) < NEAR)
        for a, b in zip(one, other, strict=True)
    )


def main() -> None:
    """Count three times, compare, and print."""
    python, folders = python_of(Path(sys.argv[1])), sys.argv[2:]
    told: dict[str, dict[str, Any]] = {}
    for program in ("votekit", "pref_voting"):
        command = [str(python), str(HERE / "scotland.py"), program, *folders]
        told[program] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    winners = dict.fromkeys(told, 0)
    figures = stages = 0
    order: list[str] = []
    apart: list[str] = []
    paths = sorted(path for folder in folders for path in Path(folder).glob("*.csv"))
    for path in paths:
        contest, transcript = counted(path)
        ours = sorted(contest.name_of(choice) for choice in transcript.elected)
        for program, wards in told.items():
            winners[program] += wards[path.stem].get("winners") == ours
        excluded = [contest.name_of(choice) for one in transcript.rounds for choice in one.excluded]
        if told["votekit"][path.stem].get("excluded") != excluded:
            order.append(path.stem)
        elected, quota = set(map(int, transcript.elected)), float(transcript.rounds[0].threshold or 0)
        mine = until_elected([[float(v) for v in one.votes] for one in transcript.rounds], elected, quota)
        theirs = until_elected(told["pref_voting"][path.stem].get("stages", []), elected, quota)
        for a, b in zip(mine, theirs, strict=False):
            if not same(a, b):
                apart.append(path.stem)
                break
            stages, figures = stages + 1, figures + sum(votes is not None for votes in a)
    print(f"{len(paths)} wards; the same winners as ours: {winners}")
    print(f"VoteKit excludes others, or in another order, in {len(order)}: {' '.join(order)}")
    print(f"pref_voting shows the same {figures:,} figures in {stages:,} stages")
    print(f"and from some stage on others in {len(apart)}: {' '.join(apart)}")


if __name__ == "__main__":
    main()
