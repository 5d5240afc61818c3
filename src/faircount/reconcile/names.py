"""The check of spelling: one name, one way to write it."""

from faircount.reconcile.judging import Wording, numbered

_SPELLING = """
with used as (
  select 'contest' as kind, '' as contest_key, contest as name, 'contests' as place, source from contests
  union
  select 'contest', '', contest, 'choices', source from choices
  union
  select 'contest', '', contest, 'reported', source from reported
  union
  select 'choice', name_key(contest), choice, 'choices', source from choices
  union
  select 'choice', name_key(contest), choice, 'reported', source
  from (select distinct contest, choice, source from reported where choice is not null)
  union
  select 'precinct', '', precinct, 'cards', source from cards where precinct is not null
  union
  select 'precinct', '', precinct, 'reported', source from reported where precinct is not null
  union
  select 'precinct', '', precinct, 'turnout', source from turnout where precinct is not null
), names as materialized (
  select kind, contest_key, name_key(name) as k, name, string_agg(distinct place, ', ' order by place) as places,
    string_agg(distinct source, ', ' order by source) as sources
  from used group by kind, contest_key, name
), keys as (
  select kind, contest_key, k, count(*) as spellings from names group by 1, 2, 3
), totals as (
  select count(*) as compared, count(*) filter (where spellings > 1) as disagreements from keys
), shown as (
  select n.kind, nullif(n.contest_key, '') as contest, n.name, n.places, n.sources, s.spellings
  from keys s join names n using (kind, contest_key, k) where s.spellings > 1
  order by n.kind, contest, n.k, n.name limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by kind, contest, name_key(name), name
"""

SPELLING = numbered(
    "R13",
    "spelling",
    statement="Every contest, choice and precinct is spelt in one way, in every record.",
    source="Records are joined by name, so two spellings split a total in two. OpenElections data files are full of "
    "such pairs, and its tests look for them.",
    query=_SPELLING,
    wording=Wording(
        ("name", "names"),
        ("is spelt in one way", "are spelt in one way"),
        ("is spelt in more than one way", "are spelt in more than one way"),
        (("compared", "No contest, choice or precinct was read, so no names could be compared."),),
    ),
    innocent_explanations=(
        "The voting system writes names in capitals and the results do not.",
        "Accents, hyphens or double blanks were lost when a file was converted.",
        "Two different contests or precincts have names that differ in punctuation only.",
    ),
)
