"""Checks of reported results against the recount of the cards."""

from faircount.reconcile.figures import DISPLAY, LEVELS, REPORTED_FIGURES
from faircount.reconcile.judging import Note, Wording, numbered, partial_note

# Names first: a precinct, counting group or choice that only one side has counts as 0 on the other, unless both sides
# have such names; then the sides spell differently, and pairing them would be a guess. Write-ins that one side pools
# or leaves out are never paired. Precincts are compared only where every card of the contest states its precinct.
_RECOUNT_TAIL = """
, recount_cells as materialized (
  select c.contest_id, h.choice_id, r.measure,
    case when lone.is_lone then '?' else coalesce(name_key(r.jurisdiction), '?') end as jk,
    coalesce(p.pk, '?') as pk, coalesce(g.gk, '?') as gk, r."count" as n
  from recounted r cross join lone join contest_names c on c.contest = r.contest
    join choice_names h on h.contest = r.contest and h.choice = coalesce(r.choice, '')
    left join precinct_names p on p.precinct = r.precinct
    left join group_names g on g.counting_group = r.counting_group
), recount as materialized (
  select contest_id, choice_id, measure, case when grouping(jk) = 1 then '*' else jk end as r_jk,
    case when grouping(pk) = 1 then '*' else pk end as r_pk, case when grouping(gk) = 1 then '*' else gk end as r_gk,
    sum(n) as n
  from recount_cells where measure in ($MEASURES)
  group by grouping sets (
    (contest_id, choice_id, measure), (contest_id, choice_id, measure, jk), (contest_id, choice_id, measure, pk),
    (contest_id, choice_id, measure, gk), (contest_id, choice_id, measure, pk, gk),
    (contest_id, choice_id, measure, jk, pk), (contest_id, choice_id, measure, jk, gk),
    (contest_id, choice_id, measure, jk, pk, gk))
), our_contests as (
  select contest_id, bool_or(pk = '?') as unplaced, bool_or(gk = '?') as ungrouped from recount_cells group by 1
), our_jurisdictions as (select distinct jk from recount_cells where jk <> '?'
), our_precincts as (select distinct pk from recount_cells where pk <> '?'
), our_groups as (select distinct gk from recount_cells where gk <> '?'
), told as (
  select * from levels where measure in ($MEASURES)
), covered as (
  select source, bool_and(jk in (select jk from our_jurisdictions)) as whole from told where jk <> '*' group by 1
), loose_precincts as (
  select source, claim from (select distinct source, claim, pk from told where pk <> '*') t
    left join our_precincts o on o.pk = t.pk
  group by 1, 2 having count(*) > count(o.pk) and count(o.pk) < (select count(*) from our_precincts)
), loose_groups as (
  select source, claim from (select distinct source, claim, gk from told where gk <> '*') t
    left join our_groups o on o.gk = t.gk
  group by 1, 2 having count(*) > count(o.gk) and count(o.gk) < (select count(*) from our_groups)
), our_choices as (
  select c.contest_id, h.choice_id,
    bool_or(k.kind like '%write-in%' or regexp_matches(k.choice, '(?i)\\bwrite[ -]?ins?\\b')) as is_write_in
  from (select contest, choice, kind from choices where source in (select source from card_sources)
    union select contest, choice, '' from recounted where choice is not null) k
  join contest_names c on c.contest = k.contest join choice_names h on h.contest = k.contest and h.choice = k.choice
  group by 1, 2
), told_choices as (
  select distinct source, claim, contest_id, choice_id from told where choice_id <> ''
), faces as (
  select s.source, s.claim, s.contest_id, o.choice_id, o.is_write_in, true as ours, t.choice_id is not null as theirs
  from (select distinct source, claim, contest_id from told_choices) s join our_choices o using (contest_id)
    left join told_choices t using (source, claim, contest_id, choice_id)
  union all
  select t.source, t.claim, t.contest_id, t.choice_id, regexp_matches(t.choice_id, '(?i)\\bwrite[ -]?ins?\\b'), false,
    true
  from told_choices t anti join our_choices o using (contest_id, choice_id)
), left_out as materialized (
  select source, claim, contest_id, choice_id from (
    select *, bool_or(theirs and not ours and not is_write_in) over one
      and bool_or(ours and not theirs and not is_write_in) over one as loose
    from faces window one as (partition by source, claim, contest_id))
  where ours <> theirs and (is_write_in or loose)
), able as materialized (
  select t.* from told t cross join lone join our_contests o on o.contest_id = t.contest_id
    left join covered v on v.source = t.source
    left join loose_precincts lp on lp.source = t.source and lp.claim = t.claim
    left join loose_groups lg on lg.source = t.source and lg.claim = t.claim
    anti join left_out x on x.source = t.source and x.claim = t.claim and x.contest_id = t.contest_id
      and x.choice_id = t.choice_id
  where (t.jk in (select jk from our_jurisdictions)
      or (t.jk = '*' and (lone.is_lone or coalesce(v.whole, true))))
    and (t.pk = '*' or (not o.unplaced and (lp.source is null or t.pk in (select pk from our_precincts))))
    and (t.gk = '*' or (not o.ungrouped and (lg.source is null or t.gk in (select gk from our_groups))))
), ours as (
  select u.source, u.claim, u.contest_id, r.choice_id, u.measure, u.jk, u.pk, u.gk, u.level, r.n
  from (select distinct source, claim, contest_id, measure, jk, pk, gk, level from able) u
    join recount r on r.contest_id = u.contest_id and r.measure = u.measure and r.r_jk = u.jk and r.r_pk = u.pk
      and r.r_gk = u.gk
    anti join left_out x on x.source = u.source and x.claim = u.claim and x.contest_id = u.contest_id
      and x.choice_id = r.choice_id
), parts as (
  select distinct name_key(jurisdiction) as jk, source from cards
  where source in (select source from facts where name = 'partial')
), pairs as materialized (
  select level, contest_id, choice_id, measure, jk, pk, gk, source, claim, coalesce(a.n, 0) as reported,
    coalesce(b.n, 0) as recounted,
    case when jk in (select jk from parts) or (jk = '*' and exists (select 1 from parts))
      then coalesce(b.n, 0) > coalesce(a.n, 0) else coalesce(b.n, 0) <> coalesce(a.n, 0) end as disagrees
  from able a full join ours b using (source, claim, contest_id, choice_id, measure, jk, pk, gk, level)
), totals as (
  select count(*) as compared, count(*) filter (where disagrees) as disagreements,
    (select count(*) from told) as figures_told, (select count(*) from recount_cells) as figures_counted,
    (select count(*) from told where contest_id in (select contest_id from our_contests)) - (select count(*) from able)
      as figures_left_out,
    case when (select count(*) from told) = 0 or (select count(*) from our_contests) = 0 then 0 else
      (select count(*) from (select distinct contest_id from told) t
        full join our_contests o using (contest_id) where t.contest_id is null or o.contest_id is null) end
      as contests_left_out,
    case when count(*) > 0 then (select count(distinct source) from parts) else 0 end as partial_sources
  from pairs
)"""

_VOTES_SHOWN = """
, shown as (
  select p.level, c.contest, h.choice, pr.precinct, g.counting_group, p.reported, p.recounted,
    p.recounted - p.reported as difference, p.source, j.jurisdiction, p.claim
  from pairs p left join contest_titles c using (contest_id) left join choice_titles h using (contest_id, choice_id)
    left join precinct_titles pr using (pk) left join group_titles g using (gk)
    left join jurisdiction_titles j using (jk)
  where disagrees
  order by contest, level desc, jurisdiction, precinct, counting_group, choice, source, claim limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by contest, level desc, jurisdiction, precinct, counting_group, choice, source, claim
"""

_RESIDUE_SHOWN = """
, shown as (
  select p.level, c.contest, p.measure, pr.precinct, g.counting_group, p.reported, p.recounted,
    p.recounted - p.reported as difference, p.source, j.jurisdiction, p.claim
  from pairs p left join contest_titles c using (contest_id) left join precinct_titles pr using (pk)
    left join group_titles g using (gk) left join jurisdiction_titles j using (jk)
  where disagrees
  order by contest, level desc, jurisdiction, precinct, counting_group, measure, source, claim limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by contest, level desc, jurisdiction, precinct, counting_group, measure, source, claim
"""

_HEAD = (REPORTED_FIGURES, LEVELS, DISPLAY)

_NOTES = (
    Note(
        "contests_left_out",
        "1 contest is in the results or on the cards but not in both and was not compared (see R20).",
        "{n} contests are in the results or on the cards but not in both and were not compared (see R20).",
    ),
    Note(
        "figures_left_out",
        "1 reported figure has no counterpart by name, place or way of voting on the cards and was not compared.",
        "{n} reported figures have no counterpart by name, place or way of voting on the cards and were not compared.",
    ),
    partial_note("the recount was asked only not to exceed what was reported"),
)

RECOUNT_V_REPORTED = numbered(
    "R08",
    "recount-v-reported",
    statement="The recount of the cards gives the votes that were reported, for every choice, precinct and counting "
    "group; a total is taken as the sum of its parts where the results give parts.",
    source="Antrim County, Michigan, November 2020: the first unofficial results differed by thousands of votes from "
    "what the ballots said, and were corrected from the paper (Halderman, USENIX Security 2022).",
    query="".join((*_HEAD, _RECOUNT_TAIL.replace("$MEASURES", "'votes'"), _VOTES_SHOWN)),
    wording=Wording(
        ("reported number of votes", "reported numbers of votes"),
        ("agrees with the recount", "agree with the recount"),
        ("disagrees with the recount", "disagree with the recount"),
        (
            ("figures_told", "No reported votes were read, so the recount could not be compared with any."),
            ("figures_counted", "No cards were read, so the reported votes could not be recounted."),
            ("compared", "The results and the cards share no contest that could be compared."),
        ),
        _NOTES,
    ),
    innocent_explanations=(
        "The results include ballots counted by hand, late or provisional ballots that the export does not hold.",
        "The results are of another day than the export: unofficial results change until they are certified.",
        "Write-in votes were assigned to named candidates by people, outside the voting system.",
        "Small precincts or groups were merged in the results to protect the secrecy of the vote.",
        "In a ranked contest the results may show the last round, while the recount shows first preferences.",
    ),
)

UNDERVOTES_OVERVOTES = numbered(
    "R09",
    "undervotes-overvotes",
    statement="The recount of the cards gives the undervotes and overvotes that were reported.",
    source="EAC Voluntary Voting System Guidelines ask systems to report undervotes and overvotes for each contest, so "
    "that all ballots can be accounted for.",
    query="".join((*_HEAD, _RECOUNT_TAIL.replace("$MEASURES", "'undervotes', 'overvotes'"), _RESIDUE_SHOWN)),
    wording=Wording(
        ("reported number of undervotes or overvotes", "reported numbers of undervotes and overvotes"),
        ("agrees with the recount", "agree with the recount"),
        ("disagrees with the recount", "disagree with the recount"),
        (
            ("figures_told", "No reported undervotes or overvotes were read, so none could be compared."),
            ("figures_counted", "No cards were read, so undervotes and overvotes could not be recounted."),
            ("compared", "The results and the cards share no contest whose undervotes or overvotes could be compared."),
        ),
        _NOTES,
    ),
    innocent_explanations=(
        "An overvoted contest counts as one overvote in some systems and as all its votes in others.",
        "The word undervote is used for blank contests, for unused votes, and for both.",
        "People who looked at ambiguous marks changed their reading after the export was made.",
        "The results include ballots counted by hand that the export does not hold.",
    ),
)

# A reported contest without a single vote needs no cards. Where cards and results name their jurisdictions, results of
# other jurisdictions are none of the cards' business.
_CONTESTS_COVERED = """
with on_cards as (
  select name_key(contest) as k, min(contest) as contest,
    sum("count") filter (where measure = 'cards') as cards
  from recounted group by 1
), places as (
  select distinct name_key(jurisdiction) as j from recounted where jurisdiction is not null
), shares as (
  select exists (select 1 from reported where name_key(jurisdiction) in (select j from places)) as by_j
), in_results as (
  select name_key(contest) as k, min(contest) as contest, count(*) as result_rows,
    sum("count") filter (where measure = 'votes') as votes
  from reported, shares
  where not by_j or jurisdiction is null or name_key(jurisdiction) in (select j from places) group by 1
), partial as (
  select distinct source from cards where source in (select source from facts where name = 'partial')
), pairs as materialized (
  select coalesce(c.contest, r.contest) as contest, c.cards, r.result_rows,
    case when r.k is null then 'on the cards, not in the results'
      when c.k is null then 'in the results, not on the cards' end as found
  from on_cards c full join in_results r using (k)
  where c.k is not null or r.votes > 0
), usable as (
  select (select count(*) from on_cards) as card_contests, (select count(*) from in_results) as result_contests,
    (select count(*) from partial) as partials
), bad as (
  select pairs.* from pairs, usable
  where found is not null and card_contests > 0 and result_contests > 0
    and (partials = 0 or found = 'on the cards, not in the results')
), totals as (
  select case when card_contests > 0 and result_contests > 0 then (select count(*) from pairs
      where partials = 0 or found is distinct from 'in the results, not on the cards') else 0 end as compared,
    (select count(*) from bad) as disagreements, result_contests, card_contests,
    case when card_contests > 0 and result_contests > 0 then partials else 0 end as partial_sources
  from usable
), shown as (
  select contest, found, cards, result_rows from bad order by contest, found limit 1000
)
select totals.*, shown.* from totals left join shown on true order by contest, found
"""

CONTESTS_COVERED = numbered(
    "R20",
    "contests-covered",
    statement="Every contest on the cards is in the results, and every contest with reported votes is on the cards.",
    source="ColoradoRLA issue 597: contests on the ballot that are missing from the cast vote records would escape "
    "every comparison.",
    query=_CONTESTS_COVERED,
    wording=Wording(
        ("contest", "contests"),
        ("is on the cards and in the results", "are on the cards and in the results"),
        ("is in one of the two only", "are in one of the two only"),
        (
            ("result_contests", "No results were read, so the contests on the cards could not be looked up in them."),
            ("card_contests", "No cards were read, so the contests in the results could not be looked up on them."),
            ("compared", "No contest could be compared."),
        ),
        (partial_note("contests that only the results have were left out"),),
    ),
    innocent_explanations=(
        "The two records give one contest different titles, such as a short and a long one.",
        "The results leave out contests of party committees or of districts that lie in several counties.",
        "An uncontested office is on the ballot and is not reported.",
    ),
)
