"""Checks of official figures among themselves: totals and parts, source and source, possible numbers, balance."""

from faircount.reconcile.figures import ALL_FIGURES, DISPLAY, KEYED, LEVELS
from faircount.reconcile.judging import Note, Wording, numbered

# Each figure has a level, three bits: 4 it names a jurisdiction, 2 a precinct, 1 a counting group. It is added up to
# every level above it that its source gives. Of several kinds of parts the coarsest count, so that no part counts
# twice. Negative numbers are R14's business.
_PARTS_TAIL = """
, cells as (
  select tbl, source, claim, contest_id, choice_id, measure, jk, pk, gk, sum(n) as n, min(n) < 0 as negative,
    (jk <> '*')::integer * 4 + (pk <> '*')::integer * 2 + (gk <> '*')::integer as bits
  from keyed group by all
), masks as (
  select m.range::integer as m, l.range::integer as l from range(8) m, range(8) l
  where (m.range & l.range) = l.range and m.range <> l.range
), present as (
  select distinct tbl, source, claim, bits from cells
), sums as (
  select c.tbl, c.source, c.claim, c.contest_id, c.choice_id, c.measure, k.l, k.m,
    case when k.l & 4 = 4 then c.jk else '*' end as jk, case when k.l & 2 = 2 then c.pk else '*' end as pk,
    case when k.l & 1 = 1 then c.gk else '*' end as gk, sum(c.n) as parts_sum, count(*) as parts,
    bool_or(c.negative) as negative
  from cells c join masks k on k.m = c.bits
    join present p on p.tbl = c.tbl and p.source = c.source and p.claim = c.claim and p.bits = k.l
  group by all
), offered as (
  select s.*, t.n as total, list(s.m) over (partition by s.tbl, s.source, s.claim, s.contest_id, s.choice_id, s.measure,
      s.l, s.jk, s.pk, s.gk) as kinds
  from sums s join cells t on t.tbl = s.tbl and t.source = s.source and t.claim = s.claim
    and t.contest_id = s.contest_id and t.choice_id = s.choice_id and t.measure = s.measure and t.bits = s.l
    and t.jk = s.jk and t.pk = s.pk and t.gk = s.gk
  where not s.negative and not t.negative
), pairs as materialized (
  select *, array_to_string(list_filter([case when (m - l) & 4 = 4 then 'jurisdiction' end,
      case when (m - l) & 2 = 2 then 'precinct' end, case when (m - l) & 1 = 1 then 'counting group' end],
      lambda w: w is not null), ' and ') as parts_by
  from offered where len(list_filter(kinds, lambda k: k <> m and (k & m) = k)) = 0
), totals as (
  select count(*) as compared, count(*) filter (where total <> parts_sum) as disagreements,
    (select count(*) from figures) as figures_read
  from pairs
), shown as (
  select p.tbl as "table", p.source, p.claim, nullif(c.contest, '') as contest, h.choice, p.measure, j.jurisdiction,
    pr.precinct, g.counting_group, p.parts_by, p.parts, p.total, p.parts_sum, p.parts_sum - p.total as difference
  from pairs p left join contest_titles c using (contest_id) left join choice_titles h using (contest_id, choice_id)
    left join precinct_titles pr using (pk) left join group_titles g using (gk)
    left join jurisdiction_titles j using (jk)
  where total <> parts_sum
  order by "table", source, claim, contest, choice, measure, jurisdiction, precinct, counting_group, parts_by limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by "table", source, claim, contest, choice, measure, jurisdiction, precinct, counting_group, parts_by
"""

PARTS_V_TOTAL = numbered(
    "R11",
    "parts-v-total",
    statement="Within each source every total is the sum of its parts: precincts, counting groups and jurisdictions.",
    source="OpenElections data issues 52 for New York, 96 for Mississippi and 373 for Texas (Hood County 2020): "
    "official files whose totals are not the sum of their precincts or ways of voting.",
    query="".join((ALL_FIGURES, KEYED, DISPLAY, _PARTS_TAIL)),
    wording=Wording(
        ("comparison of a total with its parts", "comparisons of a total with its parts"),
        ("agrees", "agree"),
        ("disagrees", "disagree"),
        (
            ("figures_read", "No results or turnout were read, so there was no total to compare with its parts."),
            ("compared", "No source gives both a total and its parts, so there was nothing to add up."),
        ),
    ),
    innocent_explanations=(
        "Figures of very small precincts are withheld for privacy, and only the total includes them.",
        "Ballots that belong to no precinct, such as overseas ones, are in the total only.",
        "Subtotal rows, such as those of a town, stand among the precincts and are added once more.",
        "A late correction was entered in the total and not in its parts.",
    ),
)

# A whole is taken as the sum of its parts where a source gives parts: a total that contradicts them is R11's business.
# A voice is one side of one source. Where two voices list a unit, a choice that one of them leaves out there, but names
# elsewhere, has no votes there. Sums that nobody states are not compared: their parts are, where both voices have them,
# and a machine that failed in one place would make every sum disagree (Bulgaria, July 2021).
_SOURCES_TAIL = """
, owners as (
  select distinct tbl, source, claim, contest_id, measure, jk, true as stated from cells where pk = '*'
), shared as (
  select tbl, contest_id, jk, pk, gk from levels where measure = 'votes' and pk <> '*'
  group by all having count(distinct source || claim) > 1
), listed as (
  select distinct tbl, source, claim, contest_id, choice_id from levels where measure = 'votes'
), present as (
  select distinct v.tbl, v.source, v.claim, v.contest_id, v.jk, v.pk, v.gk, v.level
  from levels v join shared using (tbl, contest_id, jk, pk, gk) where v.measure = 'votes'
), said as (
  select tbl, source, claim, contest_id, choice_id, measure, level, jk, pk, gk, n from levels where not negative
  union all
  select p.tbl, p.source, p.claim, p.contest_id, l.choice_id, 'votes', p.level, p.jk, p.pk, p.gk, 0
  from present p join listed l using (tbl, source, claim, contest_id)
    anti join levels v on v.tbl = p.tbl and v.source = p.source and v.claim = p.claim and v.contest_id = p.contest_id
      and v.choice_id = l.choice_id and v.measure = 'votes' and v.jk = p.jk and v.pk = p.pk and v.gk = p.gk
), comparable as (
  select s.*, s.pk <> '*' or bool_or(coalesce(o.stated, false)) over (partition by s.tbl, s.contest_id, s.choice_id,
    s.measure, s.level, s.jk, s.pk, s.gk) as is_comparable
  from said s left join owners o using (tbl, source, claim, contest_id, measure, jk)
), cells_said as (
  select tbl, contest_id, choice_id, measure, level, jk, pk, gk, count(*) as voices, min(n) as lowest,
    max(n) as highest,
    case when min(n) < max(n) then string_agg(source || ' ' || claim || ': ' || n, '; ' order by source, claim) end
      as figures_said
  from comparable where is_comparable group by all
), totals as (
  select count(*) filter (where voices > 1) as compared,
    count(*) filter (where voices > 1 and lowest <> highest) as disagreements,
    (select count(*) from figures) as figures_read
  from cells_said
), shown as (
  select s.tbl as "table", s.level, nullif(c.contest, '') as contest, h.choice, s.measure, j.jurisdiction, pr.precinct,
    g.counting_group, s.lowest, s.highest, s.highest - s.lowest as difference, s.figures_said
  from cells_said s left join contest_titles c using (contest_id)
    left join choice_titles h using (contest_id, choice_id)
    left join precinct_titles pr using (pk) left join group_titles g using (gk)
    left join jurisdiction_titles j using (jk)
  where voices > 1 and lowest <> highest
  order by "table", contest, choice, measure, jurisdiction, precinct, counting_group, figures_said limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by "table", contest, choice, measure, jurisdiction, precinct, counting_group, figures_said
"""

SOURCE_V_SOURCE = numbered(
    "R12",
    "source-v-source",
    statement="Where two sources or two sides state the same figure, they state the same number.",
    source="OpenElections data issue 48 for California: Lake County's own results for 2016 and the state's statement "
    "of vote differ; the state said that it would correct its numbers.",
    query="".join((ALL_FIGURES, LEVELS, DISPLAY, _SOURCES_TAIL)),
    wording=Wording(
        ("figure stated more than once", "figures stated more than once"),
        ("agrees", "agree"),
        ("disagrees", "disagree"),
        (
            ("figures_read", "No results or turnout were read, so no two sources could be compared."),
            ("compared", "No figure is stated by two sources or two sides, so there was nothing to compare."),
        ),
    ),
    innocent_explanations=(
        "The sources are of different days: unofficial, canvassed and certified results differ.",
        "One source counts registered voters on election day and the other at the close of registration.",
        "One source leaves out inactive voters, or write-ins that were not declared.",
        "One source was typed from paper, with a slip of the hand.",
    ),
)

# Votes of shareholders may be billions; people, ballots and cards may not.
_POSSIBLE_NUMBERS = """
with allowed as (
  select name_key(contest) as k, max(case when coalesce(ranks, 0) > 0 then 1 else votes_allowed end) as votes_allowed
  from contests where votes_allowed is not null or ranks > 0 group by 1
), figures as materialized (
  select 'manifest' as tbl, source, "row", null::varchar as contest, null::varchar as choice, jurisdiction,
    null::varchar as precinct, null::varchar as counting_group, 'cards' as measure, cards as n, claim
  from manifest
  union all
  select 'reported', source, "row", contest, choice, jurisdiction, precinct, counting_group, measure, "count", claim
  from reported
  union all
  select 'turnout', source, "row", null, null, jurisdiction, precinct, counting_group, measure, "count", claim
  from turnout
), room as (
  select r.source, r.claim, r.contest, r.jurisdiction, r.precinct, r.counting_group,
    max(r."count") * max(a.votes_allowed) as most
  from reported r join allowed a on a.k = name_key(r.contest)
  where r.measure = 'ballots_cast' and r."count" >= 0 group by all
), bad as materialized (
  select tbl, source, "row", contest, choice, jurisdiction, precinct, counting_group, measure, n, 0 as bound,
    'a count is not below 0' as rule
  from figures where n < 0
  union all
  select tbl, source, "row", contest, choice, jurisdiction, precinct, counting_group, measure, n, 1000000000,
    'a count of people or paper is not above 1,000,000,000'
  from figures
  where n > 1000000000 and measure in ('cards', 'registered', 'checked_in', 'ballots_cast', 'cards_cast')
  union all
  select f.tbl, f.source, f."row", f.contest, f.choice, f.jurisdiction, f.precinct, f.counting_group, f.measure, f.n,
    m.most, 'votes for a choice are not above ballots cast times votes allowed'
  from figures f join room m on m.source = f.source and m.claim = f.claim and m.contest = f.contest
    and m.jurisdiction is not distinct from f.jurisdiction and m.precinct is not distinct from f.precinct
    and m.counting_group is not distinct from f.counting_group
  where f.tbl = 'reported' and f.measure = 'votes' and f.n > m.most
), totals as (
  select (select count(*) from figures) as compared, (select count(*) from bad) as disagreements
), shown as (
  select tbl as "table", source, "row", contest, choice, jurisdiction, precinct, counting_group, measure, n as stated,
    bound, rule
  from bad order by "table", source, "row", measure, contest, choice, rule, precinct, counting_group, stated limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by "table", source, "row", measure, contest, choice, rule, precinct, counting_group, stated
"""

POSSIBLE_NUMBERS = numbered(
    "R14",
    "possible-numbers",
    statement="No count is negative or impossibly large, and no choice has more votes than its ballots could give.",
    source="Arlo refuses totals above ballots times votes allowed (server/api/sample_sizes.py); negative figures occur "
    "in published files as corrections and as slips.",
    query=_POSSIBLE_NUMBERS,
    wording=Wording(
        ("stated figure", "stated figures"),
        ("is possible", "are possible"),
        ("is not possible", "are not possible"),
        (("compared", "No manifest, results or turnout were read, so there was no figure to look at."),),
    ),
    innocent_explanations=(
        "A negative figure is a correction that the file adds to another row.",
        "A figure was typed into the column beside its own, or a phone number or code into a count.",
        "Ballots cast of a contest are stated for one way of voting and its votes for all.",
    ),
)

# Only the finest units that state all four measures are added up: a total that contradicts its parts is R11's business.
_RESULTS_BALANCE = """
with allowed as (
  select name_key(contest) as k, min(case when coalesce(ranks, 0) > 0 then 1 else votes_allowed end) as votes_allowed
  from contests where votes_allowed is not null or ranks > 0 group by 1
  having count(distinct case when coalesce(ranks, 0) > 0 then 1 else votes_allowed end) = 1
), units as materialized (
  select source, claim, name_key(contest) as k, min(contest) as contest, jurisdiction, precinct, counting_group,
    sum("count") filter (where measure = 'votes') as votes,
    sum("count") filter (where measure = 'undervotes') as undervotes,
    sum("count") filter (where measure = 'overvotes') as overvotes,
    sum("count") filter (where measure = 'ballots_cast') as ballots_cast, min("count") < 0 as negative,
    (jurisdiction is not null)::integer * 4 + (precinct is not null)::integer * 2
      + (counting_group is not null)::integer as bits
  from reported group by source, claim, k, jurisdiction, precinct, counting_group
), complete as materialized (
  select * from units
  where votes is not null and undervotes is not null and overvotes is not null and ballots_cast is not null
    and not negative
), kinds as (
  select source, claim, k, list(distinct bits) as kinds from complete group by 1, 2, 3
), finest as (
  select c.*, a.votes_allowed
  from complete c join kinds using (source, claim, k) left join allowed a using (k)
  where len(list_filter(kinds, lambda b: b <> bits and (b & bits) = bits)) = 0
), pairs as materialized (
  select *, votes + undervotes + overvotes as accounted, ballots_cast * votes_allowed as expected
  from finest where votes_allowed is not null
), totals as (
  select count(*) as compared, count(*) filter (where accounted <> expected) as disagreements,
    (select count(*) from units) as result_units, (select count(*) from complete) as complete_units,
    (select count(distinct k) from finest where votes_allowed is null) as not_compared
  from pairs
), shown as (
  select contest, jurisdiction, precinct, counting_group, votes, undervotes, overvotes, ballots_cast, votes_allowed,
    accounted, expected, accounted - expected as difference, source, claim
  from pairs where accounted <> expected
  order by contest, jurisdiction, precinct, counting_group, source, claim limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by contest, jurisdiction, precinct, counting_group, source, claim
"""

RESULTS_BALANCE = numbered(
    "R19",
    "results-balance",
    statement="In the results of every contest, votes, undervotes and overvotes add up to ballots cast times votes "
    "allowed.",
    source="OpenElections pull requests 160 and 185 for Texas (2018): precincts whose ballots cast, overvotes and "
    "undervotes did not add up to the printed figure.",
    query=_RESULTS_BALANCE,
    wording=Wording(
        ("contest and place", "contests and places"),
        ("adds up", "add up"),
        ("does not add up", "do not add up"),
        (
            ("result_units", "No results were read, so nothing could be added up."),
            ("complete_units", "No results state votes, undervotes, overvotes and ballots cast of a contest together."),
            ("compared", "The votes allowed in the contests are not known, so nothing could be added up."),
        ),
        (
            Note(
                "not_compared",
                "The votes allowed in 1 contest are not known; it was not added up.",
                "The votes allowed in {n} contests are not known; they were not added up.",
            ),
        ),
    ),
    innocent_explanations=(
        "Write-in votes that were not declared are left out of the results.",
        "An overvoted contest counts as one overvote, not as all its votes.",
        "Ballots cast count all ballots of the precinct, also those whose style does not hold the contest.",
        "A contest's votes allowed differ between its districts.",
    ),
)
