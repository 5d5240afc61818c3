"""Bottoms up by hand, and the primary that lets n go on."""

from collections.abc import Mapping
from fractions import Fraction

from count import naive
from count.second_opinion.lots import Lots
from count.second_opinion.opinion import Opinion, Sheet
from count.second_opinion.paper import papers_of, tally
from count.second_opinion.runoffs import can_go, on_paper

from faircount.model import Contest, Profile

Decided = Mapping[str, str]


def bottoms_up(contest: Contest, profile: Profile, decided: Decided) -> Opinion:
    """Exclude the lowest until no more stand than there are seats, or until all have the part."""
    papers, lots, standing = papers_of(contest, profile, decided), Lots(contest, decided), on_paper(contest)
    pool = {c for c in standing if contest.choices[c].kind == "write-in"}
    sheets: list[Sheet] = []
    while True:
        votes, inactive = tally(papers, standing, len(contest.choices))
        sheets.append(Sheet(votes, inactive))
        sheet, how = sheets[-1], decided["write_ins"]
        voted = {c for c in pool & standing if votes[c] > 0}
        if voted and (how == "excluded-once-voted" or (how == "excluded-first" and len(sheets) == 1)):
            sheet.excluded = voted if how == "excluded-once-voted" else set(pool)
            standing -= sheet.excluded
            continue
        if how == "excluded-first" and len(sheets) == 1:
            sheet.excluded = set(pool)
            standing -= pool
        if not sum(votes):
            return Opinion("no votes", sheets)
        done, gone, tied = lowest(contest, sheets, decided, standing, lots)
        if done:
            sheet.elected = sorted(standing, key=lambda c: (-votes[c], c))
            return Opinion("elected", sheets)
        if tied:
            return Opinion("tie", sheets, tied)
        sheet.excluded |= gone
        standing -= gone


def lowest(
    contest: Contest, sheets: list[Sheet], decided: Decided, standing: set[int], lots: Lots
) -> tuple[bool, set[int], set[int]]:
    """Say whether the count is done, whom it excludes, and between whom nothing decides."""
    votes, batch, until_part = sheets[-1].votes, decided["batch"], decided["until"] == "part"
    order, remain = sorted(standing, key=lambda c: votes[c]), 1 if until_part else contest.seats
    low = {c for c in standing if votes[c] == votes[order[0]]}
    group: set[int] = set()
    if until_part:
        need = Fraction(decided["part"]) * sum(votes)
        short = {c for c in standing if votes[c] < need or (votes[c] == need and decided["reach"] == "more-than")}
        if not short:
            return True, set(), set()
        if decided["exclude"] == "all-below" and short != standing:
            return False, short, set()
    else:
        if len(standing) <= contest.seats:
            return True, set(), set()
        if batch == "zero-votes":
            group = {c for c in standing if votes[c] == 0}
            group = group if len(standing) - len(group) >= remain else set()
        for k in range(2, len(order) - remain + 1):
            if can_go(batch, [votes[c] for c in order[: k + 1]]):
                group = set(order[:k])
    if group:
        return False, group, set()
    if len(low) == 1:
        return False, low, set()
    chosen = lots.pick(low, "excluded", sheets[:-1])
    if chosen is not None:
        return False, {chosen}, set()
    if votes[order[0]] == 0 and len(standing) - len(low) >= remain:
        return False, low, set()
    return False, set(), lots.left


def top_n(contest: Contest, profile: Profile, decided: Decided) -> Opinion:
    """The n with most votes go on."""
    lots, n = Lots(contest, decided), int(decided["advance"])
    votes, inactive = (
        [Fraction(0)] * len(contest.choices),
        dict.fromkeys(["undervote", "overvote", "invalid"], Fraction(0)),
    )
    place = {choice.name: at for at, choice in enumerate(contest.choices)}
    for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
        names, under, over, invalid = naive.marks_of_card(contest, pattern)
        for name in names:
            votes[place[name]] += weight
        for cause, figure in (("undervote", under), ("overvote", over), ("invalid", invalid)):
            inactive[cause] += figure * weight
    sheet = Sheet(votes, inactive)
    whole = sum(votes, Fraction(0))
    if not whole:
        return Opinion("no votes", [sheet], advancing=[])
    for c, one in enumerate(votes):
        if decided["majority"] == "elected" and one > whole / 2:
            sheet.elected = [c]
            return Opinion("elected", [sheet], advancing=[])
    least = Fraction(0) if decided["least"] == "none" else Fraction(decided["least"]) * whole
    able = [c for c, one in enumerate(votes) if one > 0 and one >= least]
    on = [c for c in able if sum(votes[o] >= votes[c] for o in able) <= n]
    level = [c for c in able if c not in on and sum(votes[o] > votes[c] for o in able) < n]
    if decided["last_place"] == "all-advance":
        on, level = on + level, []
    on.sort(key=lambda c: (-votes[c], c))
    while level and len(on) < n:
        chosen = lots.pick(level, "place in the runoff", [])
        if chosen is None:
            return Opinion("tie", [sheet], set(level), on)
        on.append(chosen)
        level.remove(chosen)
    return Opinion("runoff" if on else "stopped", [sheet], advancing=on)
