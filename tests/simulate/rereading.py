"""A second, tiny reader of the simulated exports: standard library only, written from the formats alone."""

import csv
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from dataclasses import dataclass, field

UNDER, OVER = "Under Votes", "Over Votes"


@dataclass
class Recount:
    """What a zip of Dominion JSON says: (contest, choice, precinct, group) → votes, with UNDER and OVER as choices."""

    votes: Counter = field(default_factory=Counter)
    held: Counter = field(default_factory=Counter)
    ballots: Counter = field(default_factory=Counter)
    cards: Counter = field(default_factory=Counter)
    positions: dict = field(default_factory=dict)
    adjudicated: int = 0
    sessions: list = field(default_factory=list)

    def contest(self, title):
        """Votes by choice, over all places, zeros left out."""
        out = Counter()
        for (contest, choice, *_), n in self.votes.items():
            if contest == title:
                out[choice] += n
        return {choice: n for choice, n in out.items() if n}


def members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def listing(files, name, value="Description"):
    rows = json.loads(files[f"{name}.json"].decode("utf-8-sig"))["List"]
    return {row["Id"]: row[value] for row in rows}


def recount(data):
    files = members(data)
    contests = {c["Id"]: c for c in json.loads(files["ContestManifest.json"].decode("utf-8-sig"))["List"]}
    choices, groups = listing(files, "CandidateManifest"), listing(files, "CountingGroupManifest")
    precincts, portions = listing(files, "PrecinctManifest"), listing(files, "PrecinctPortionManifest", "PrecinctId")
    out = Recount()
    for name, raw in files.items():
        if not name.startswith("CvrExport_"):
            continue
        for session in json.loads(raw.decode("utf-8-sig"))["Sessions"]:
            out.sessions.append(session)
            batch = (session["TabulatorId"], session["BatchId"])
            out.positions.setdefault(batch, []).append(session["RecordId"])
            out.adjudicated += "Modified" in session
            current = [session[v] for v in ("Original", "Modified") if v in session and session[v]["IsCurrent"]]
            assert len(current) == 1
            place = (precincts[portions[current[0]["PrecinctPortionId"]]], groups[session["CountingGroupId"]])
            out.ballots[place] += 1
            for card in current[0]["Cards"]:
                out.cards[batch] += 1
                for contest in card["Contests"]:
                    out.held[contests[contest["Id"]]["Description"], *place] += 1
                    for choice, n in read_contest(contests[contest["Id"]], contest, choices).items():
                        out.votes[contests[contest["Id"]]["Description"], choice, *place] += n
    return out


def read_contest(manifest, contest, choices):
    """Ranked: the top clear rank. Not ranked: what the vendor calls a vote, and its own under- and overvotes."""
    if not manifest["NumOfRanks"]:
        out = Counter(choices[m["CandidateId"]] for m in contest["Marks"] if m["IsVote"])
        out[UNDER], out[OVER] = contest["Undervotes"], contest["Overvotes"]
        return out
    clear = [m for m in contest["Marks"] if not m["IsAmbiguous"]]
    if not clear:
        return {UNDER: 1}
    top = min(m["Rank"] for m in clear)
    first = {choices[m["CandidateId"]] for m in clear if m["Rank"] == top}
    return {first.pop(): 1} if len(first) == 1 else {OVER: 1}


def rows(data):
    return list(csv.DictReader(io.StringIO(data.decode())))


@dataclass
class Summary:
    registered: int
    ballots: int
    cards: int
    ballots_by_group: dict
    cards_by_group: dict
    contests: dict
    """title → {"ballots": …, "registered": …, UNDER: …, OVER: …, choice: …}, each (total, {group: n})."""


def summary(data):
    root = ET.fromstring(data.decode("utf-8-sig"))
    total = root.find(".//electorGroupId2")
    details = root.findall(".//Details1")
    contests = {}
    for element in root.iter("ContestIdGroup"):
        figures = {}
        table = element.find("ContestStatistics/Report/Tablix1")
        for name, box, group_at, total_at in (
            ("ballots", "Textbox7", "ballotsTextBox", "ballots2"),
            (UNDER, "Textbox33", "undervotes", "undervotes3"),
            (OVER, "Textbox37", "Textbox36", "overvotes2"),
        ):
            by_group = {g.get("cgId2"): int(g.get(group_at)) for g in table.findall(f"{box}//cgId2")}
            text = table.find(f"{box}/Textbox9").get(total_at)
            figures[name] = (int(text.split("/")[0]), by_group)
            if name == "ballots":
                figures["registered"] = (int(text.split("/")[1]), {})
        for choice in element.iter("candidateNameTextBox4"):
            by_group = {g.get("countingGroupName"): int(g.get("vot7")) for g in choice.iter("cgGroup")}
            figures[choice.get("candidateNameTextBox4").strip()] = (int(choice.find("Textbox13").get("vot8")), by_group)
        contests[element.get("contestId").strip()] = figures
    return Summary(
        int(total.get("Textbox32")), int(total.get("ballots3")), int(total.get("ballots2")),
        {d.get("countingGroup1"): int(d.get("Textbox171")) for d in details},
        {d.get("countingGroup1"): int(d.get("ballots1")) for d in details},
        contests,
    )  # fmt: skip
