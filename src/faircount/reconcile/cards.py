"""Checks of cards: as many ballots as were cast, each card once, the right contests, marks that add up."""

from faircount.reconcile.figures import LEVELS, TURNOUT_FIGURES
from faircount.reconcile.judging import Note, Wording, numbered, partial_note

# Totals come from the sum of a source's parts where it gives parts: a total that contradicts them is R11's business.
_BALLOTS_TAIL = """
, read_cards as (
  select name_key(jurisdiction) as jk, count(distinct ballot) as ballots, count(*) as cards,
    bool_or(source in (select source from facts where name = 'partial')) as is_part
  from cards group by 1
), read_units as (
  select jk, ballots, cards, is_part from read_cards where jk is not null
  union all
  select '*', sum(ballots), sum(cards), bool_or(is_part) from read_cards having count(*) > 0
), covered as (
  select source, bool_and(jk in (select jk from read_units)) as whole from keyed where jk <> '*' group by source
), pairs as materialized (
  select replace(l.measure, '_', ' ') as question, case when l.jk = '*' then null else l.jk end as jurisdiction,
    l.n as stated, case l.measure when 'cards_cast' then r.cards else r.ballots end as read, r.is_part,
    l.source, l.claim
  from levels l join read_units r using (jk) cross join lone left join covered v on v.source = l.source
  where l.measure in ('ballots_cast', 'cards_cast') and l.level = 'total' and not l.negative
    and (l.jk <> '*' or lone.is_lone or coalesce(v.whole, true))
), sheets as materialized (
  select ballot, sheet, count(*) as times, min(card) as card from cards where sheet is not null group by 1, 2
), bad as materialized (
  select question, jurisdiction, stated, read, read - stated as difference, source, claim, null::varchar as tabulator,
    null::varchar as batch, null::integer as position, null::bigint as ballot, null::integer as sheet
  from pairs where case when is_part then read > stated else read <> stated end
  union all
  select 'sheet twice in one ballot', c.jurisdiction, 1, s.times, s.times - 1, c.source, null, c.tabulator, c.batch,
    c.position, s.ballot, s.sheet
  from sheets s join cards c on c.card = s.card where s.times > 1
), counts as (
  select (select count(*) from pairs) as stated_totals, (select count(distinct ballot) from sheets) as sheet_ballots,
    (select count(*) from bad) as disagreements
), totals as (
  select case when stated_totals > 0 or disagreements > 0 then stated_totals + sheet_ballots else 0 end as compared,
    disagreements, (select count(*) from cards) as cards_read, stated_totals, sheet_ballots,
    (select count(*) from figures where measure in ('ballots_cast', 'cards_cast')) as turnout_rows,
    case when stated_totals > 0 then (select count(distinct source) from cards
      where source in (select source from facts where name = 'partial')) else 0 end as partial_sources
  from counts
), shown as (
  select * from bad order by question, jurisdiction, source, claim, ballot, sheet, stated, read limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by question, jurisdiction, source, claim, ballot, sheet, stated, read
"""

CARDS_V_BALLOTS = numbered(
    "R02",
    "cards-v-ballots",
    statement="The cards read are as many ballots and cards as were reported cast, and no ballot holds a sheet twice.",
    source="Verified Voting's ballot accounting checklist and state canvass manuals (Michigan Election Officials' "
    "Manual, chapter 12) ask that the ballots tabulated equal the ballots cast.",
    query="".join((TURNOUT_FIGURES, LEVELS, _BALLOTS_TAIL)),
    wording=Wording(
        ("total or ballot", "totals and ballots"),
        ("agrees with the cards read", "agree with the cards read"),
        ("disagrees with the cards read", "disagree with the cards read"),
        (
            ("cards_read", "No cards were read, so the ballots cast could not be compared with them."),
            (
                "turnout_rows",
                "No number of ballots or cards cast was read, so the cards could not be compared with it.",
            ),
            (
                "compared",
                "The numbers of ballots cast and the cards are of different jurisdictions; none was compared.",
            ),
        ),
        (
            Note(
                "stated_totals",
                "1 of these is a total of ballots or cards cast.",
                "{n} of these are totals of ballots or cards cast.",
            ),
            Note(
                "sheet_ballots",
                "1 ballot was looked at for two cards of one sheet.",
                "{n} ballots were looked at for two cards of one sheet.",
                "No export states which sheet of its ballot a card is, so sheets could not be looked at.",
            ),
            partial_note("it was asked only not to hold more ballots than were cast"),
        ),
    ),
    innocent_explanations=(
        "A voter returned only one of the two sheets of a ballot, which changes cards but not ballots.",
        "Provisional or late ballots were added to one record and not yet to the other.",
        "The sheets of a ballot travel apart after scanning, and the export cannot say which belong together.",
        "Some records were withheld to protect the secrecy of rare ballots.",
    ),
)

# The cards of one ballot share its position and printed number, so only different ballots at one place are counted.
# Files that are copies byte for byte are R05's business.
_CARD_ONCE = """
with copies as (
  select source, file
  from (select source, file, row_number() over (partition by sha256 order by source, file) as turn
    from files where records > 0)
  where turn > 1
), placed as (
  select c.card, c.ballot, c.tabulator, c.batch, c.position, c.imprinted_id,
    coalesce(c.jurisdiction, nullif(s.jurisdiction, '')) as jurisdiction
  from cards c left join sources s on s.source = c.source anti join copies x on x.source = c.source and x.file = c.file
  where c.position is not null or c.imprinted_id is not null
), places as (
  select jurisdiction, tabulator, batch, position, min(card) as card
  from placed where position is not null group by 1, 2, 3, 4 having min(ballot) <> max(ballot)
), by_position as (
  select s.card, count(distinct p.ballot) as times
  from places s join placed p on p.jurisdiction is not distinct from s.jurisdiction
    and p.tabulator is not distinct from s.tabulator and p.batch is not distinct from s.batch
    and p.position = s.position
  group by s.card
), numbers as (
  select jurisdiction, imprinted_id, min(card) as card
  from placed where imprinted_id is not null group by 1, 2 having min(ballot) <> max(ballot)
), by_number as (
  select s.card, count(distinct p.ballot) as times
  from numbers s join placed p on p.jurisdiction is not distinct from s.jurisdiction
    and p.imprinted_id = s.imprinted_id
  group by s.card
), repeated as materialized (
  select card, max(p.times) as same_position, max(n.times) as same_imprinted_id
  from by_position p full join by_number n using (card) group by card
), totals as (
  select (select count(*) from placed) as compared, (select count(*) from repeated) as disagreements,
    (select count(*) from cards) as cards_read,
    (select count(*) from cards where position is null and imprinted_id is null) as without_place
), shown as (
  select c.jurisdiction, c.tabulator, c.batch, c.position, c.imprinted_id, r.same_position, r.same_imprinted_id,
    f.name as file, c.record, c.source
  from repeated r join cards c using (card) left join files f on f.source = c.source and f.file = c.file
  order by c.jurisdiction, c.tabulator, c.batch, c.position, c.imprinted_id, c.source, file, c.record limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by jurisdiction, tabulator, batch, position, imprinted_id, source, file, record
"""

CARD_ONCE = numbered(
    "R03",
    "card-once",
    statement="No two ballots share a position in a batch, and no two share the number printed on the card.",
    source="A sample is drawn by batch and position, so each place must hold one card. VxSuite issue 1344 asks that a "
    "scanned sheet keep one identity however often it is exported.",
    query=_CARD_ONCE,
    wording=Wording(
        ("card", "cards"),
        ("occurs once", "occur once"),
        ("occurs more than once", "occur more than once"),
        (
            ("cards_read", "No cards were read, so none could be looked for twice."),
            (
                "compared",
                "No export states a position or a printed number, so a card that occurs twice would not show.",
            ),
        ),
        (
            Note(
                "without_place",
                "1 card states neither position nor printed number and was not compared.",
                "{n} cards state neither position nor printed number and were not compared.",
            ),
        ),
    ),
    innocent_explanations=(
        "The machine's reading and the adjudicated reading of one card were exported as two records.",
        "A counter was set back when a batch was scanned in two sittings.",
        "Two counties number their tabulators and batches alike, and neither export names its county.",
    ),
)

# A contest belongs to a style's sheet if at least nine of ten of its cards hold it; fewer than five cards say nothing.
_STYLE_CONTESTS = """
with groups as (
  select row_number() over (order by source, style, sheet) as g, *
  from (select source, style, sheet, count(*) as cards from cards where style is not null group by 1, 2, 3)
), in_group as (
  select c.card, g.g from cards c join groups g
    on g.source = c.source and g.style = c.style and g.sheet is not distinct from c.sheet
), held as materialized (
  select g, p.contest, count(*) as cards
  from votes v join in_group using (card) join patterns p on p.pattern = v.pattern group by 1, 2
), listed as (
  select distinct source, style from styles
), foreign_pairs as (
  select h.g, h.contest
  from held h join groups g using (g) join listed l on l.source = g.source and l.style = g.style
    anti join styles s on s.source = g.source and s.style = g.style and s.contest = h.contest
), missing_pairs as (
  select h.g, h.contest from held h join groups g using (g)
  where g.cards >= 5 and h.cards < g.cards and 10 * h.cards >= 9 * g.cards
), bad as materialized (
  select v.card, f.g, f.contest, 'holds a contest that its style does not list' as found
  from foreign_pairs f join in_group i using (g) join votes v using (card)
    join patterns p on p.pattern = v.pattern and p.contest = f.contest
  union all
  select i.card, m.g, m.contest, 'lacks a contest that cards of its style and sheet hold'
  from missing_pairs m join in_group i using (g)
    anti join (select v.card, p.contest from votes v join patterns p on p.pattern = v.pattern
      where p.contest in (select contest from missing_pairs)) h
    on h.card = i.card and h.contest = m.contest
), totals as (
  select coalesce((select sum(g.cards) from groups g left join listed l on l.source = g.source and l.style = g.style
      where l.style is not null or g.cards >= 5), 0) as compared,
    (select count(distinct card) from bad) as disagreements,
    (select count(*) from cards) as cards_read, (select count(*) from listed) as listed_styles,
    (select count(*) from cards where style is null) as without_style
), shown as (
  select c.jurisdiction, c.tabulator, c.batch, c.position, c.style, c.sheet, b.contest, b.found, c.source, c.record,
    c.card
  from bad b join cards c on c.card = b.card
  order by c.jurisdiction, c.tabulator, c.batch, c.position, c.source, c.record, c.card, b.contest, b.found limit 1000
)
select totals.*, shown.* from totals left join shown on true
order by jurisdiction, tabulator, batch, position, source, record, card, contest, found
"""

STYLE_CONTESTS = numbered(
    "R07",
    "style-v-contests",
    statement="Every card holds the contests of its ballot style, no others and none less.",
    source="Antrim County, Michigan, 2020: ballots scanned under another version of the ballot definition than the one "
    "that read the results. ColoradoRLA issue 597: a contest on the paper that is not in the cast vote record.",
    query=_STYLE_CONTESTS,
    wording=Wording(
        ("card", "cards"),
        ("holds the contests of its style", "hold the contests of their style"),
        ("holds other contests than its style", "hold other contests than their style"),
        (
            ("cards_read", "No cards were read, so no contests could be compared."),
            ("compared", "No export states styles with enough cards to compare their contests."),
        ),
        (
            Note(
                "listed_styles",
                none="No list of each style's contests was read, so cards were compared only with their like.",
            ),
            Note(
                "without_style",
                "1 card states no style and was not compared.",
                "{n} cards state no style and were not compared.",
            ),
        ),
    ),
    innocent_explanations=(
        "A card was torn or only partly scanned, and the rest was entered elsewhere.",
        "Contests were withheld on some cards to protect the secrecy of rare ballots.",
        "A ballot was reprinted after a change of the candidates, under the same style number.",
        "The export does not say which sheet a card is, and the sheets of a style hold different contests.",
    ),
)

_MARKS_BALANCE = """
with allowed as (
  select source, contest, max(votes_allowed) as votes_allowed from contests
  where votes_allowed is not null and coalesce(ranks, 0) = 0
  group by source, contest having min(votes_allowed) = max(votes_allowed)
), weighed as (
  select pattern, count(*) as cards, min(card) as first_card from votes group by pattern
), read_patterns as (
  select p.source, p.pattern, p.contest, a.votes_allowed, p.undervotes, p.overvotes,
    len(list_filter(p.marks, lambda m: m.is_vote)) as marked,
    len(list_filter(p.marks, lambda m: m.is_vote is null or m.score is not null)) as unclear
  from patterns p join allowed a on a.source = p.source and a.contest = p.contest
  where p.undervotes is not null and p.overvotes is not null
), figures as materialized (
  select r.*, w.cards, w.first_card, marked + undervotes + overvotes as total
  from read_patterns r join weighed w using (pattern) where unclear = 0
), totals as (
  select coalesce(sum(cards), 0) as compared, coalesce(sum(cards) filter (where total <> votes_allowed), 0)
      as disagreements,
    (select count(*) from votes) as votes_read
  from figures
), shown as (
  select f.contest, f.votes_allowed, f.marked, f.undervotes, f.overvotes, f.total, f.cards, c.jurisdiction, c.tabulator,
    c.batch, c.position, f.source, f.pattern
  from figures f left join cards c on c.card = f.first_card where f.total <> f.votes_allowed
  order by f.contest, f.source, f.pattern limit 1000
)
select totals.*, shown.* from totals left join shown on true order by contest, source, pattern
"""

MARKS_BALANCE = numbered(
    "R15",
    "marks-balance",
    statement="On every card the votes, undervotes and overvotes of a contest add up to the votes allowed.",
    source="Dominion's cast vote record format: votes + undervotes + overvotes = votes allowed, for each contest on a "
    "card. It holds in all 23 contests of the San Francisco export of March 2020.",
    query=_MARKS_BALANCE,
    wording=Wording(
        ("contest on a card", "contests on cards"),
        ("adds up to the votes allowed", "add up to the votes allowed"),
        ("does not add up to the votes allowed", "do not add up to the votes allowed"),
        (
            ("votes_read", "No votes were read, so nothing could be added up."),
            (
                "compared",
                "No export states undervotes and overvotes of unranked contests, so nothing could be added up.",
            ),
        ),
    ),
    innocent_explanations=(
        "This version of the system counts an overvoted contest as one overvote, not as all its votes.",
        "The number of votes allowed was corrected after some cards had been scanned.",
        "Adjudication changed a mark, and the export kept the undervotes of the machine's reading.",
    ),
)
