"""Schulze: a choice wins where its strongest path of majorities to each other is at least as strong as the way back."""

import numpy as np

from faircount.count.condorcet.deciding import Judgement, Pairs, rule_of_pairs
from faircount.count.condorcet.pairs import STRENGTH, Strength, beats, strength
from faircount.model import CandidateIndex, Exhibit


def judge(pairs: Pairs) -> Judgement:
    """Find the strongest paths (Floyd and Warshall's algorithm) and return every potential winner.

    A path is as strong as its weakest majority. Source: Schulze 2011, sections 2.2 and 2.3.
    """
    paths, grades = strongest_paths(pairs)
    best = tuple(
        CandidateIndex(one)
        for one in pairs.among
        if all(paths[one, other] >= paths[other, one] for other in pairs.among)
    )
    names = tuple(pairs.contest.name_of(c) for c in pairs.among)
    rows = tuple(
        (name, *(None if i == j or not paths[i, j] else grades[paths[i, j] - 1][0] for j in pairs.among))
        for i, name in zip(pairs.among, names, strict=True)
    )
    figure = "votes of" if pairs.decided["strength"] == "winning-votes" else "margin of"
    meaning = f"The {figure} the weakest majority on the strongest path from the row to the column; empty: no path."
    return Judgement(best, (Exhibit("Strongest paths", ("Choice", *names), rows, meaning),))


def strongest_paths(pairs: Pairs) -> tuple["np.ndarray[tuple[int, int], np.dtype[np.int32]]", list[Strength]]:
    """Return the grade of the strongest path from row to column, and what each grade from 1 stands for.

    Grade 0: there is no path. Grades keep the order of strengths exactly, whatever numbers these are.
    """
    size, how = len(pairs.contest.choices), pairs.decided["strength"]
    direct = {
        (one, other): strength(pairs.matrix, one, other, how)
        for one in pairs.among
        for other in pairs.among
        if beats(pairs.matrix, one, other)
    }
    grades = sorted(set(direct.values()))
    grade = {value: number for number, value in enumerate(grades, 1)}
    paths = np.zeros((size, size), dtype=np.int32)
    for (one, other), value in direct.items():
        paths[one, other] = grade[value]
    for middle in pairs.among:
        np.maximum(paths, np.minimum(paths[:, [middle]], paths[[middle], :]), out=paths)
    np.fill_diagonal(paths, 0)
    return paths, grades


RULE = rule_of_pairs(
    "schulze",
    "No statute, default where no other rule is enacted. Schulze 2011, A new monotonic, clone-independent, reversal "
    "symmetric, and Condorcet-consistent single-winner election method, Social Choice and Welfare 36: 267–303; adopted "
    "by associations, among them the Debian project in its constitution (without its quorum and default option here)",
    judge,
    (STRENGTH,),
    "a path of majorities to every other choice that is at least as strong as the one back",
)
