"""Australian Senate: surpluses move on every paper at surplus / papers, and votes are cut to whole numbers."""

from collections.abc import Mapping
from dataclasses import replace

from faircount.count.marks.tally import in_words
from faircount.count.ranked.ballot_options import ranked_settings
from faircount.count.ranked.preferences import plain
from faircount.count.rule import Option, Reading, Rule
from faircount.count.stv.counting import Counting, Step, in_order, margin
from faircount.count.stv.senate_exclusion import bulk
from faircount.count.stv.senate_follow import exhibit, follow_rounds
from faircount.count.stv.senate_paper import FORMALITY, SenatePaper
from faircount.count.stv.senate_parcels import Flow, Parcels, Steps, Value, transfers_of
from faircount.count.ties import LOTS, ROUNDS_TIES, TIE_ORDER, TIE_RECORD, TIE_SEED
from faircount.model import (
    CandidateIndex,
    Contest,
    Pattern,
    Profile,
    Round,
    Tie,
    Transcript,
    Weight,
)

OPTIONS = (
    Option(
        "batch",
        ("as-law", "yes", "no"),
        "as-law",
        "Whether several of the lowest are excluded at once where s 273(13A) has it so. as-law: under law=2016 yes; "
        "under law=2021 no, since s 273A(5) leaves it out where a computer counts. yes: also under law=2021, the "
        "scrutiny by hand. no: never, as the Commission counted in 2016 and 2019.",
    ),
    FORMALITY,
    Option(
        "last_vacancies",
        ("at-once", "after-transfers"),
        "at-once",
        "When as many candidates are left as vacancies, all are elected. at-once: as soon as that is so, also before "
        "the papers of those just excluded move: s 273(18), notwithstanding any other provision. after-transfers: once "
        "every exclusion and surplus under way is done.",
    ),
    Option(
        "law",
        ("2016", "2021"),
        "2021",
        "Which text of the Act is in force. 2016: from the Commonwealth Electoral Amendment Act 2016. 2021: with the "
        "Electoral Legislation Amendment (Assurance of Senate Counting) Act 2021. They differ in ties and in bulk "
        "exclusion. Before 2016 votes above the line followed tickets that are not on the ballot paper.",
    ),
    Option(
        "tie",
        ("law", *LOTS, "previous-rounds", "previous-rounds-all-differ", "first-rounds"),
        "law",
        "What decides a tie. law: between those lowest, under law=2021 the last count at which any two differ "
        "(s 273(29), (31A)), under law=2016 the last count at which all differ (s 273(31)); between equal surpluses "
        "the last count at which all differ (s 273(22)); between the last two for the last vacancy none (s 273(17)); "
        f"then tie_then. {ROUNDS_TIES[0].meaning.removeprefix('What decides a tie. ')}",
    ),
    TIE_ORDER,
    TIE_RECORD,
    TIE_SEED,
    replace(
        ROUNDS_TIES[-1],
        meaning=f"{ROUNDS_TIES[-1].meaning} Law: by lot since 2021, before by the Australian Electoral Officer.",
    ),
)


class _Scrutiny(Counting):
    """A scrutiny in progress: papers, an exclusion under way, and what moved."""

    def __init__(self, contest: Contest, decided: Mapping[str, str], parcels: Parcels) -> None:
        super().__init__(contest, decided, sum(parcels.votes))
        self.parcels = parcels
        self.leaving: tuple[CandidateIndex, ...] = ()
        self.values: list[Value] = []
        """Transfer values of `leaving` whose papers have still to move, highest first."""
        self.flows: list[tuple[int, Flow]] = []
        """(round, flow) of everything that moved."""

    def state(self) -> Round:
        """Return the votes as they stand."""
        return Round(tuple(map(plain, self.parcels.votes)), self.parcels.inactive_now(), threshold=self.quota or None)

    def decide(self, now: Round) -> Step:
        """Elect those with a quota, then end, or go on with what is under way, or exclude: s 273(8)–(18)."""
        if not self.quota:
            return Step("no votes")
        votes, continuing = now.votes, self.parcels.continuing
        elected = self.elect(now, continuing)
        busy = bool(self.values or self.waiting)
        if not self.vacancies or (len(continuing) <= self.vacancies and not (busy and self._waits)):
            return Step("elected", elected + in_order(continuing if self.vacancies else (), votes))
        if self.values:
            step = self._move_excluded()
        elif self.waiting:
            step = self._move_surplus(now)
        elif self.vacancies == 1 and len(continuing) == 2:
            step = self._last_two(now)
        else:
            step = self._exclude(now)
        return replace(step, elected=elected + step.elected)

    @property
    def _waits(self) -> bool:
        return self.decided["last_vacancies"] == "after-transfers"

    def _move_surplus(self, now: Round) -> Step:
        """Transfer one surplus: of the earliest count first (s 273(23)), the largest first (s 273(21), (22))."""
        source, met = self.next_surplus(now)
        if source is None:
            return Step("tie", ties=met)
        surplus = plain(now.votes[source] - self.quota)
        flows = self.parcels.transfer_surplus(source, self.quota)
        self.flows += [(len(self.rounds) + 1, flow) for flow in flows]
        papers = plain(sum(flow.papers for flow in flows))
        note = (
            f"The surplus of {self.contest.name_of(source)}, {in_words(surplus)} votes, is transferred on "
            f"{in_words(papers)} papers: transfer value {flows[0].value}."
        )
        return Step(ties=met, transfers=transfers_of(flows, {source: surplus}), note=note)

    def _move_excluded(self) -> Step:
        value = self.values.pop(0)
        debit = {c: self.parcels.credit[c][value] for c in self.leaving if value in self.parcels.held[c]}
        flows = self.parcels.transfer_excluded(self.leaving, value)
        self.flows += [(len(self.rounds) + 1, flow) for flow in flows]
        names = " and ".join(self.contest.name_of(c) for c in sorted(debit))
        note = f"Papers of {names} with a transfer value of {value} are transferred."
        return Step(transfers=transfers_of(flows, debit), note=note)

    def _last_two(self, now: Round) -> Step:
        """Elect the one with more votes for the last vacancy: s 273(17), where no earlier count parts equal ones."""
        first, second = in_order(self.parcels.continuing, now.votes)
        if now.votes[first] != now.votes[second]:
            return Step("elected", (first,))
        tie = self.pick((first, second), "elected", now)
        return Step("tie", ties=(tie,)) if tie.chosen is None else Step("elected", (tie.chosen,), ties=(tie,))

    def _exclude(self, now: Round) -> Step:
        """Exclude the lowest, or several at once, and begin to transfer their papers: s 273(13)–(13AA)."""
        continuing = self.parcels.continuing
        order = sorted(continuing, key=lambda c: (now.votes[c], c))
        size = bulk([now.votes[c] for c in order], self.quota, self.vacancies) if self._in_bulk else 1
        if size > 1:
            excluded, met = self._of_the_lowest(order, size, now)
        else:
            excluded, met = self.lowest(now, continuing, self.parcels.without_papers())
        if met and met[-1].chosen is None:
            return Step("tie", ties=met)
        continuing -= set(excluded)
        if len(continuing) <= self.vacancies and not self._waits:
            return Step("elected", in_order(continuing, now.votes), excluded, met)
        self.leaving, self.values = excluded, self.parcels.values_of(excluded)
        moved = self._move_excluded() if self.values else Step()
        return replace(moved, excluded=excluded, ties=met)

    @property
    def _in_bulk(self) -> bool:
        return self.decided["batch"] == "yes" or (self.decided["batch"], self.decided["law"]) == ("as-law", "2016")

    def _of_the_lowest(
        self, order: list[CandidateIndex], size: int, now: Round
    ) -> tuple[tuple[CandidateIndex, ...], tuple[Tie, ...]]:
        """Return the `size` lowest; where equal votes lie on both sides of the cut, ties say who goes."""
        edge = now.votes[order[size - 1]]
        chosen = [c for c in order if now.votes[c] < edge]
        level = [c for c in order if now.votes[c] == edge]
        met: list[Tie] = []
        while len(chosen) < size and len(chosen) + len(level) > size:
            met.append(self.pick(level, "excluded", now))
            picked = met[-1].chosen
            if picked is None:
                return (), tuple(met)
            chosen.append(picked)
            level.remove(picked)
        if len(chosen) < size:
            chosen += level
        return tuple(sorted(chosen)), tuple(met)

    def how(self, about: str) -> str | None:
        """Return how the law decides a tie about this; None where the option `tie` does."""
        if self.decided["tie"] != "law":
            return None
        if about == "elected":
            return self.decided["tie_then"]
        recent = about == "excluded" and self.decided["law"] == "2021"
        return "previous-rounds" if recent else "previous-rounds-all-differ"


def count(contest: Contest, profile: Profile) -> Transcript:
    """Count papers transfer by transfer; a round is the state before one of them, as s 273(28) parts them.

    The quota is first preferences / (vacancies + 1), cut, plus 1 (s 273(8)). Surpluses go first, each on all papers of
    its candidate; then the lowest is excluded, papers of the highest transfer value first, and whoever reaches the
    quota between two such transfers is elected and gets no more. What the papers are worth above the votes credited
    for them is lost to rounding; a later transfer of several such parcels at once can bring some of it back.
    """
    decided = ranked_settings(RULE, contest)
    paper = SenatePaper.of(contest, decided["formality"])
    papers = _papers(contest, paper, profile)
    scrutiny = _Scrutiny(contest, decided, Parcels.of(len(contest.choices), paper.candidates, papers))
    found = scrutiny.transcript(
        RULE.name, profile.total_weight, "the quota: formal papers / (vacancies + 1), cut, plus 1"
    )
    return replace(found, exhibits=(exhibit(contest, scrutiny.flows),)) if scrutiny.flows else found


def _papers(contest: Contest, paper: SenatePaper, profile: Profile) -> dict[tuple[Steps, str], Weight]:
    """Merge cards that give the same order of candidates: their steps and cause, with what they weigh, if anything."""
    found: dict[tuple[Steps, str], Weight] = {}
    for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
        way = paper.preferences(contest, pattern)
        found[way] = found.get(way, 0) + weight
    return {way: weight for way, weight in found.items() if weight}


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the candidate of its first preference, above or below the line; invalid is informal."""
    paper = SenatePaper.of(contest, ranked_settings(RULE, contest)["formality"])
    steps, cause = paper.preferences(contest, pattern)
    if steps:
        return Reading(((steps[0], 1),))
    if cause == "undervote":
        return Reading((), undervotes=1)
    return Reading((), overvotes=1) if cause == "overvote" else Reading((), invalid=1)


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Count a part of the papers under the exclusions and transfer values of the whole (`follow_rounds`)."""
    paper = SenatePaper.of(contest, ranked_settings(RULE, contest)["formality"])
    return follow_rounds(contest, _papers(contest, paper, profile), whole)


RULE = Rule(
    name="senate-stv",
    law=(
        "Commonwealth Electoral Act 1918 (Cth) §§ 268A, 269, 273(8)–(31A) and 273A, as amended in 2016 and by the "
        "Electoral Legislation Amendment (Assurance of Senate Counting) Act 2021: unweighted inclusive Gregory"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    ballot="ranks",
    rounds_off=True,
    follow=follow,
)
