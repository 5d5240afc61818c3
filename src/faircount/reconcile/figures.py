"""The common beginning of questions about official figures: names folded, and each source added up to levels.

A figure is one row of `reported` or `turnout`. `*` stands for "all of them". Names are compared by `name_key`; where
one source of cards holds two contests, or two choices of a contest, with equal keys, exact names are used for those.
"""

REPORTED_FIGURES = """
with figures as (
  select 'reported' as tbl, source, claim, contest, coalesce(choice, '') as choice, measure, jurisdiction, precinct,
    counting_group, "count"
  from reported where measure <> 'registered' or counting_group is null
)"""
"""A voter is registered once, whatever way of voting follows: registrations by counting group are not parts."""

TURNOUT_FIGURES = """
with figures as (
  select 'turnout' as tbl, source, claim, '' as contest, '' as choice, measure, jurisdiction, precinct,
    counting_group, "count"
  from turnout where measure <> 'registered' or counting_group is null
)"""

ALL_FIGURES = """
with figures as (
  select 'reported' as tbl, source, claim, contest, coalesce(choice, '') as choice, measure, jurisdiction, precinct,
    counting_group, "count"
  from reported where measure <> 'registered' or counting_group is null
  union all
  select 'turnout', source, claim, '', '', measure, jurisdiction, precinct, counting_group, "count"
  from turnout where measure <> 'registered' or counting_group is null
)"""

KEYED = """
, card_sources as (
  select distinct source from cards
), twin_contests as (
  select distinct name_key(contest) as k from contests where source in (select source from card_sources)
  group by source, k having count(distinct contest) > 1
), twin_choices as (
  select distinct name_key(contest) as ck, name_key(choice) as k from choices
  where source in (select source from card_sources)
  group by source, ck, k having count(distinct choice) > 1
), contest_names as (
  select contest, case when name_key(contest) in (select k from twin_contests) then '=' || contest
    else name_key(contest) end as contest_id
  from (select contest from figures union select contest from contests union select contest from choices
    union select contest from recounted)
), choice_names as (
  select n.contest, n.choice, case when t.k is not null then '=' || n.choice else name_key(n.choice) end as choice_id
  from (select contest, choice from figures union select contest, choice from choices
    union select contest, coalesce(choice, '') from recounted) n
  left join twin_choices t on t.ck = name_key(n.contest) and t.k = name_key(n.choice)
), precinct_names as (
  select precinct, regexp_replace(name_key(precinct), '^(precinct|pct|prec) (.)', '\\2') as pk
  from (select precinct from figures union select precinct from recounted) where precinct is not null
), group_names as (
  select counting_group,
    regexp_replace(name_key(counting_group), '^(vote|votes|voting) by | (vote|votes|voting|ballots)$', '', 'g') as gk
  from (select counting_group from figures union select counting_group from recounted)
  where counting_group is not null
), keyed as (
  select f.tbl, f.source, f.claim, c.contest_id, h.choice_id, f.measure, coalesce(name_key(f.jurisdiction), '*') as jk,
    coalesce(p.pk, '*') as pk, coalesce(g.gk, '*') as gk, f."count" as n
  from figures f join contest_names c on c.contest = f.contest
    join choice_names h on h.contest = f.contest and h.choice = f.choice
    left join precinct_names p on p.precinct = f.precinct
    left join group_names g on g.counting_group = f.counting_group
)"""
"""`keyed`: one row a figure, its names folded. A leading "Precinct" or "Pct" is no part of a precinct's name, and
"Vote by" and "Voting" none of a counting group's: `Vote by Mail` is `Mail`."""

_SUMS = """
, lone as (
  select (select count(distinct jk) from keyed where jk <> '*') <= 1
    and (select count(distinct name_key(jurisdiction)) from cards) <= 1 as is_lone
), cells as (
  select tbl, source, claim, contest_id, choice_id, measure, case when is_lone then '*' else jk end as jk, pk, gk,
    coalesce(sum(n) filter (where keyed.jk <> '*'), sum(n)) as n, min(n) < 0 as negative
  from keyed, lone group by all
), units as (
  select tbl, source, claim, contest_id, choice_id, measure, jk, pk,
    coalesce(sum(n) filter (where gk <> '*'), sum(n)) as n, bool_or(negative) as negative,
    bool_or(gk <> '*') as is_split
  from cells group by all
), sums as (
  select tbl, source, claim, contest_id, choice_id, measure, jk,
    coalesce(sum(n) filter (where pk <> '*'), sum(n)) as n, bool_or(negative) as negative,
    coalesce(bool_and(is_split) filter (where pk <> '*'), false) as all_split
  from units group by all
), levels as materialized (
  select tbl, source, claim, contest_id, choice_id, measure, jk, '*' as pk, '*' as gk, 'total' as level, n, negative
  from sums where jk <> '*'
  union all
  select tbl, source, claim, contest_id, choice_id, measure, '*', '*', '*', 'total',
    coalesce(sum(n) filter (where jk <> '*'), sum(n)), bool_or(negative)
  from sums group by all
  union all
  select tbl, source, claim, contest_id, choice_id, measure, jk, pk, '*', 'precinct', n, negative
  from units where pk <> '*'
  union all
  select tbl, source, claim, contest_id, choice_id, measure, jk, '*', gk, 'counting group', n, negative
  from (
    select c.tbl, c.source, c.claim, c.contest_id, c.choice_id, c.measure, c.jk, c.gk,
      coalesce(sum(c.n) filter (where s.all_split and c.pk <> '*'), sum(c.n) filter (where c.pk = '*')) as n,
      bool_or(c.negative) as negative
    from cells c join sums s using (tbl, source, claim, contest_id, choice_id, measure, jk)
    where c.gk <> '*' group by all
  ) where n is not null
  union all
  select tbl, source, claim, contest_id, choice_id, measure, jk, pk, gk, 'precinct and counting group', n, negative
  from cells where pk <> '*' and gk <> '*'
)"""

LEVELS = "".join((KEYED, _SUMS))
"""`levels`: each source's figures at every level that it gives, a whole being the sum of its parts where it gives
parts. Where nothing names more than one jurisdiction, jurisdictions are taken as one."""

DISPLAY = """
, contest_titles as (
  select contest_id, min(contest) as contest from contest_names group by 1
), choice_titles as (
  select c.contest_id, h.choice_id, min(h.choice) as choice
  from choice_names h join contest_names c using (contest) where h.choice <> '' group by 1, 2
), precinct_titles as (
  select pk, min(precinct) as precinct from precinct_names group by 1
), group_titles as (
  select gk, min(counting_group) as counting_group from group_names group by 1
), jurisdiction_titles as (
  select name_key(jurisdiction) as jk, min(jurisdiction) as jurisdiction
  from (select jurisdiction from figures union select jurisdiction from recounted)
  where jurisdiction is not null group by 1
)"""
"""Names as exported, for the rows that are shown."""
