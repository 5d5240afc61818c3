"""Files of the Common Data Formats keep the rules of their schemas, and the votes."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from write.cdf_rules import CVR, RESULTS, broken
from write.elections import made, mark, one
from write.rereading import written

from faircount.app.demonstrating import make_exports
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.app.recounting import recount
from faircount.read import READERS
from faircount.store import Workspace
from faircount.write.cdf import NAMESPACE


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """A simulated town: Dominion JSON, two cards a ballot, adjudicated cards, every oddity of marks."""
    folder = tmp_path_factory.mktemp("town")
    space = Workspace.create(folder / "e")
    ingest(space, [make_exports(folder / "in", "town", 7) / "CVR_Export.zip"], jobs=1)
    return Opened(space.root)


@pytest.fixture(scope="module")
def report(town: Opened, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    target = tmp_path_factory.mktemp("j") / "cvr.json"
    written(town, "cdf-json", target, allow_loss=False)
    document: dict[str, Any] = json.loads(target.read_text("utf-8"))
    return document


@pytest.fixture(scope="module")
def xml(town: Opened, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("x") / "cvr.xml"
    written(town, "cdf-xml", target, allow_loss=False)
    return target


def test_json_keeps_the_rules(report: dict[str, Any]) -> None:
    assert broken(report, CVR, "CVR.", "CastVoteRecordReport") == []
    assert len(report["CVR"]) > 1_000


@pytest.mark.parametrize("flags", [False, True])
def test_json_of_odd_names_keeps_the_rules(tmp_path: Path, flags: bool) -> None:
    written(made(tmp_path / "e", 3, odd=True, flags=flags), "cdf-json", tmp_path / "cvr.json")
    text = (tmp_path / "cvr.json").read_text("utf-8")
    assert broken(json.loads(text), CVR, "CVR.", "CastVoteRecordReport") == []
    assert "\u202e" not in text and "\\u202e" in text, "what turns text round is written as an escape"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda d: d.pop("Version"), "Version is required"),
        (lambda d: d["CVR"][0].pop("CurrentSnapshotId"), "CurrentSnapshotId is required"),
        (lambda d: d["CVR"][0].update(CurrentSnapshotId="nobody"), "is the id of a CVRSnapshot"),
        (lambda d: d["CVR"][0].update(BallotStyleUnitId="election"), "is the id of a GpUnit, found Election"),
        (lambda d: d["CVR"][0]["CVRSnapshot"][0].update(Type="draft"), "one of interpreted"),
        (lambda d: d["CVR"][0].update(Colour="red"), "Colour is no field"),
        (lambda d: d["CVR"][1]["CVRSnapshot"][0].update({"@id": d["CVR"][0]["CurrentSnapshotId"]}), "two things"),
        (lambda d: d.update(GeneratedDate="5 November"), "time, found"),
    ],
)
def test_the_rules_find_what_is_wrong(report: dict[str, Any], spoil: Any, says: str) -> None:
    document = {
        **copy.deepcopy({k: v for k, v in report.items() if k != "CVR"}),
        "CVR": copy.deepcopy(report["CVR"][:3]),
    }
    assert broken(document, CVR, "CVR.", "CastVoteRecordReport") == []
    spoil(document)
    assert any(says in rule for rule in broken(document, CVR, "CVR.", "CastVoteRecordReport"))


def test_xml_says_what_json_says(report: dict[str, Any], xml: Path) -> None:
    root = etree.parse(str(xml)).getroot()
    assert root.tag == f"{{{NAMESPACE}}}CastVoteRecordReport"
    again = _as_json(root, "CastVoteRecordReport")
    assert broken(again, CVR, "CVR.", "CastVoteRecordReport") == []
    assert again["CVR"] == _xml_ids(report["CVR"]) and again["Election"] == _xml_ids(report["Election"])


def _place(parent: str, name: str) -> str:
    """The schema's order: by name, `Other…` after what it explains, and a subclass's own fields after the inherited."""
    if parent == "Contest" and name in ("NumberElected", "VotesAllowed"):
        return f"~{name}"
    if parent == "ContestSelection" and name != "Code":
        return f"~{name}"
    return (name.removeprefix("Other") + "~" if name.startswith("Other") else name).lower()


def test_xml_keeps_the_order_of_the_schema(xml: Path) -> None:
    for element in etree.parse(str(xml)).getroot().iter():
        name = etree.QName(element).localname
        places = [_place(name, etree.QName(child).localname) for child in element]
        assert places == sorted(places), f"{name}, line {element.sourceline}"


def test_ids_of_xml_are_ids(xml: Path) -> None:
    """An ID begins with a letter or underscore, and each stands for one thing."""
    ids = [e.get("ObjectId") for e in etree.parse(str(xml)).getroot().iter() if e.get("ObjectId")]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", key) for key in ids)


_MANY = {
    name
    for rules in CVR.values()
    for fields in (rules.required, rules.optional)
    for name, rule in fields.items()
    if type(rule).__name__ == "Many"
}
_NUMBERS = {"BatchSequenceId", "Overvotes", "Undervotes", "OptionPosition", "NumberVotes", "Rank", "NumberElected",
            "VotesAllowed"}  # fmt: skip
_TYPES = {"Contest": "CandidateContest", "ContestSelection": "CandidateSelection", "WriteInImage": "ImageData"}


def _as_json(element: Any, name: str) -> dict[str, Any]:
    """Return an element as the JSON of the same report would have it."""
    xsi = element.get("{http://www.w3.org/2001/XMLSchema-instance}type")
    made: dict[str, Any] = {"@type": "CVR." + (xsi or _TYPES.get(name, name))}
    if element.get("ObjectId"):
        made["@id"] = element.get("ObjectId")
    for child in element:
        field = etree.QName(child).localname
        value: Any = _as_json(child, field) if len(child) or child.get("ObjectId") else child.text or ""
        value = int(value) if field in _NUMBERS else value == "true" if field == "IsWriteIn" else value
        if field.endswith("Ids"):
            made[field] = value.split()
        elif field in _MANY:
            made.setdefault(field, []).append(value)
        else:
            made[field] = value
    return made


def _xml_ids(value: Any, field: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _xml_ids(held, name) for name, held in value.items()}
    if isinstance(value, list):
        return [_xml_ids(one, field) for one in value]
    digits = field in ("@id", "CreatingDeviceId") and isinstance(value, str) and value[:1].isdigit()
    return f"_{value}" if digits else value


def test_adjudicated_cards_keep_both_readings(town: Opened, report: dict[str, Any]) -> None:
    changed = [card for card in report["CVR"] if len(card["CVRSnapshot"]) > 1]
    query = "select count(distinct card) from superseded"
    assert len(changed) == town.engine.ask(query).rows[0][0] > 0
    for card in changed:
        kinds = {s["@id"]: s["Type"] for s in card["CVRSnapshot"]}
        assert kinds[card["CurrentSnapshotId"]] in ("modified", "interpreted") and "original" in kinds.values()


def test_a_second_choice_is_never_called_no_vote(tmp_path: Path) -> None:
    """Some versions call only first ranks votes; `IsAllocable no` would make readers drop the others."""
    marks = [mark("A", 1, is_vote=True), mark("B", 2, is_vote=False), mark("C", 3, is_vote=False, is_ambiguous=True)]
    election = one(tmp_path / "e", {"ranks": 3}, {"marks": marks})
    written(election, "cdf-json", tmp_path / "cvr.json", allow_loss=False)
    [card] = json.loads((tmp_path / "cvr.json").read_text("utf-8"))["CVR"]
    [contest] = card["CVRSnapshot"][0]["CVRContest"]
    positions = [position for s in contest["CVRContestSelection"] for position in s["SelectionPosition"]]
    assert [(p["HasIndication"], p["IsAllocable"]) for p in positions] == [
        ("yes", "yes"), ("yes", "unknown"), ("unknown", "no")
    ]  # fmt: skip
    unranked = one(tmp_path / "u", {}, {"marks": [mark("A", is_vote=False)]})
    written(unranked, "cdf-json", tmp_path / "u.json", allow_loss=False)
    assert '"IsAllocable":"no"' in (tmp_path / "u.json").read_text("utf-8")


@pytest.mark.parametrize("form", ["json", "xml"])
def test_dominion_to_cdf_counts_the_same(town: Opened, xml: Path, tmp_path: Path, form: str) -> None:
    if "cdf-cvr" not in READERS:
        pytest.skip("NOT CHECKED: no reader of the Common Data Format")
    target = xml
    if form == "json":
        target = tmp_path / "cvr.json"
        written(town, "cdf-json", target)
    space = Workspace.create(tmp_path / "again")
    ingest(space, [target], jobs=1)
    counted, again = recount(town)[0], recount(Opened(space.root))[0]
    assert [_result(one) for one in again] == [_result(one) for one in counted]
    assert len(counted) == 8


def _result(result: Any) -> tuple[Any, ...]:
    names = [choice.name for choice in result.contest.choices]
    rounds = [(dict(zip(names, r.votes, strict=True)), dict(r.inactive)) for r in result.transcript.rounds]
    return result.contest.title, result.cards, rounds, [names[c] for c in result.transcript.elected]


def test_results_keep_the_rules_and_the_figures(town: Opened, tmp_path: Path) -> None:
    written(town, "results-cdf", tmp_path / "results.json")
    document = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert broken(document, RESULTS, "ElectionResults.", "ElectionReport") == []
    [election] = document["Election"]
    people = {c["@id"]: c["BallotName"]["Text"][0]["Content"] for c in election["Candidate"]}
    for result, contest in zip(recount(town)[0], election["Contest"], strict=True):
        assert contest["Name"] == result.contest.title
        counted = dict(zip([c.name for c in result.contest.choices], result.transcript.rounds[0].votes, strict=True))
        stated = {
            people.get(s.get("CandidateIds", [""])[0], "Write-in"): sum(v["Count"] for v in s.get("VoteCounts", []))
            for s in contest["ContestSelection"]
        }
        assert stated == counted
        under = sum(one.get("Undervotes", 0) for one in contest["OtherCounts"])
        assert under == dict(result.transcript.rounds[0].inactive).get("undervote", 0)


def test_results_are_read_as_reported(town: Opened, tmp_path: Path) -> None:
    if "nist-results" not in READERS:
        pytest.skip("NOT CHECKED: no reader of NIST election results")
    written(town, "results-cdf", tmp_path / "results.json")
    space = Workspace.create(tmp_path / "again")
    done = ingest(space, [tmp_path / "results.json"], jobs=1)
    assert [(one.source.format, one.rejected) for one in done.taken] == [("nist-results", 0)]
    _ = town.interpreted
    groups = {"Election Day": "election-day", "Vote by Mail": "absentee-mail", "Provisional": "provisional"}
    wanted = {
        (contest, choice, precinct, groups[group]): int(count)
        for contest, choice, precinct, group, count in town.engine.ask(
            "select contest, choice, precinct, counting_group, count from recounted where measure = 'votes'"
        ).rows
    }
    query = "select contest, choice, precinct, counting_group, count from reported where measure = 'votes'"
    rows = Opened(space.root).engine.ask(query).rows
    assert {row[:4]: row[4] for row in rows} == wanted and len(rows) == len(wanted)
