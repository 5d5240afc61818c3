"""The check of turnout: no more ballots than voters."""

from faircount.reconcile.figures import DISPLAY, LEVELS, TURNOUT_FIGURES
from faircount.reconcile.judging import Wording, numbered

# A source's own figures are compared first; another source's stand in only where no source states both. Negative
# numbers are R14's business.
_VOTERS_TAIL = """
, able as (
  select source, claim, measure, level, jk, pk, gk, n from levels where not negative
), bounds as (
  select * from (values ('ballots_cast', 'checked_in'), ('checked_in', 'registered'), ('ballots_cast', 'registered'))
    v(low, high)
), own as (
  select a.*, b.high, h.n as high_n, h.source as high_source
  from able a join bounds b on b.low = a.measure
    join able h on h.source = a.source and h.claim = a.claim and h.measure = b.high and h.jk = a.jk and h.pk = a.pk
      and h.gk = a.gk
), gives as (
  select distinct source, measure from able
), others as (
  select a.*, b.high, h.n as high_n, h.source as high_source
  from able a join bounds b on b.low = a.measure
    anti join gives g on g.source = a.source and g.measure = b.high
    anti join own o on o.measure = a.measure and o.high = b.high and o.jk = a.jk and o.pk = a.pk and o.gk = a.gk
    join able h on h.source <> a.source and h.measure = b.high and h.jk = a.jk and h.pk = a.pk and h.gk = a.gk
), bounded as (
  select * from own union all select * from others
), checked as (
  select distinct source, claim, jk, pk, gk from bounded where measure = 'ballots_cast' and high = 'checked_in'
), pairs as materialized (
  select b.* from bounded b anti join checked c on c.source = b.source and c.claim = b.claim and c.jk = b.jk
    and c.pk = b.pk and c.gk = b.gk and b.measure = 'ballots_cast' and b.high = 'registered'
), totals as (
  select count(*) as compared, count(*) filter (where n > high_n) as disagreements,
    (select count(*) from figures) as figures_read
  from pairs
), shown as (
  select p.level, j.jurisdiction, pr.precinct, g.counting_group, replace(p.measure, '_', ' ') as smaller,
    p.n as smaller_count, replace(p.high, '_', ' ') as larger, p.high_n as larger_count, p.n - p.high_n as excess,
    p.source, p.high_source as larger_source, p.claim
  from pairs p left join precinct_titles pr using (pk) left join group_titles g using (gk)
    left join jurisdiction_titles j using (jk)
  where n > high_n
  order by level desc, jurisdiction, precinct, counting_group, smaller, larger, source, larger_source, p.claim,
    larger_count limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by level desc, jurisdiction, precinct, counting_group, smaller, larger, source, larger_source, claim, larger_count
"""

BALLOTS_V_VOTERS = numbered(
    "R10",
    "ballots-v-voters",
    statement="Nowhere were more ballots cast than voters checked in, or more voters checked in than were registered.",
    source="EAC Quick Start Guide, Canvassing and Certifying an Election (2008), and local canvass procedures such as "
    "Marin County's: the voters who signed the roster are reconciled with the voted ballots of each precinct.",
    query="".join((TURNOUT_FIGURES, LEVELS, DISPLAY, _VOTERS_TAIL)),
    wording=Wording(
        ("number of ballots or voters", "numbers of ballots or voters"),
        ("is within the number that bounds it", "are within the number that bounds them"),
        ("exceeds the number that bounds it", "exceed the number that bounds them"),
        (
            ("figures_read", "No turnout was read, so ballots could not be compared with voters."),
            ("compared", "The turnout states no place's ballots together with its voters, so none could be compared."),
        ),
    ),
    innocent_explanations=(
        "Voters who registered on election day are not yet in the number of registered voters.",
        "The precinct where a ballot was counted is not the one where its voter is registered.",
        "A voter took a ballot without being marked in the poll book, which poll workers note at closing.",
        "Overseas voters who need not register may vote for federal offices.",
    ),
)
