"""A whole election of 48 cards in memory: every table and view that a check may ask, made from plain lists."""

from collections import Counter
from typing import Any

import duckdb
import pyarrow as pa

from faircount.model import TABLES, Answer, Check, Finding

Row = dict[str, Any]

VIEWS = """
create macro name_key(name) as coalesce(
  nullif(trim(regexp_replace(lower(strip_accents(name)), '[^\\p{L}\\p{N}]+', ' ', 'g')), ''), trim(name));
create view votes as select v.source, v.card, p.contest, v.pattern from votes_stored v join patterns p using (pattern);
create view superseded as
  select s.source, s.card, p.contest, s.pattern, s.version from superseded_stored s join patterns p using (pattern);
create view interpreted as
  select pattern, contest, m.choice, count(*) as votes
  from (select pattern, contest, unnest(marks) as m from patterns) where m.is_vote group by all;
create view residue as
  select p.pattern, p.contest, c.votes_allowed::bigint as votes_allowed, p.undervotes::bigint as undervotes,
    p.overvotes::bigint as overvotes, 0::bigint as invalid
  from patterns p join (select contest, max(votes_allowed) as votes_allowed from contests group by 1) c using (contest);
create view recounted as
  with bearing as (
    select v.pattern, v.contest, c.jurisdiction, c.precinct, c.counting_group, count(*) as n
    from votes v join cards c using (card) group by all)
  select contest, choice, measure, jurisdiction, precinct, counting_group, sum(n)::bigint as count from (
    select b.contest, i.choice, 'votes' as measure, jurisdiction, precinct, counting_group, n * i.votes as n
      from bearing b join interpreted i using (pattern)
    union all select contest, null, 'undervotes', jurisdiction, precinct, counting_group, n * undervotes
      from bearing join residue using (pattern, contest)
    union all select contest, null, 'overvotes', jurisdiction, precinct, counting_group, n * overvotes
      from bearing join residue using (pattern, contest)
    union all select contest, null, 'cards', jurisdiction, precinct, counting_group, n from bearing)
  group by all;
"""

MAYOR, COUNCIL = "Mayor", "Town Council"
CHOICES = {MAYOR: ("Ána Prøve", "Bo Lind", "Write-in"), COUNCIL: ("Cy Fox", "Di Ray", "Ed Moss")}
ALLOWED = {MAYOR: 1, COUNCIL: 2}
CVR, SUMMARY, PRECINCTS, COUNTY = "cvr0", "sum1", "pct2", "man3"
"""The four sources of the small world: cards, summary of results, results by precinct, and manifest."""


class World:
    """Rows by table, with `source` in each row; tests change them and ask."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {name: [] for name in (*TABLES, "sources")}

    def __getitem__(self, table: str) -> list[Row]:
        return self.rows[table]

    def find(self, table: str, **wanted: Any) -> Row:
        """Return the only row with these values."""
        [row] = [r for r in self[table] if all(r.get(k) == v for k, v in wanted.items())]
        return row

    def drop(self, table: str, **wanted: Any) -> None:
        """Remove the rows with these values; there must be some."""
        keep = [r for r in self[table] if any(r.get(k) != v for k, v in wanted.items())]
        assert len(keep) < len(self[table])
        self.rows[table] = keep

    def ask(self, check: Check) -> Finding:
        """Put the check's question to this world and return its judgement."""
        with duckdb.connect(config={"threads": 1}) as db:
            held = []
            for name, schema in TABLES.items():
                stored = {"votes": "votes_stored", "superseded": "superseded_stored"}.get(name, name)
                plain = [pa.field(f.name, pa.string()) if pa.types.is_dictionary(f.type) else f for f in schema]
                held.append(pa.Table.from_pylist(self[name], schema=pa.schema([("source", pa.string()), *plain])))
                db.register(stored, held[-1])
            text = ("source", "name", "format", "version", "jurisdiction")
            sources = pa.schema([*((n, pa.string()) for n in text), ("bytes", pa.int64()), ("files", pa.int64())])
            held.append(pa.Table.from_pylist(self["sources"], schema=sources))
            db.register("sources", held[-1])
            db.execute(VIEWS)
            cursor = db.execute(check.query)
            answer = Answer(tuple(c[0] for c in cursor.description or ()), tuple(cursor.fetchall()))
        return check.judge(answer)

    # ---- making it -----------------------------------------------------
    def add_card(self, number: int, **changes: Any) -> Row:
        """Add card `number`, which says where it lies and how it was voted."""
        card = {
            "source": CVR, "card": number, "ballot": number, "jurisdiction": "Adams",
            "tabulator": str(1 + number // 24), "batch": str(1 + number // 12 % 2), "position": 1 + number % 12,
            "imprinted_id": f"{number:06}", "sheet": 1, "style": "A", "precinct": f"Precinct {1 + number % 2}",
            "counting_group": ("Election Day", "Mail")[number // 24 % 2], "adjudicated": False, "weight": 1,
            "file": number // 12, "record": 1 + number % 12,
        } | changes  # fmt: skip
        self["cards"].append(card)
        return card

    def add_vote(self, card: int, contest: str, chosen: tuple[int, ...]) -> None:
        """Let `card` mark the choices `chosen`; more than allowed are an overvote."""
        allowed = ALLOWED[contest]
        over = len(chosen) > allowed
        marks = [
            {"choice": CHOICES[contest][c], "rank": 1, "score": None, "is_vote": not over, "is_ambiguous": False,
             "conditions": []} for c in chosen
        ]  # fmt: skip
        new = {
            "source": CVR, "contest": contest, "marks": marks, "undervotes": 0 if over else allowed - len(chosen),
            "overvotes": allowed if over else 0, "conditions": [], "overvoted_ranks": [],
        }  # fmt: skip
        known = next((p for p in self["patterns"] if p | {"pattern": 0} == new | {"pattern": 0}), None)
        if known is None:
            known = new | {"pattern": len(self["patterns"])}
            self["patterns"].append(known)
        self["votes"].append({"source": CVR, "card": card, "pattern": known["pattern"]})

    def retell(self) -> None:
        """Write manifest, results and turnout anew, as the cards have them."""
        for table in ("manifest", "reported", "turnout"):
            self[table].clear()
        self._manifest()
        self._results()
        self._turnout()

    def _manifest(self) -> None:
        held = Counter((c["jurisdiction"], c["tabulator"], c["batch"]) for c in self["cards"])
        for claim in ("manifest", "CVR count by the state"):
            for row, ((jurisdiction, tabulator, batch), cards) in enumerate(sorted(held.items()), 1):
                where = {"jurisdiction": jurisdiction, "tabulator": f"00{tabulator}", "batch": batch}
                self["manifest"].append({"source": COUNTY, **where, "cards": cards, "claim": claim, "row": row})

    def _results(self) -> None:
        place = {c["card"]: (c["precinct"], c["counting_group"]) for c in self["cards"]}
        patterns = {p["pattern"]: p for p in self["patterns"]}
        fine: Counter[tuple[str, str | None, str, str, str]] = Counter()
        for contest, choices in CHOICES.items():
            for where in sorted(set(place.values())):
                fine.update({(contest, choice, "votes", *where): 0 for choice in choices})
                fine.update({(contest, None, measure, *where): 0 for measure in ("undervotes", "overvotes")})
        for vote in self["votes"]:
            pattern, where = patterns[vote["pattern"]], place[vote["card"]]
            contest = pattern["contest"]
            fine.update((contest, m["choice"], "votes", *where) for m in pattern["marks"] if m["is_vote"])
            fine.update({(contest, None, m, *where): pattern[m] for m in ("undervotes", "overvotes")})
            fine[contest, None, "ballots_cast", *where] += 1
        self._tell("reported", SUMMARY, [((c, o, m, None, g), n) for (c, o, m, _, g), n in fine.items()], totals=True)
        self._tell("reported", PRECINCTS, list(fine.items()), totals=True)

    def _tell(self, table: str, source: str, cells: list[tuple[Any, int]], totals: bool) -> None:
        added: Counter[Any] = Counter()
        for (contest, choice, measure, precinct, group), n in cells:
            added[contest, choice, measure, precinct, group] += n
            if totals:
                added[contest, choice, measure, None, None] += n
        for row, ((contest, choice, measure, precinct, group), n) in enumerate(added.items(), 1):
            told = {"precinct": precinct, "counting_group": group, "measure": measure, "count": n, "row": row}
            told |= {"contest": contest, "choice": choice} if table == "reported" else {}
            self[table].append({"source": source, "jurisdiction": "Adams", "claim": "reported", **told})

    def _turnout(self) -> None:
        cells = []
        for precinct in sorted({c["precinct"] for c in self["cards"]}):
            ballots = len({c["ballot"] for c in self["cards"] if c["precinct"] == precinct})
            cells.append(((None, None, "registered", precinct, None), 100))
            cells.append(((None, None, "checked_in", precinct, None), ballots))
            cells.append(((None, None, "ballots_cast", precinct, None), ballots))
        self._tell("turnout", PRECINCTS, cells, totals=True)
        self._tell("turnout", SUMMARY, [cell for cell in cells if cell[0][2] != "checked_in"], totals=False)


def clean_world() -> World:
    """Return an election in which every record agrees with every other."""
    world = World()
    world["contests"].extend(
        {"source": CVR, "contest": contest, "votes_allowed": ALLOWED[contest], "ranks": 0, "place": place}
        for place, contest in enumerate(CHOICES)
    )
    world["choices"].extend(
        {"source": CVR, "contest": contest, "choice": name, "place": place,
         "kind": "write-in" if name == "Write-in" else "regular"}
        for contest, names in CHOICES.items() for place, name in enumerate(names)
    )  # fmt: skip
    world["styles"].extend({"source": CVR, "style": "A", "contest": contest} for contest in CHOICES)
    world["styles"].append({"source": CVR, "style": "B", "contest": MAYOR})
    for number in range(48):
        world.add_card(number)
        world.add_vote(number, MAYOR, ((0,), (1,), (), (0, 1))[number * 7 % 4])
        world.add_vote(number, COUNCIL, ((0,), (0, 1), (2,), (), (1, 2))[number % 5])
    world["files"].extend(
        {"source": CVR, "file": n, "name": f"CvrExport_{n}.json", "sha256": f"{n:064}", "bytes": 9, "records": 12}
        for n in range(4)
    )
    for source, name in ((SUMMARY, "summary.xml"), (PRECINCTS, "precincts.csv"), (COUNTY, "manifest.csv")):
        one = {"source": source, "file": 0, "name": name, "sha256": name, "bytes": 9, "records": 10}
        world["files"].append(one)
    for source in (CVR, SUMMARY, PRECINCTS, COUNTY):
        world["sources"].append({"source": source, "name": f"{source}.zip", "format": "made", "version": "1",
                                 "jurisdiction": "Adams", "bytes": 9, "files": 1})  # fmt: skip
    world["facts"].append({"source": CVR, "name": "jurisdiction", "value": "Adams"})
    world.retell()
    return world
