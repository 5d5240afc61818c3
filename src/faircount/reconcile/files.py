"""Checks of what was read: each file once, each row readable, each export whole."""

from faircount.reconcile.judging import Wording, numbered

# Two exports of one county share their lists of contests; read twice, those do no harm. So a file counts if it holds
# cards, or if its source holds none (then its rows are a manifest, results or turnout).
_FILE_ONCE = """
with with_cards as materialized (
  select distinct source, file from cards
), weighty as materialized (
  select f.source, f.file, f.name, f.sha256, f.records from files f
  where f.records > 0 and (f.source not in (select source from with_cards)
    or exists (select 1 from with_cards w where w.source = f.source and w.file = f.file))
), turns as (
  select *, row_number() over same as turn, first_value(name) over same as first_name,
    first_value(source) over same as first_source
  from weighty window same as (partition by sha256 order by source, file)
), held as (
  select source, jurisdiction, tabulator, batch, count(*) as cards from cards where batch is not null group by all
), batches as materialized (
  select coalesce(h.jurisdiction, nullif(s.jurisdiction, '')) as jurisdiction, h.tabulator, h.batch,
    count(distinct h.source) as sources, sum(h.cards) as cards, min(h.source) as first_source,
    max(h.source) as last_source
  from held h left join sources s on s.source = h.source group by 1, 2, 3
), bad as materialized (
  select 'same bytes as another file' as found, name, null::varchar as jurisdiction, null::varchar as tabulator,
    null::varchar as batch, records, source, first_name as same_as, first_source as first_in
  from turns where turn > 1
  union all
  select 'batch in more than one source', null, jurisdiction, tabulator, batch, cards, last_source, null, first_source
  from batches where sources > 1
), totals as (
  select (select count(*) from weighty) + (select count(*) from batches) as compared,
    (select count(*) from bad) as disagreements
), shown as (
  select * from bad order by found, name, jurisdiction, tabulator, batch, source limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by found, name, jurisdiction, tabulator, batch, source
"""

FILE_ONCE = numbered(
    "R05",
    "file-once",
    statement="No file was read twice under two names, and no batch of cards comes from two exports.",
    source="VxSuite issue 1344: an export made later holds everything of the earlier one, and importing both counts "
    "the first set of ballots twice.",
    query=_FILE_ONCE,
    wording=Wording(
        ("file or batch", "files and batches"),
        ("was read once", "were read once"),
        ("was read more than once", "were read more than once"),
        (("compared", "No file with cards, results or a manifest was read, so none could be compared."),),
    ),
    innocent_explanations=(
        "A file was downloaded twice, and both copies lie in the folder that was read.",
        "An earlier and a later export of the same county were both added to this workspace.",
        "A batch was exported in two parts, each with other cards.",
        "Two counties number their tabulators and batches alike, and neither export names its county.",
    ),
)

_REJECTED_ROWS = """
with totals as (
  select coalesce((select sum(records) from files), 0) + count(distinct (source, file, "row")) as compared,
    count(distinct (source, file, "row")) as disagreements
  from rejected
), shown as (
  select source, file, "row", "column", value, rule, fix from rejected
  order by source, file, "row", "column", value, rule, fix limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by source, file, "row", "column", value, rule, fix
"""

REJECTED_ROWS = numbered(
    "R16",
    "rejected-rows",
    statement="Every row of every file could be read as what it should be.",
    source="House rule: a row that cannot be read is counted and shown, never dropped. OpenElections pull request 160 "
    "for Texas is one of many cases where rows of an official file did not hold what their columns promise.",
    query=_REJECTED_ROWS,
    wording=Wording(
        ("row", "rows"),
        ("could be read", "could be read"),
        ("could not be read", "could not be read"),
        (("compared", "Nothing was read, so no row could be looked at."),),
    ),
    innocent_explanations=(
        "The file holds footnotes, subtotals or blank lines that are not data.",
        "A figure was withheld for privacy, and a word or sign stands in its place.",
        "The file is of a version of its format that this reader does not know yet.",
    ),
)

_WHOLE_EXPORT = """
with bad as (
  select f.source, s.name, s.format, f.value as reason
  from facts f left join sources s on s.source = f.source where f.name = 'partial'
), totals as (
  select (select count(*) from sources) as compared, count(distinct source) as disagreements from bad
), shown as (
  select * from bad order by source, name, format, reason limit 1000
)
select totals.*, shown.* from totals left join shown on true order by source, name, format, reason
"""

WHOLE_EXPORT = numbered(
    "R17",
    "whole-export",
    statement="No source says of itself that it is only a part of the whole.",
    source="Vendors' exports state their filters: Dominion's Configuration.json, for example, names the tabulators, "
    "precinct portions, ballot types and contests that were let through.",
    query=_WHOLE_EXPORT,
    wording=Wording(
        ("source", "sources"),
        ("names no filter and no omission", "name no filter and no omission"),
        ("is only a part of the whole", "are only parts of the whole"),
        (("compared", "No source was read, so none could be asked whether it is whole."),),
    ),
    innocent_explanations=(
        "The office publishes one contest or one counting group at a time.",
        "The export was filtered on purpose, to withhold rare ballots that would reveal a voter.",
        "The file is a sample published for study.",
    ),
)
