"""Checks of batches: against the manifest, against each other, and for gaps."""

from faircount.reconcile.judging import Note, Wording, numbered, partial_note

# A tabulator `0012` in one record is `12` in another, because spreadsheets drop leading zeros: keys drop them too.
# A side that never states a jurisdiction or tabulator is compared without it. Cards are grouped as exported first, so
# that names are folded once a batch and not once a card.
_MANIFEST_V_CARDS = """
with partial as (
  select distinct f.source from facts f where f.name = 'partial' and f.source in (select source from cards)
), held as (
  select source, jurisdiction, tabulator, batch, count(*) as cards from cards group by all
), stated as (
  select coalesce(replace(name_key(jurisdiction), ' ', ''), '') as j,
    coalesce(ltrim(name_key(tabulator), '0'), '?') as t,
    ltrim(name_key(batch), '0') as b, jurisdiction, tabulator, batch, cards
  from manifest where claim = 'manifest'
), counted as (
  select coalesce(replace(name_key(jurisdiction), ' ', ''), '') as j,
    coalesce(ltrim(name_key(tabulator), '0'), '?') as t,
    coalesce(ltrim(name_key(batch), '0'), '?') as b, jurisdiction, tabulator, batch, cards,
    source in (select source from partial) as is_part
  from held
), sides as (
  select
    exists (select 1 from stated where j <> '' and j in (select j from counted)) as by_j,
    exists (select 1 from stated where t <> '?') and exists (select 1 from counted where t <> '?') as by_t
), stated_batches as (
  select case when by_j then j else '' end as j, case when by_t then t else '' end as t, b,
    min(jurisdiction) as jurisdiction, min(tabulator) as tabulator, min(batch) as batch, max(cards) as cards
  from stated, sides group by 1, 2, 3
), counted_batches as (
  select case when by_j then j else '' end as j, case when by_t then t else '' end as t, b,
    min(jurisdiction) as jurisdiction, min(tabulator) as tabulator, min(batch) as batch, sum(cards) as cards
  from counted, sides group by 1, 2, 3
), parts as (
  select distinct case when by_j then j else '' end as j from counted, sides where is_part
), pairs as materialized (
  select coalesce(m.jurisdiction, c.jurisdiction) as jurisdiction, coalesce(m.tabulator, c.tabulator) as tabulator,
    coalesce(m.batch, c.batch) as batch, m.cards as cards_manifest, coalesce(c.cards, 0) as cards_read,
    j in (select j from stated_batches) and j in (select j from counted_batches) as comparable,
    case when j in (select j from parts) then coalesce(c.cards, 0) > coalesce(m.cards, 0)
      else coalesce(c.cards, 0) <> coalesce(m.cards, 0) end as disagrees
  from stated_batches m full join counted_batches c using (j, t, b)
), totals as (
  select count(*) filter (where comparable) as compared,
    count(*) filter (where comparable and disagrees) as disagreements,
    (select count(*) from stated) as manifest_batches,
    (select count(*) from held) as card_batches,
    case when bool_or(comparable) then count(*) filter (where not comparable) else 0 end as not_compared,
    case when bool_or(comparable) then (select count(*) from partial) else 0 end as partial_sources
  from pairs
), shown as (
  select jurisdiction, tabulator, batch, cards_manifest, cards_read,
    cards_read - coalesce(cards_manifest, 0) as difference
  from pairs where comparable and disagrees
  order by jurisdiction, tabulator, batch, cards_manifest, cards_read limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by jurisdiction, tabulator, batch, cards_manifest, cards_read
"""

MANIFEST_V_CARDS = numbered(
    "R01",
    "manifest-v-cards",
    statement="Every batch holds as many cards as the ballot manifest says, and no batch is in one record only.",
    source="Colorado Election Rule 25 (8 CCR 1505-1): a comparison audit draws from the ballot manifest, so the "
    "manifest and the cast vote records must describe the same paper. ColoradoRLA issue 667 asks for this check "
    "before an audit begins.",
    query=_MANIFEST_V_CARDS,
    wording=Wording(
        ("batch", "batches"),
        ("agrees with the manifest", "agree with the manifest"),
        ("disagrees with the manifest", "disagree with the manifest"),
        (
            ("manifest_batches", "No manifest was read, so no batch could be compared with one."),
            ("card_batches", "No cards were read, so the manifest could not be compared with them."),
            ("compared", "The manifest and the cards name no batch of the same jurisdiction, so nothing was compared."),
        ),
        (
            Note(
                "not_compared",
                "1 batch belongs to a jurisdiction of which only the manifest or only the cards were read; "
                "it was not compared.",
                "{n} batches belong to jurisdictions of which only the manifest or only the cards were read; "
                "they were not compared.",
            ),
            partial_note("its batches were asked only not to hold more cards than the manifest says"),
        ),
    ),
    innocent_explanations=(
        "Cards counted by hand for the manifest may be miscounted by one or two.",
        "Late, provisional or cured ballots were scanned after the manifest or the export was made.",
        "The manifest counts ballots while the export counts cards, where a ballot is several cards.",
        "Damaged cards were duplicated, and the original and the duplicate lie in different batches.",
    ),
)

# Only batches that hold the same cards in some order are worth sorting, so the order is looked at for those alone.
_BATCH_ONCE = """
with listed as (
  select source, coalesce(replace(name_key(jurisdiction), ' ', ''), '') as j,
    coalesce(ltrim(name_key(tabulator), '0'), '') as t,
    ltrim(name_key(batch), '0') as b, min(jurisdiction) as jurisdiction, min(tabulator) as tabulator,
    min(batch) as batch, count(*) as times, max(cards) as cards
  from manifest where claim = 'manifest' group by 1, 2, 3, 4
), meaning as (
  select pattern, hash(contest, marks, undervotes, overvotes, overvoted_ranks, conditions) as h from patterns
), content as materialized (
  select card, hash(count(*), sum(h::hugeint), bit_xor(h)) as h from votes join meaning using (pattern) group by card
), placed as (
  select coalesce(c.jurisdiction, nullif(s.jurisdiction, ''), '') as jurisdiction,
    coalesce(c.tabulator, '') as tabulator, c.batch, c.source, c.file, c.record, c.card,
    hash(coalesce(k.h, 0), c.style) as h
  from cards c left join content k using (card) left join sources s on s.source = c.source
  where c.batch is not null
), batches as materialized (
  select jurisdiction, tabulator, batch, count(*) as cards, count(distinct h) as contents, sum(h::hugeint) as bag
  from placed group by 1, 2, 3
), alike as (
  select jurisdiction, tabulator, batch
  from (select *, count(*) over (partition by cards, bag) as twins from batches where cards >= 10 and contents >= 5)
  where twins > 1
), sequences as (
  select jurisdiction, tabulator, batch, count(*) as cards,
    hash(list(h order by p.source, p.file, p.record, p.card)) as sequence
  from placed p semi join alike a using (jurisdiction, tabulator, batch) group by 1, 2, 3
), repeats as (
  select *, first_value(tabulator) over same as other_tabulator, first_value(batch) over same as other_batch,
    row_number() over same as turn, count(*) over (partition by cards, sequence) as times
  from sequences window same as (partition by cards, sequence order by jurisdiction, tabulator, batch)
), bad as materialized (
  select 'listed more than once in the manifest' as found, nullif(jurisdiction, '') as jurisdiction, tabulator, batch,
    cards, times, null::varchar as other_tabulator, null::varchar as other_batch
  from listed where times > 1
  union all
  select 'same cards in the same order as another batch', nullif(jurisdiction, ''), tabulator, batch, cards, times,
    other_tabulator, other_batch
  from repeats where turn > 1
), telling as (
  select replace(name_key(jurisdiction), ' ', '') as j, ltrim(name_key(tabulator), '0') as t,
    ltrim(name_key(batch), '0') as b
  from batches where cards >= 10 and contents >= 5
), sides as (
  select not exists (select 1 from listed) or not exists (select 1 from telling)
    or exists (select 1 from listed where j in (select j from telling)) as by_j
), known as (
  select case when by_j then j else '' end, t, b from listed, sides
  union
  select case when by_j then j else '' end, t, b from telling, sides
), totals as (
  select (select count(*) from known) as compared, (select count(*) from bad) as disagreements,
    (select count(*) from listed) as listed_batches,
    (select count(*) from batches where cards >= 10 and contents >= 5) as card_batches,
    (select count(*) from batches where not (cards >= 10 and contents >= 5)) as too_small
), shown as (
  select * from bad order by found, jurisdiction, tabulator, batch, other_tabulator, other_batch limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by found, jurisdiction, tabulator, batch, other_tabulator, other_batch
"""

BATCH_ONCE = numbered(
    "R04",
    "batch-once",
    statement="No batch is listed twice in the manifest, and no two batches hold the same cards in the same order.",
    source="Fulton County, Georgia, recount of November 2020: the State Election Board's reprimand of 7 May 2024 says "
    "that over 3,000 ballots were likely scanned twice.",
    query=_BATCH_ONCE,
    wording=Wording(
        ("batch", "batches"),
        ("occurs once", "occur once"),
        ("repeats a batch that is already there", "repeat batches that are already there"),
        (
            (
                "compared",
                "Neither a manifest nor a batch of ten or more different cards was read, so none was compared.",
            ),
        ),
        (
            Note("listed_batches", none="No manifest was read, so only the cards were looked at."),
            Note(
                "card_batches",
                none="No batch of cards was read that is large and varied enough to be told apart by its content.",
            ),
            Note(
                "too_small",
                "1 batch of cards is too small or too uniform (fewer than 10 cards or 5 different contents) "
                "to be told apart by its content.",
                "{n} batches of cards are too small or too uniform (fewer than 10 cards or 5 different contents) "
                "to be told apart by their content.",
            ),
        ),
    ),
    innocent_explanations=(
        "A batch was scanned again after a jam, and the first scan was meant to be deleted.",
        "One batch is stored in two containers, and the manifest has a row for each.",
        "A test deck was scanned under several batch numbers and left in the export.",
        "Small batches of very short ballots can hold the same votes in the same order by chance.",
    ),
)

# The start is no gap: some systems number from 0, some from 1, some go on from the batch before. A span of more than
# ten times the cards is no sequence but random numbers, given to protect the voters' order.
_NO_GAPS = """
with partial as (
  select distinct source from facts where name = 'partial'
), grouped as materialized (
  select coalesce(c.jurisdiction, nullif(s.jurisdiction, '')) as jurisdiction, c.tabulator, c.batch,
    min(c.position) as first_position, max(c.position) as last_position, count(distinct c.position) as positions,
    count(distinct c.ballot) filter (where c.position is null) as unnumbered,
    bool_or(c.source in (select source from partial)) as is_part
  from cards c left join sources s on s.source = c.source group by 1, 2, 3
), batches as (
  select *, last_position::bigint - first_position + 1 as span from grouped where positions > 0
), judged as (
  select *, is_part or (span > 100 and span > 10 * positions) as left_out, span - positions - unnumbered as missing
  from batches
), bad as materialized (
  select jurisdiction, tabulator, batch, first_position, last_position, positions, missing
  from judged where not left_out and missing > 0
), totals as (
  select count(*) filter (where not left_out) as compared, (select count(*) from bad) as disagreements,
    (select count(*) from grouped) as card_batches,
    (select count(*) from grouped where positions > 0) as numbered_batches,
    (select count(*) from grouped where positions = 0) as without_positions,
    count(*) filter (where is_part) as of_parts,
    count(*) filter (where left_out and not is_part) as random_numbers
  from judged
), top as (
  select * from bad order by jurisdiction, tabulator, batch limit 1000
), steps as (
  select t.jurisdiction, t.tabulator, t.batch, c.position,
    lead(c.position) over (partition by t.jurisdiction, t.tabulator, t.batch order by c.position) as next_position
  from cards c left join sources s on s.source = c.source join top t
    on t.jurisdiction is not distinct from coalesce(c.jurisdiction, nullif(s.jurisdiction, ''))
    and t.tabulator is not distinct from c.tabulator and t.batch is not distinct from c.batch
  where c.position is not null
), firsts as (
  select jurisdiction, tabulator, batch, min(position) + 1 as first_missing
  from steps where next_position > position + 1 group by 1, 2, 3
), shown as (
  select t.*, f.first_missing from top t left join firsts f
    on t.jurisdiction is not distinct from f.jurisdiction and t.tabulator is not distinct from f.tabulator
    and t.batch is not distinct from f.batch
)
select totals.*, shown.* from totals left join shown on true order by jurisdiction, tabulator, batch
"""

NO_GAPS = numbered(
    "R06",
    "no-gaps",
    statement="Within each batch no position is missing between its first card and its last.",
    source="Cast vote records are numbered in the order of scanning; the authors of DVSorder (2022) count the missing "
    "numbers of each batch. Arlo issue 1249 notes that some systems do skip numbers.",
    query=_NO_GAPS,
    wording=Wording(
        ("batch", "batches"),
        ("is numbered without a gap", "are numbered without a gap"),
        ("misses positions between its first and last card", "miss positions between their first and last card"),
        (
            ("card_batches", "No cards were read, so no positions could be checked."),
            ("numbered_batches", "No export states the position of a card in its batch, so gaps could not be seen."),
            ("compared", "No batch is numbered in a way that would show a gap, so none could be checked."),
        ),
        (
            Note(
                "without_positions",
                "1 batch states no positions and was not checked.",
                "{n} batches state no positions and were not checked.",
            ),
            Note(
                "of_parts",
                "1 batch comes from an export that is only a part, where gaps are expected; it was not checked.",
                "{n} batches come from exports that are only parts, where gaps are expected; they were not checked.",
            ),
            Note(
                "random_numbers",
                "1 batch is numbered at random, so a gap would not show; it was not checked.",
                "{n} batches are numbered at random, so a gap would not show; they were not checked.",
            ),
        ),
    ),
    innocent_explanations=(
        "A scanner that rejects a card after a misfeed may keep the number that it had given to it.",
        "Cards set aside for adjudication or duplication are exported later, or under another batch.",
        "A few records were withheld to protect the secrecy of rare ballots.",
    ),
)

_BATCH_CLAIMS = """
with stated as (
  select source, claim, coalesce(replace(name_key(jurisdiction), ' ', ''), '') as j,
    coalesce(ltrim(name_key(tabulator), '0'), '') as t,
    ltrim(name_key(batch), '0') as b, min(jurisdiction) as jurisdiction, min(tabulator) as tabulator,
    min(batch) as batch, max(cards) as cards
  from manifest group by 1, 2, 3, 4, 5
), sides as (
  select j, count(distinct claim) as sides, list_sort(list(distinct claim)) as claims from stated group by j
), batches as materialized (
  select min(jurisdiction) as jurisdiction, min(tabulator) as tabulator, min(batch) as batch, min(cards) as lowest,
    max(cards) as highest, max(sides) > 1 or count(*) > 1 as comparable,
    array_to_string(list_filter(any_value(sides.claims), lambda c: not list_contains(list(claim), c)), ', ') as not_by,
    case when min(cards) < max(cards) or count(distinct claim) < max(sides)
      then string_agg(claim || ': ' || cards, '; ' order by claim, cards, source) end as claims
  from stated join sides using (j) group by j, t, b
), bad as (
  select jurisdiction, tabulator, batch, lowest, highest, highest - lowest as difference, claims, not_by
  from batches where comparable and claims is not null
), totals as (
  select count(*) filter (where comparable) as compared,
    count(*) filter (where comparable and claims is not null) as disagreements,
    count(*) as listed_batches,
    case when count(*) filter (where comparable) > 0 then count(*) filter (where not comparable) else 0 end
      as not_compared
  from batches
), shown as (
  select jurisdiction, tabulator, batch, lowest, highest, difference, claims, not_by as not_listed_by
  from bad order by jurisdiction, tabulator, batch, claims limit 1000
)
select totals.*, shown.* from totals left join shown on true order by jurisdiction, tabulator, batch, claims
"""

BATCH_CLAIMS = numbered(
    "R18",
    "batch-claims",
    statement="Everyone who counted the cards of a batch came to the same number, and left no batch of that place out.",
    source="The Colorado Secretary of State publishes, for each audit, the manifest's count of each batch beside the "
    "count of its cast vote records (batchCountComparison in the audit centre).",
    query=_BATCH_CLAIMS,
    wording=Wording(
        ("batch", "batches"),
        ("has the same count from everyone who counted it", "have the same count from everyone who counted them"),
        ("has different counts, or is left out by one side", "have different counts, or are left out by one side"),
        (
            ("listed_batches", "No list of batches was read, so no counts could be compared."),
            ("compared", "Only one side stated how many cards each batch holds, so there was nothing to compare."),
        ),
        (
            Note(
                "not_compared",
                "1 batch is of a place that one side leaves out altogether, and was not compared.",
                "{n} batches are of places that one side leaves out altogether, and were not compared.",
            ),
        ),
    ),
    innocent_explanations=(
        "The two counts were taken on different days, and cards were added or moved between them.",
        "One side counts ballots and the other counts cards.",
        "A hand count of a tall stack is off by one or two.",
        "Batches scanned last were added to one list only.",
    ),
)
