"""What a writer is given: an open election as streams, definitions and counts."""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import pyarrow as pa

from faircount.app.opened import Opened
from faircount.app.recounting import recount
from faircount.model import CandidateIndex, Choice, Contest, ContestResult, Mark, Pattern, Rank, UsageError
from faircount.store.streams import cards_in_order, rows_in_order, schema_of, survey
from faircount.write import Figure, Loss, Terms, Way, Writer

_STATED = """select contest, max(key) as key, max(votes_allowed) as votes_allowed, max(seats) as seats,
  max(district) as district from contests group by contest"""
_KEYS = "select contest, choice, max(key) from choices group by contest, choice"
_PATTERNS = """select pattern, contest, marks, undervotes, overvotes, conditions, overvoted_ranks
  from patterns order by pattern"""
_COUNTS = """select pattern, count(*) as cards, {weight} as weight
  from votes_by_pattern v {join} group by pattern order by pattern"""
_UNITS = "select distinct jurisdiction, precinct, portion from cards order by all nulls first"
_FIGURES = """select contest, choice, measure, jurisdiction, precinct, counting_group, count, '' as party
  from recounted order by all nulls first"""
_REPORTED = """select contest, choice, measure, jurisdiction, precinct, counting_group, count, coalesce(party, '')
  from reported where source = ? and claim = ? order by row"""
_CLAIMS = "select source, claim, count(*) from reported group by all order by all"
_ON_PAPER = """
with named as (
  select contest, choice, max(coalesce(party, '')) as party, min(kind) as kind, min(place) as place
    from choices group by contest, choice
  union all
  select contest, choice, max(coalesce(party, '')), 'regular', null from reported
   where choice is not null and (contest, choice) not in (select (contest, choice) from choices)
   group by contest, choice)
select n.contest, n.choice, n.party, n.kind from named n
  left join (select contest, min(place) as place from contests group by contest) c on c.contest = n.contest
 where n.contest in (select contest from reported)
 order by c.place nulls last, n.contest, n.place nulls last, n.choice
"""
NO_CARD, NO_CHOICES = "no card holds it", "no source lists its choices"
"""Why a contest cannot be counted, as the store says it."""


class Gathered:
    """The material of one writer; see `faircount.write.Material`. `refused` are contests that it cannot be given."""

    def __init__(self, opened: Opened, writer: Writer, titles: tuple[str, ...] = (), date: str = "") -> None:
        self.opened, self.writer, self.some = opened, writer, bool(titles)
        self.refused: list[Loss] = []
        self.left_out = 0
        self.survey = survey(opened.engine)
        self.survey["decisions"] = len(opened.election.decisions)
        self.recounted = self.survey["cards"] > 0
        self._facts = self._said()
        self.name = opened.election.name or self._fact("election_name")
        self.date = _date(date) if date else opened.election.date or _valid(self._fact("election_date"))
        self.jurisdiction = self._one("jurisdiction") or self._source("jurisdiction")
        self.version = self._source("version") if self._source("format").startswith("dominion") else ""
        self.complete = not self._facts.get("partial") and not self.survey["rejected"]
        self.contests: Sequence[Terms] = () if writer.whole else tuple(self._terms(titles))
        self._features()
        self.places_distinct = not self.survey["places_shared"]
        self.imprints_distinct = not self.survey["imprints_shared"]

    def _said(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.opened.engine.ask("select distinct name, value from facts order by all").rows:
            found.setdefault(name, []).append(value)
        return found

    def _fact(self, name: str) -> str:
        return next(iter(self._facts.get(name, ())), "")

    def _one(self, name: str) -> str:
        values = self._facts.get(name, ())
        return values[0] if len(values) == 1 else ""

    def _source(self, field: str) -> str:
        values = {getattr(source, field) for source in self.opened.election.sources} - {""}
        return str(values.pop()) if len(values) == 1 else ""

    def _terms(self, titles: tuple[str, ...]) -> Iterator[Terms]:
        """Yield the contests to be written; those that cannot be are noted in `refused`."""
        known = self.opened.contests if self.recounted else self._reported_contests()
        chosen = self.opened.chosen(titles) if self.recounted else _chosen(titles, known)
        without = {one.title: one.reason for one in self.opened.without} if self.recounted else {}
        stated = {row[0]: row[1:] for row in self.opened.engine.ask(_STATED).rows}
        keys = {(title, name): key for title, name, key in self.opened.engine.ask(_KEYS).rows}
        for title in chosen:
            if title not in known:
                why = without.get(title, "")
                if why != NO_CARD:  # where it has no choices, nobody's vote is in it: only that it was left blank
                    grave = not why.startswith(NO_CHOICES)
                    self.refused.append(Loss(f"the contest {title!r}: {why}", self._cards_with(title), grave))
                continue
            key, votes, seats, district = stated.get(title, (None, None, None, None))
            decided = self.opened.election.decisions.get(title, {})
            contest = known[title]
            terms = Terms(
                contest, key, district, votes is not None or "votes_allowed" in decided or contest.ranks > 0,
                seats is not None or "seats" in decided,
                tuple(keys.get((title, choice.name)) for choice in contest.choices),
            )  # fmt: skip
            if why := self.writer.refuses(terms):
                self.refused.append(Loss(f"the contest {title!r}: {why}", self._cards_with(title), grave=True))
            else:
                yield terms

    def _cards_with(self, title: str) -> int:
        count: int = self.opened.engine.ask("select count(*) from votes where contest = ?", [title]).rows[0][0]
        return count

    def _reported_contests(self) -> dict[str, Contest]:
        """Return contests of which there are results and no cards."""
        stated = {row[0]: row for row in self.opened.engine.ask(_STATED).rows}
        choices: dict[str, list[Choice]] = {}
        for title, name, party, kind in self.opened.engine.ask(_ON_PAPER).rows:
            choices.setdefault(title, []).append(Choice(name, party, kind))
        return {
            title: Contest(
                title, tuple(named), stated.get(title, (0,) * 4)[3] or 1, stated.get(title, (0,) * 4)[2] or 1
            )
            for title, named in choices.items()
        }

    @cached_property
    def ways(self) -> dict[int, Way]:
        """Pattern id → what it says, for the contests to be written."""
        place = {terms.contest.title: at for at, terms in enumerate(self.contests)}
        index = [{c.name: CandidateIndex(i) for i, c in enumerate(t.contest.choices)} for t in self.contests]
        found: dict[int, Way] = {}
        for number, title, marks, under, over, conditions, ranks in self.opened.engine.ask(_PATTERNS).rows:
            if title in place:
                at = place[title]
                made = tuple(
                    Mark(index[at][m["choice"]], Rank(m["rank"]), m["score"], m["is_vote"], m["is_ambiguous"],
                         tuple(m["conditions"]))
                    for m in marks
                )  # fmt: skip
                found[number] = Way(at, Pattern(made, under, over, tuple(conditions), tuple(map(Rank, ranks))))
        return found

    @cached_property
    def _counted(self) -> dict[int, list[tuple[int, int, Decimal]]]:
        weighted = self.opened.engine.weighted
        query = _COUNTS.format(weight="sum(weight)" if weighted else "count(*)",
                               join="join cards c using (card)" if weighted else "")  # fmt: skip
        found: dict[int, list[tuple[int, int, Decimal]]] = {at: [] for at in range(len(self.contests))}
        for number, cards, weight in self.opened.engine.ask(query).rows:
            if number in self.ways:
                found[self.ways[number].contest].append((number, cards, Decimal(weight)))
        return found

    def counts(self, contest: int) -> list[tuple[int, int, Decimal]]:
        """Return (pattern id, cards, weight of those cards) of one contest."""
        return self._counted[contest]

    def _features(self) -> None:
        """Add to the survey what patterns hold, counted in votes: a card in a contest."""
        found = self.survey
        found |= dict.fromkeys(("vote_flags", "ambiguous", "score", "mark_conditions", "conditions", "figures",
                                "overvoted_ranks"), 0)  # fmt: skip
        for at in range(len(self.contests)):
            for number, cards, _ in self.counts(at):
                pattern = self.ways[number].pattern
                found["vote_flags"] += cards * any(m.is_vote is not None for m in pattern.marks)
                found["ambiguous"] += cards * any(m.is_ambiguous for m in pattern.marks)
                found["score"] += cards * any(m.score is not None for m in pattern.marks)
                found["mark_conditions"] += cards * any(m.conditions for m in pattern.marks)
                found["conditions"] += cards * bool(pattern.conditions)
                found["figures"] += cards * (pattern.undervotes is not None or pattern.overvotes is not None)
                found["overvoted_ranks"] += cards * bool(pattern.overvoted_ranks)
        if self.writer.level == "figures" and self.recounted:
            for words in self.opened.interpreted:
                if any(words.startswith(f"{terms.contest.title}: ") for terms in self.contests):
                    self.refused.append(
                        Loss(f"the results of a contest that could not be counted: {words}", 1, grave=True)
                    )
        if self.writer.level == "figures" and not self.recounted:
            claims = self.opened.engine.ask(_CLAIMS).rows
            if others := sum(rows for _, _, rows in claims[1:]):
                self.refused.append(Loss("figures of other sources or claims for the same results", others, grave=True))

    def cards(self) -> Iterator[pa.Table]:
        """Yield the cards in order; where the user chose contests, those that hold any of them."""
        self.left_out = 0
        for table in cards_in_order(self.opened.engine):
            if self.some:
                held = [
                    any(p in self.ways for p in patterns or ()) for patterns in table.column("patterns").to_pylist()
                ]
                self.left_out += len(held) - sum(held)
                table = table.filter(pa.array(held, pa.bool_()))
            yield table

    def rows(self, table: str) -> Iterator[pa.Table]:
        """Yield a canonical table, first column `source`."""
        return rows_in_order(self.opened.engine, table)

    def schema(self, table: str) -> pa.Schema:
        """Return the schema of `rows`."""
        return schema_of(table)

    def figures(self) -> Iterator[Figure]:
        """Yield the recount by unit; where there are no cards, the results as the first source reports them."""
        titles = {terms.contest.title for terms in self.contests}
        for contest, choice, measure, jurisdiction, precinct, group, count, party in self._figure_rows():
            if contest in titles:
                exact = Fraction(count)
                number = exact.numerator if exact.denominator == 1 else exact
                yield Figure(contest, choice, measure, jurisdiction, precinct, group, number, party)

    def _figure_rows(self) -> Sequence[tuple[Any, ...]]:
        if self.recounted:
            _ = self.opened.interpreted
            return self.opened.engine.ask(_FIGURES).rows
        claims = self.opened.engine.ask(_CLAIMS).rows
        return self.opened.engine.ask(_REPORTED, claims[0][:2]).rows if claims else ()

    @cached_property
    def _results(self) -> tuple[ContestResult, ...]:
        if not self.recounted or not self.contests:
            return ()
        return recount(self.opened, tuple(terms.contest.title for terms in self.contests))[0]

    def results(self) -> Sequence[ContestResult]:
        """Return the contests counted under their rules."""
        return self._results

    def units(self) -> Sequence[tuple[str | None, str | None, str | None]]:
        """Return the distinct (jurisdiction, precinct, portion) of cards."""
        return self.opened.engine.ask(_UNITS).rows

    def tabulators(self) -> Sequence[str]:
        """Return the distinct tabulators of cards."""
        query = "select distinct tabulator from cards where tabulator is not null order by 1"
        return [row[0] for row in self.opened.engine.ask(query).rows]


def _chosen(titles: tuple[str, ...], known: dict[str, Contest]) -> tuple[str, ...]:
    """Return the contests whose title equals or holds what was typed; all where nothing was."""
    if not titles:
        return tuple(known)
    found: Counter[str] = Counter()
    for asked in titles:
        fits = [t for t in known if t == asked] or [t for t in known if asked.casefold() in t.casefold()]
        if not fits:
            raise UsageError(f"no contest's title holds {asked!r}; there are {len(known)} contests")
        found.update(fits)
    return tuple(t for t in known if t in found)


def _date(text: str) -> str:
    """Return a date that the user gave. Raises `UsageError` where it is none."""
    if not _valid(text):
        raise UsageError(f"a date is written YYYY-MM-DD, found {text!r}")
    return text


def _valid(text: str) -> str:
    try:
        return text if datetime.date.fromisoformat(text).isoformat() == text else ""
    except ValueError:
        return ""
