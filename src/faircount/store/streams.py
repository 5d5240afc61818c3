"""Cards in order, a slice at a time: what a writer of millions of cards reads, without holding them."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from faircount.model import TABLES
from faircount.model.tables import VERSION
from faircount.store.engine import Engine
from faircount.store.staging import plain

CARDS_AT_A_TIME = 20_000
"""Cards of one slice: few enough that memory stays flat, enough that a question each pays."""

_SLICE = """
select c.*, v.patterns, s.superseded, m.marked
  from (select * from cards where card >= {first} and card < {end}) c
  left join (select card, list(pattern order by pattern) as patterns
               from votes_by_pattern where card >= {first} and card < {end} group by card) v on v.card = c.card
  left join (select card, list({{'pattern': pattern, 'version': version}} order by version, pattern) as superseded
               from superseded_by_pattern where card >= {first} and card < {end} group by card) s on s.card = c.card
  left join (select card, list({{'pattern': pattern, 'mark': mark, 'density': density,
                                 'write_in_density': write_in_density, 'write_in': write_in}}
                               order by pattern, mark) as marked
               from marks where card >= {first} and card < {end} group by card) m on m.card = c.card
 order by c.card
"""
_BOUNDS = "select min(card), max(card) from cards group by source order by 1"


def cards_in_order(engine: Engine, at_a_time: int = CARDS_AT_A_TIME) -> Iterator[pa.Table]:
    """Yield the cards of all sources in the order of their ids, in slices of at most `at_a_time` cards.

    Columns: those of `cards`, then `patterns` (list of pattern ids of the current reading), `superseded` (list of
    pattern and version) and `marked` (list of the card's rows in `marks`); each null where the card has none. A card's
    id begins with its source's number, so the cards of a source stand together.
    """
    for first, last in engine.ask(_BOUNDS).rows:
        for start in range(first, last + 1, at_a_time):
            table = engine.table(_SLICE.format(first=start, end=start + at_a_time))
            if table.num_rows:
                yield table


def rows_in_order(engine: Engine, name: str, at_a_time: int = CARDS_AT_A_TIME) -> Iterator[pa.Table]:
    """Yield the canonical table `name` with its first column `source`, in the order of sources and their rows.

    Text is plain text; the columns and their types are those of `schema_of`.
    """
    schema = schema_of(name)
    for path in engine.space.table_files(name):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(at_a_time):
                yield pa.Table.from_batches([batch]).select(schema.names).cast(schema)


def schema_of(name: str) -> pa.Schema:
    """Return the schema of a canonical table as the store publishes it: first `source`, all text plain."""
    schema = plain(TABLES[name])
    source = pa.field("source", pa.string(), nullable=False)
    return pa.schema([source, *schema], metadata={"faircount.tables": str(VERSION)})


_CARD_FEATURES = ("jurisdiction", "tabulator", "batch", "position", "imprinted_id", "sheet", "style", "precinct",
                  "portion", "counting_group", "session_type")  # fmt: skip
_SURVEY = """
with held as (select contest from votes group by contest),
     defined as (select contest, max(key) as key, max(votes_allowed) as votes_allowed, max(ranks) as ranks,
                        max(seats) as seats, max(district) as district from contests group by contest),
     named as (select contest, choice, max(key) as key, max(party) as party, min(kind) as kind
                 from choices group by contest, choice)
select (select count(*) filter (adjudicated) from cards) as adjudicated,
       (select count(*) filter (weight <> 1) from cards) as weight,
       (select count(*) - count(distinct ballot) from cards) as ballots,
       (select count(*) from superseded_by_pattern) as superseded,
       (select count(density) from marks) as density,
       (select count(write_in_density) from marks) as write_in_density,
       (select count(write_in) from marks) as write_in,
       (select count(key) from defined) as contest_key,
       (select count(votes_allowed) from defined) as votes_allowed,
       (select count(*) filter (ranks > 0) from defined) as ranks,
       (select count(seats) from defined) as seats,
       (select count(district) from defined) as district,
       (select count(key) from named) as choice_key,
       (select count(party) from named) as party,
       (select count(*) filter (kind <> 'regular') from named) as kind,
       (select count(*) from defined where contest not in (select contest from held)) as no_cards,
       (select count(*) filter (claim <> 'manifest') from manifest) as manifest_claims,
       (select count(jurisdiction) from manifest) as manifest_county,
       (select count(container) from manifest) as manifest_container,
       (select count(tabulator) from manifest) as manifest_tabulator,
       (select count(*) from (select card, contest from votes group by all having count(*) > 1)) as twice,
       (select count(*) from (select 1 from cards group by tabulator, batch, position
          having count(distinct ballot) > 1 or bool_or(tabulator is null or batch is null or position is null)))
         as places_shared,
       (select count(*) from (select 1 from cards group by imprinted_id
          having count(distinct ballot) > 1 or bool_or(imprinted_id is null))) as imprints_shared,
       (select coalesce(sum(n), 0) from (select count(*) as n from cards where position is not null
          group by tabulator, batch, position having count(*) > 1)) as same_place
"""


def survey(engine: Engine) -> dict[str, int]:
    """Return what the tables hold, as feature → how many cards, rows, contests or choices have it.

    Every canonical table counts its rows under its own name. `twice` are contests that stand twice on a card;
    `places_shared` and `imprints_shared` places in a batch and imprinted ids that do not name one ballot alone;
    `same_place` cards that share their place in the batch with another card.
    """
    found: dict[str, int] = {}
    for name in TABLES:
        view = {"votes": "votes_by_pattern", "superseded": "superseded_by_pattern"}.get(name, name)
        found[name] = engine.ask(f"select count(*) from {view}").rows[0][0]
    counted = ", ".join(f"count({name})" for name in _CARD_FEATURES)
    found |= dict(zip(_CARD_FEATURES, engine.ask(f"select {counted} from cards").rows[0], strict=True))
    answer = engine.ask(_SURVEY)
    return found | dict(zip(answer.columns, answer.rows[0], strict=True)) | {"place_in_source": found["cards"]}
