"""Bulgarian elections open data: one folder of CSV files an election, protocols and machine data side by side.

Votes cast on machines are known twice: as the section's commission entered them in its protocol, and as the machines'
own files have them. They are one contest under two claims, `protocol` and `machine data`; paper votes are another
contest, so that a comparison never holds paper against machines. A section is a precinct; the first two digits of its
number are its electoral district (the jurisdiction).
"""

from collections.abc import Callable, Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, parts_of
from faircount.read.syntax.csv_rows import figure_of, files_to_read
from faircount.read.syntax.named_rows import Cells, header, read_named

MACHINE = "National Assembly, machine votes"
PAPER = "National Assembly, paper votes"
_VOTES = {
    "50_votes_machine.csv": (MACHINE, "protocol"),
    "50_votes_machine_from_machine_data.csv": (MACHINE, "machine data"),
    "50_votes_paper.csv": (PAPER, "protocol"),
}
_NAMES = ("21_participants.csv", "20_local_candidates.csv", "20_parties.csv")
_PROTOCOLS, _LIST = "41_protocols.csv", "40_elections_lists.csv"
_COLUMNS = {
    **dict.fromkeys(_NAMES, ("registration_code", "registration_name")),
    **dict.fromkeys(_VOTES, ("section_id", "party", "votes")),
    _PROTOCOLS: ("section_id", "registered_voters", "onsite_listed_voters", "voted_voters", "urn_paper_ballots",
                 "invalid_paper_ballots", "urn_machine_ballots"),
    _LIST: ("section_id", "registered_voters"),
}  # fmt: skip

_TURNOUT = (
    ("registered_voters", "registered", "election list"),
    ("onsite_listed_voters", "registered", "added on election day"),
    ("voted_voters", "checked_in", None),
    ("urn_paper_ballots", "ballots_cast", "paper"),
    ("urn_machine_ballots", "ballots_cast", "machine"),
)
"""Column of a protocol → measure and counting group."""
Take = Callable[[int, Cells, BatchBuilder], int]
"""(row, cells, builder) → 1 if the row became rows of a table, else 0."""


def recognise(export: Export) -> Recognition | None:
    """Look for files of votes by section and party under their names, `.xz` or not."""
    members = _members(export)
    votes = [base for base in _VOTES if base in members and header(export, members[base]) == _COLUMNS[base]]
    if not votes:
        return None
    return Recognition(95, "", f"{', '.join(votes)} with section_id;party;votes")


def _members(export: Export) -> dict[str, str]:
    """Return our name of a file → its name in the export."""
    return {base.removesuffix(".xz"): name for base, name in export.base_names().items()}


def plan(export: Export) -> tuple[Part, ...]:
    """Cut the files into parts in the order of our list of them, which is that of their rows; others come last."""
    ours = {name: at for at, base in enumerate(_COLUMNS) if (name := _members(export).get(base))}
    return parts_of(export, sorted(files_to_read(export), key=lambda name: (ours.get(name, len(ours)), name)))


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield votes by section and choice under each claim, ballots in the urns, and turnout.

    Only codes of one or two digits are choices, with their number and name: `22 ИМА ТАКЪВ НАРОД`. Longer codes are
    subtotals of those and are counted, not read. Code 99, support for no one, is a choice: the law counts it as valid.
    Invalid paper ballots are no measure of ours; a fact says how many.
    """
    members, builder = _members(export), BatchBuilder()
    names = _names(export, members)
    protocols = _Protocols(members.get(_PROTOCOLS, ""), members.get(_LIST, ""))
    takers: dict[str, Take] = {
        **dict.fromkeys(_NAMES, _Names({}).take),
        **{base: _Votes(members.get(base, ""), *what, names).take for base, what in _VOTES.items()},
        _PROTOCOLS: protocols.take,
        _LIST: protocols.take_list,
    }
    ours = {members[base]: base for base in takers if base in members}
    for name in part.members:
        if name in ours:
            yield from _file(export, name, ours[name], builder, takers[ours[name]])
            if ours[name] == _PROTOCOLS:
                builder.tell("invalid_paper_ballots", str(protocols.invalid))
    builder.tell("jurisdiction", "Bulgaria" if part.number == 0 else "")
    yield builder.finish(export, ours if part.number == 0 else export.names)


def _names(export: Export, members: dict[str, str]) -> dict[tuple[str, str], str]:
    """Return what the files of participants say, which every part needs; what is wrong in them, their own part says."""
    names: dict[tuple[str, str], str] = {}
    for base in _NAMES:
        if base in members:
            for _ in _file(export, members[base], base, BatchBuilder(), _Names(names).take):
                pass
    return names


def _file(export: Export, name: str, base: str, builder: BatchBuilder, take: Take) -> Iterator[Batch]:
    missing = [column for column in _COLUMNS[base] if column not in header(export, name)]
    if missing:
        raise BadInputError(
            f"{export.place(name)}, row 1", f"{base} has the columns {', '.join(_COLUMNS[base])}",
            f"no {', '.join(missing)}", "ask for the file as published",
        )  # fmt: skip
    yield from read_named(export, name, builder, lambda row, cells: take(row, cells, builder))


class _Names:
    """Number on the ballot and district → name; district `` for parties, which stand everywhere."""

    def __init__(self, names: dict[tuple[str, str], str]) -> None:
        self._names = names

    def take(self, row: int, cells: Cells, builder: BatchBuilder) -> int:
        """Remember one participant; an independent candidate's number means another person in each district."""
        district = cells.get("registration_sub_code", "0")
        district = "" if district in ("", "0") else district.zfill(2)
        self._names.setdefault((cells["registration_code"], district), cells["registration_name"])
        return 0


class _Votes:
    """One file of votes."""

    def __init__(self, name: str, contest: str, claim: str, names: dict[tuple[str, str], str]) -> None:
        self._name, self._contest, self._claim, self._names = name, contest, claim, names

    def take(self, row: int, cells: Cells, builder: BatchBuilder) -> int:
        """Turn one row into a row of `reported`; return 1 if it became one."""
        section, code = cells["section_id"], cells["party"]
        if len(code) > 2 and code.isdecimal():
            builder.leave_out(f"{self._name}: codes of three digits are subtotals")
            return 0
        count = figure_of(cells["votes"])
        if not section or not code or count is None:
            rule = "a row has a section, a party and a whole number of votes"
            builder.reject(self._name, row, rule, value=" | ".join(cells.values()))
            return 0
        title = self._names.get((code, section[:2])) or self._names.get((code, ""), "")
        builder.add("reported", contest=self._contest, choice=f"{code} {title}".strip(), **_place(section),
                     measure="votes", count=count, claim=self._claim, row=row)  # fmt: skip
        return 1


class _Protocols:
    """The lines of the protocols that are turnout or ballots, and the voters' list as last published."""

    def __init__(self, name: str, list_name: str) -> None:
        self._name, self._list_name = name, list_name
        self.invalid = 0

    def take(self, row: int, cells: Cells, builder: BatchBuilder) -> int:
        """Turn one protocol into its rows of `turnout` and `reported`; return 1 if it became any."""
        section = cells["section_id"]
        columns = (*(column for column, _, _ in _TURNOUT), "invalid_paper_ballots")
        counts = {column: figure_of(cells[column]) for column in columns}
        bad = [column for column, count in counts.items() if count is None]
        if bad or not section:
            rule = "a protocol has a section and whole numbers"
            builder.reject(
                self._name, row, rule, column=bad[0] if bad else "section_id", value=" | ".join(cells.values())
            )
            return 0
        self.invalid += counts["invalid_paper_ballots"] or 0
        for column, measure, group in _TURNOUT:
            builder.add("turnout", **_place(section), counting_group=group, measure=measure, count=counts[column],
                         claim="protocol", row=row)  # fmt: skip
        # The law adds voters to the list on election day: all who may vote there are the list and the additions. In
        # a thousand sections more voted than the election list alone has; without the sum each would look impossible.
        registered = (counts["registered_voters"] or 0) + (counts["onsite_listed_voters"] or 0)
        builder.add("turnout", **_place(section), measure="registered", count=registered, claim="protocol", row=row)
        for contest, column in ((MACHINE, "urn_machine_ballots"), (PAPER, "urn_paper_ballots")):
            builder.add("reported", contest=contest, **_place(section), measure="ballots_cast",
                         count=counts[column], claim="protocol", row=row)  # fmt: skip
        return 1

    def take_list(self, row: int, cells: Cells, builder: BatchBuilder) -> int:
        """Turn one section of the voters' list into a row of `turnout`; return 1 if it became one."""
        count = figure_of(cells["registered_voters"])
        if count is None or not cells["section_id"]:
            rule = "a row has a section and a whole number of voters"
            builder.reject(self._list_name, row, rule, value=" | ".join(cells.values()))
            return 0
        builder.add("turnout", **_place(cells["section_id"]), counting_group="election list", measure="registered",
                     count=count, claim="voters' list", row=row)  # fmt: skip
        return 1


def _place(section: str) -> dict[str, str]:
    return {"jurisdiction": section[:2], "precinct": section}


READER = Reader(
    name="bulgaria-opendata",
    title="Bulgarian elections open data",
    source="bulgarian-elections-opendata, README.md and the election of 11 July 2021",
    gives=("reported", "turnout", "files", "facts", "rejected"),
    recognise=recognise,
    plan=plan,
    read=read,
)
