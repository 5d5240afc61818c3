"""The data dictionary: what every canonical table and column means, as JSON and as Markdown, beside the data."""

import json
from collections.abc import Mapping

import pyarrow as pa

from faircount.model.tables import TABLES, VERSION

SOURCE = "which source the row comes from: the first twelve digits of its SHA-256"

MEANINGS: dict[str, tuple[str, dict[str, str]]] = {
    "cards": (
        "One row a physical card that was scanned, or a row of an export that stands for one.",
        {
            "card": "id of the card, unique in the election and the same each time the same source is read",
            "ballot": "id of the ballot; cards of one voter's ballot share it",
            "jurisdiction": "who ran the count, such as a county; empty where the export does not say",
            "tabulator": "the scanner or other device",
            "batch": "the batch, by the name that the export gives it",
            "position": "place in the batch, as exported; empty where withheld",
            "imprinted_id": "what is printed on the card, or the name by which the export calls it",
            "sheet": "which sheet of its ballot the card is, as exported",
            "style": "ballot style or ballot type",
            "precinct": "precinct of the voter",
            "portion": "portion or split of the precinct",
            "counting_group": "election day, by mail, provisional and the like, in the export's words",
            "session_type": "how the card was scanned, in the export's words",
            "adjudicated": "whether a person changed the machine's reading; both readings are kept",
            "weight": "what the card counts for: 1, or a number of shares; exact, six decimals",
            "file": "which file of its source the card was read from (see files)",
            "record": "which record of that file, 1 first",
        },
    ),
    "votes": (
        "One row a card and contest on it: the reading that is current. No row: the contest is not on the card.",
        {"card": "the card", "pattern": "what it says in a contest (see patterns); the contest is the pattern's"},
    ),
    "superseded": (
        "Readings that were replaced, such as the machine's before adjudication. Never counted, never lost.",
        {
            "card": "the card",
            "pattern": "what that reading said",
            "version": "which reading it was, in the export's words",
        },
    ),
    "patterns": (
        "Distinct ways of voting in a contest, as exported: nothing is interpreted.",
        {
            "pattern": "id of the pattern, unique in the election",
            "contest": "title of the contest",
            "marks": "the marks, in the order of the export: choice; rank (1 where the contest is not ranked); score; "
            "is_vote, what the tabulator said of the mark (empty where the format does not say); is_ambiguous; "
            "conditions, the vendor's remarks by canonical names. No marks: the contest was left blank",
            "undervotes": "undervotes as the export states them; empty where it does not",
            "overvotes": "overvotes as the export states them; empty where it does not",
            "overvoted_ranks": "ranks that the export calls overvoted without naming the choices",
            "conditions": "the vendor's remarks on the contest, by canonical names",
        },
    ),
    "marks": (
        "What single marks have of their own, one row a mark that has any of it.",
        {
            "card": "the card",
            "pattern": "the pattern that holds the mark",
            "mark": "index into the pattern's marks, 0 first",
            "density": "how dark the mark is, in the vendor's scale",
            "write_in_density": "how dark the write-in area is, in the vendor's scale",
            "write_in": "the text written in, or the vendor's index of its image",
        },
    ),
    "contests": (
        "Contests as the sources define them.",
        {
            "contest": "title, as exported, blanks trimmed",
            "key": "the source's own id",
            "votes_allowed": "how many votes a voter has; empty where the source does not say",
            "ranks": "how many ranks a voter can use; 0: not ranked; empty where the source does not say",
            "seats": "how many are elected; empty where the source does not say",
            "district": "the district that votes on it",
            "place": "order in the source, 0 first",
        },
    ),
    "choices": (
        "Choices of contests as the sources define them.",
        {
            "contest": "title of the contest",
            "choice": "name of the choice, as exported",
            "key": "the source's own id",
            "party": "party or affiliation, as exported",
            "kind": "regular, write-in (all undeclared ones together), qualified-write-in, withdrawn, group, abstain, "
            "withhold, broker-non-vote or no-preference",
            "place": "order on the ballot, 0 first",
        },
    ),
    "styles": (
        "Which contests a card or ballot style should hold, as the source states it.",
        {"style": "ballot style", "contest": "title of a contest on it"},
    ),
    "manifest": (
        "Batches of cards and how many each holds, by whoever counted them.",
        {
            "jurisdiction": "whose batch it is",
            "container": "box, tray or place of storage",
            "tabulator": "the scanner that read it",
            "batch": "the batch, by its name",
            "cards": "how many cards are stated to be in it",
            "claim": "who states it: manifest, or whose count it is",
            "row": "row of the file, 1 first",
        },
    ),
    "reported": (
        "Results as somebody reported them.",
        {
            "contest": "title of the contest",
            "choice": "name of the choice; empty unless the measure is votes",
            "party": "party of the choice, as reported",
            "jurisdiction": "which part the figure is for; empty: all",
            "precinct": "which precinct the figure is for; empty: all",
            "counting_group": "which counting group the figure is for; empty: all",
            "measure": "votes, undervotes, overvotes, ballots_cast or registered",
            "count": "the figure",
            "claim": "whose figure it is: reported, or a name",
            "row": "row of the file, 1 first",
        },
    ),
    "turnout": (
        "Voters and ballots as somebody reported them.",
        {
            "jurisdiction": "which part the figure is for; empty: all",
            "precinct": "which precinct the figure is for; empty: all",
            "counting_group": "which counting group the figure is for; empty: all",
            "measure": "registered, checked_in, ballots_cast or cards_cast",
            "count": "the figure",
            "claim": "whose figure it is",
            "row": "row of the file, 1 first",
        },
    ),
    "files": (
        "Files of the sources, as received.",
        {
            "file": "number of the file in its source, 0 first",
            "name": "name of the file in its export",
            "sha256": "SHA-256 of its bytes, hexadecimal",
            "bytes": "size, after decompression",
            "records": "cards, or rows that became rows of a table",
        },
    ),
    "rejected": (
        "Rows that could not be read as what they should be.",
        {
            "file": "the file",
            "row": "row or record in it, 1 first",
            "column": "the column, where one is to blame",
            "value": "what stands there",
            "rule": "the rule that it breaks",
            "fix": "what to do",
        },
    ),
    "facts": (
        "What a source says of itself.",
        {"name": "which fact: election_name, version, partial, note and others", "value": "what the source says"},
    ),
}
"""Table → (what a row is, column → what it means). A test holds it against model/tables.py."""


def dictionary(present: Mapping[str, int] | None = None, digests: Mapping[str, str] | None = None) -> dict[str, object]:
    """Return the dictionary as a document; `present` is table → rows of the files beside it, all tables if None.

    `digests` is table → SHA-256 of its file, where the file is for programs and nobody edits it.
    """
    tables = []
    for name, schema in TABLES.items():
        if present is not None and name not in present:
            continue
        meaning, columns = MEANINGS[name]
        entry: dict[str, object] = {"table": name, "meaning": meaning}
        if present is not None:
            entry["rows"] = present[name]
        if digests is not None:
            entry["sha256"] = digests[name]
        source = {"column": "source", "type": "text", "may_be_empty": False, "meaning": SOURCE}
        entry["columns"] = [source] + [
            {"column": f.name, "type": type_in_words(f.type), "may_be_empty": f.nullable, "meaning": columns[f.name]}
            for f in schema
        ]
        tables.append(entry)
    return {"schema": "faircount canonical tables", "version": VERSION, "tables": tables}


def type_in_words(kind: pa.DataType) -> str:
    """Return an Arrow type as a person would say it."""
    if pa.types.is_dictionary(kind):
        return type_in_words(kind.value_type)
    if pa.types.is_list(kind):
        return f"list of {type_in_words(kind.value_type)}"
    if pa.types.is_struct(kind):
        return "record (" + ", ".join(f"{f.name}: {type_in_words(f.type)}" for f in kind) + ")"
    if pa.types.is_integer(kind):
        return f"whole number, {kind.bit_width} bits"
    if pa.types.is_decimal(kind):
        return f"exact decimal, {kind.scale} places"
    return {"string": "text", "bool": "true or false"}.get(str(kind), str(kind))


def as_json(present: Mapping[str, int] | None = None, digests: Mapping[str, str] | None = None) -> str:
    """Return the dictionary as JSON."""
    return json.dumps(dictionary(present, digests), ensure_ascii=False, indent=1) + "\n"


def as_markdown(present: dict[str, int] | None = None, note: str = "") -> str:
    """Return the dictionary as Markdown, one table a heading; `note` says how the files beside it are written."""
    document = dictionary(present)
    lines = ["# Data dictionary", "", f"Canonical tables of faircount, version {VERSION}.", ""]
    lines += [note, ""] if note else []
    for entry in document["tables"]:  # type: ignore[attr-defined]
        rows = f" {entry['rows']:,} rows." if "rows" in entry else ""
        lines += [f"## {entry['table']}", "", f"{entry['meaning']}{rows}", ""]
        lines += ["| column | type | may be empty | meaning |", "| --- | --- | --- | --- |"]
        for column in entry["columns"]:
            empty = "yes" if column["may_be_empty"] else "no"
            lines.append(f"| `{column['column']}` | {column['type']} | {empty} | {column['meaning']} |")
        lines.append("")
    return "\n".join(lines)
