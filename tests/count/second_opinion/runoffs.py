"""Instant runoffs by hand: every paper is read again in every round."""

from collections.abc import Mapping
from fractions import Fraction

from count.second_opinion.lots import Lots
from count.second_opinion.opinion import Opinion, Sheet
from count.second_opinion.paper import papers_of, tally

from faircount.model import Contest, Profile

Decided = Mapping[str, str]


class Runoff:
    """One instant runoff among `standing`; `cut` keeps the leading ones after the first preferences."""

    def __init__(
        self, contest: Contest, profile: Profile, decided: Decided, standing: set[int], lots: Lots, cut: bool = False
    ) -> None:
        self.size, self.decided, self.lots, self.cut = len(contest.choices), decided, lots, cut
        self.papers = papers_of(contest, profile, decided)
        self.standing = set(standing)
        self.pool = {c for c in standing if contest.choices[c].kind == "write-in"}
        self.minimum = int(decided.get("minimum", "0"))
        self.sheets: list[Sheet] = []
        self.tied: set[int] = set()
        self.first = Fraction(0)

    def count(self) -> Opinion:
        """Go on round by round until something is decided."""
        while True:
            votes, inactive = tally(self.papers, self.standing, self.size)
            self.sheets.append(Sheet(votes, inactive))
            if len(self.sheets) == 1:
                self.first = sum(votes, Fraction(0))
            verdict = self.one_round(self.sheets[-1])
            if not verdict and str(len(self.sheets)) == self.decided.get("stop_after"):
                verdict = "elected" if any(sheet.elected for sheet in self.sheets) else "stopped"
            if verdict:
                return Opinion(verdict, self.sheets, self.tied)

    def one_round(self, sheet: Sheet) -> str:
        """Decide one round: a verdict, or whom it excludes."""
        votes, first = sheet.votes, len(self.sheets) == 1
        pool, how = self.pool & self.standing, self.decided["write_ins"]
        voted = {c for c in pool if votes[c] > 0}
        if voted and how == "excluded-once-voted":
            return self.exclude(sheet, voted)
        if voted and how == "excluded-first" and first:
            return self.exclude(sheet, pool)
        if how == "excluded-first" and first:
            self.exclude(sheet, pool)
        if not sum(votes) and (self.decided.get("without_votes", "stop") == "stop" or not self.standing):
            return "no votes"
        already = any(s.elected for s in self.sheets)
        winner = None if already else self.winner(votes)
        if winner is not None:
            sheet.elected.append(winner)
            self.cut = False
            if self.decided["until_two"] != "elected-before" or len(self.standing) <= 2:
                return "elected"
            return ""
        if already and len(self.standing) <= 2:
            return "elected"
        return self.losers(sheet)

    def winner(self, votes: list[Fraction]) -> int | None:
        until = self.decided["until_two"]
        able = [c for c in self.standing if votes[c] >= self.minimum]
        if len(able) == len(self.standing) == 1:
            return able[0]
        if until == "yes" and len(self.standing) > 2:
            return None
        if until == "unless-in-round-1" and len(self.standing) > 2 and len(self.sheets) > 1:
            return None
        fixed = self.decided["threshold"] == "first-round"
        whole = self.first if fixed else sum(votes, Fraction(0))
        for c in able:
            others = [votes[o] for o in self.standing if o != c]
            if votes[c] > whole / 2 or (fixed and len(others) <= 1 and all(votes[c] > n for n in others)):
                return c
        return None

    def exclude(self, sheet: Sheet, gone: set[int]) -> str:
        sheet.excluded |= gone
        self.standing -= gone
        return ""

    def losers(self, sheet: Sheet) -> str:
        votes, standing = sheet.votes, self.standing
        below = {c for c in standing if votes[c] < self.minimum}
        if below:
            return "stopped" if below == standing else self.exclude(sheet, below)
        if self.cut:
            self.cut = False
            return self.keep_leading(sheet)
        if self.decided.get("final") == "most-votes":
            return self.most_votes(sheet)
        if len(standing) == 2:
            return self.last_two(sheet)
        group = self.together(votes) if any(votes) else set()
        if group:
            return self.exclude(sheet, group)
        low = min(votes[c] for c in standing)
        lowest = {c for c in standing if votes[c] == low}
        if len(lowest) > 1:
            chosen = self.lots.pick(lowest, "excluded", self.sheets[:-1])
            if chosen is None and (low > 0 or not any(votes)):
                self.tied = self.lots.left
                return "tie"
            lowest = lowest if chosen is None else {chosen}
        return self.exclude(sheet, lowest)

    def last_two(self, sheet: Sheet) -> str:
        """Two are left and equal."""
        chosen = self.lots.pick(self.standing, "elected", self.sheets[:-1])
        if chosen is None:
            self.tied = self.lots.left
            return "tie"
        sheet.elected.append(chosen)
        return "elected"

    def together(self, votes: list[Fraction]) -> set[int]:
        """Try every number of lowest choices."""
        how, remain = self.decided["batch"], 1 if self.decided["until_two"] == "no" else 2
        if how == "zero-votes":
            without = {c for c in self.standing if votes[c] == 0}
            return without if len(self.standing) - len(without) >= remain else set()
        order = sorted(self.standing, key=lambda c: votes[c])
        best: set[int] = set()
        for k in range(2, len(order) - remain + 1):
            if can_go(how, [votes[c] for c in order[: k + 1]]):
                best = set(order[:k])
        return best

    def keep_leading(self, sheet: Sheet) -> str:
        """Keep the n with most first preferences."""
        votes, n = sheet.votes, int(self.decided["finalists"])
        able = [c for c in self.standing if votes[c] > 0]
        stay = {c for c in able if sum(votes[o] >= votes[c] for o in able) <= n}
        level = {c for c in able if sum(votes[o] > votes[c] for o in able) < n} - stay
        if self.decided["last_place"] == "all-stay":
            stay |= level
            level = set()
        while level and len(stay) < n:
            chosen = self.lots.pick(level, "place in the runoff", self.sheets[:-1])
            if chosen is None:
                self.tied = self.lots.left
                return "tie"
            stay.add(chosen)
            level.remove(chosen)
        if stay == self.standing:
            return self.losers(sheet)
        return self.exclude(sheet, self.standing - stay)

    def most_votes(self, sheet: Sheet) -> str:
        most = max(sheet.votes[c] for c in self.standing)
        leading = {c for c in self.standing if sheet.votes[c] == most}
        chosen = next(iter(leading))
        if len(leading) > 1:
            drawn = self.lots.pick(leading, "elected", self.sheets[:-1])
            if drawn is None:
                self.tied = self.lots.left
                return "tie"
            chosen = drawn
        sheet.elected.append(chosen)
        return "elected"


def can_go(how: str, figures: list[Fraction]) -> bool:
    """Say whether all but the last of these, in rising order, go out at once: none of them could pass the last."""
    *low, above = figures
    if how == "not-above-next":
        return sum(low) <= above and max(low) < above
    return how == "yes" and sum(low) < above


def on_paper(contest: Contest) -> set[int]:
    """Return the choices for whom votes count."""
    return {at for at, choice in enumerate(contest.choices) if choice.kind != "withdrawn"}


def instant_runoff(contest: Contest, profile: Profile, decided: Decided) -> Opinion:
    """San Francisco Charter § 13.102, and its options."""
    return Runoff(contest, profile, decided, on_paper(contest), Lots(contest, decided)).count()


def final_n(contest: Contest, profile: Profile, decided: Decided) -> Opinion:
    """Constitution of Sri Lanka art. 94, and its options."""
    return Runoff(contest, profile, decided, on_paper(contest), Lots(contest, decided), cut=True).count()


def sequential(contest: Contest, profile: Profile, decided: Decided) -> Opinion:
    """Utah Code § 20A-4-603: a new instant runoff for each seat."""
    lots, standing = Lots(contest, decided), on_paper(contest)
    sheets: list[Sheet] = []
    for _ in range(contest.seats):
        lots.begin_pass()
        one = Runoff(contest, profile, decided, standing, lots).count()
        if one.verdict in ("no votes", "stopped") and sheets:
            break
        sheets += one.sheets
        if one.verdict != "elected":
            return Opinion(one.verdict, sheets, one.tied)
        standing -= set(one.elected)
    return Opinion("elected", sheets)
