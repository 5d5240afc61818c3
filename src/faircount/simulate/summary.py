"""The results as the vendor's Election Summary Report: SSRS XML in the shape that San Francisco publishes."""

import xml.etree.ElementTree as ET

from faircount.simulate.design import DATE, ELECTION, GROUPS, Question
from faircount.simulate.election import Election
from faircount.simulate.electorate import Ints
from faircount.simulate.tally import Tally

Figures = list[int]
"""One count per counting group, in the order of `GROUPS`."""


def summary_xml(election: Election, counts: Tally) -> bytes:
    """Return summary.xml: turnout, then per contest its ballots, undervotes, overvotes and choices by group."""
    registered = int(counts.registered.sum()) + election.changes.summary_registered
    root = ET.Element("Report")
    day = f"{DATE[:4]}-{DATE[4:6]}-{DATE[6:]}T00:00:00"
    place = election.plan.jurisdiction
    _add(_add(root, "Title"), "Report", Name="Title", Textbox11="Election Summary Report", Textbox3=ELECTION,
         Textbox2=place, Textbox9=day, Textbox12="", Textbox8=f"{place}\n{ELECTION}\nFinal Summary Report")  # fmt: skip
    _turnout(root, _by_group(counts.cards), _by_group(counts.ballots), registered)
    report = _path(root, "tabBatchIdList", "TabBatchGroup_Collection", "TabBatchGroup")
    report.set("contestId", "")
    report = _add(_add(report, "ElectionSummarySubReport"), "Report", Name="ElectionSummarySubReportRPT")
    precincts, tabulators = len(election.design.precincts), len(election.design.tabulators)
    ballots, cards = int(counts.ballots.sum()), int(counts.cards.sum())
    for tablix, collection, item, name, text in (
        ("Tablix2", "Details_Collection", "Details", "reported", f"Precincts Reported: {precincts} of {precincts} (1)"),
        ("Tablix22", "DetailsTab_Collection", "DetailsTab", "reportedTab",
         f"Tabulator Reported: {tabulators} of {tabulators} (1)"),
        ("Tablix3", "Details2_Collection", "Details2", "reported3",
         f"Voters Cast: {ballots} of {registered} ({_share(ballots, registered)})"),
        ("Tablix4", "Details3_Collection", "Details3", "reported4", f"Cards Cast: {cards}"),
    ):  # fmt: skip
        _path(report, tablix, collection, item).set(name, text)
    groups = _path(report, "contestList", "ContestIdGroup_Collection")
    for index, question in enumerate(election.design.questions):
        if index not in election.changes.unreported:
            _contest(_add(groups, "ContestIdGroup", contestId=f"{question.title}   "), election, counts, index)
    ET.indent(root, "    ")
    body = ET.tostring(root, encoding="unicode").encode()
    return b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\n' + body


def _contest(element: ET.Element, election: Election, counts: Tally, index: int) -> None:
    question = election.design.questions[index]
    more = [election.changes.summary_ballots.get((index, g), 0) for g in range(len(GROUPS))]
    ballots = [n + m for n, m in zip(_by_group(counts.held[index]), more, strict=True)]
    entitled = [not question.district or p.in_district for p in election.design.precincts]
    registered = int(counts.registered[entitled].sum())
    if not question.district:
        registered += election.changes.summary_registered
    under, over = _by_group(counts.undervotes[index]), _by_group(counts.overvotes[index])
    _statistics(_add(element, "ContestStatistics"), sum(entitled), len(election.design.tabulators), ballots,
                registered, under, over)  # fmt: skip
    report = _path(element, "CandidateResults", "Report")
    report.set("Name", "CandidateResultsRPT")
    table = _add(report, "Tablix1")
    votes = [_by_group(counts.votes[index][choice]) for choice in range(len(question.choices))]
    total = sum(map(sum, votes))
    rows = _add(table, "chGroup_Collection")
    # As in the real report: most votes first, write-ins last.
    printed = sorted(range(len(question.entries)), key=lambda c: (-sum(votes[c]), c))
    for choice in [*printed, *range(len(question.entries), len(question.choices))]:
        _choice(_add(rows, "chGroup"), question, choice, votes[choice], total)
    foot = _add(table, "Textbox5")
    _add(foot, "Textbox2", Textbox2="")
    _group_rows(foot, "cgGroup", "countingGroupName", "votesDivider_cg", [sum(c) for c in zip(*votes, strict=True)])
    _add(foot, "Textbox13", votes3=str(total))
    table = _add(report, "Tablix2")
    _add(table, "writeinGroup2_Collection")
    foot = _add(table, "Textbox4")
    _group_rows(foot, "cgGroup2", "cgName", "remainingUnqualified_cg", [0] * len(GROUPS))
    _add(foot, "Textbox1", remainingUnresolved1="0")


def _statistics(
    element: ET.Element, precincts: int, tabulators: int, ballots: Figures, registered: int, under: Figures,
    over: Figures
) -> None:  # fmt: skip
    report = _add(element, "Report", Name="ContestStatisticsRPT")
    _path(report, "Tablix22", "DetailsTab_Collection", "DetailsTab").set(
        "reportedTab", f"Tabulators Reported: {tabulators} of {tabulators} 1"
    )
    _path(report, "Tablix2", "Details_Collection", "Details").set(
        "Textbox2", f"Precincts Reported: {precincts} of {precincts} 1"
    )
    table = _add(report, "Tablix1")
    cast = sum(ballots)
    blanks = [u + o for u, o in zip(under, over, strict=True)]
    none = [0] * len(GROUPS)
    for box, attribute, figures, total in (
        ("Textbox7", "ballotsTextBox", ballots,
         {"ballots2": f"{cast} / {registered} ", "Textbox40": _share(cast, registered)}),
        ("Textbox33", "undervotes", under, {"undervotes3": str(sum(under))}),
        ("Textbox37", "Textbox36", over, {"overvotes2": str(sum(over))}),
        ("Textbox3", "undervotes1", blanks, {"totalBlanks": str(sum(blanks))}),
        ("Textbox43", "Textbox39", none, {"pushContests2": "0"}),
        ("Textbox11", "writeinOverrides", none, {"Textbox13": "0"}),
    ):  # fmt: skip
        row = _add(table, box)
        collection = _add(row, "cgGroup_Collection")
        for group, figure in zip(GROUPS, figures, strict=True):
            _add(_add(collection, "cgGroup"), "cgId2", cgId2=group).set(attribute, str(figure))
        _add(row, "Textbox9", **total)


def _choice(element: ET.Element, question: Question, choice: int, votes: Figures, total: int) -> None:
    label = f"{question.choices[choice]} "
    all_votes, share = str(sum(votes)), _share(sum(votes), total)
    row = _add(element, "candidateNameTextBox4", candidateNameTextBox4=label)
    _add(row, "Textbox2", Textbox2="", Textbox14="")
    _group_rows(row, "cgGroup", "countingGroupName", "vot7", votes)
    _add(row, "Textbox13", vot8=all_votes, Textbox17=share)
    parties = _add(element, "partyGroup_Collection")
    write_ins = _add(element, "writeinGroup_Collection")
    if choice < len(question.entries):
        row = _add(parties, "partyGroup")
        _add(row, "Textbox2", Textbox2="", Textbox6="")
        _group_rows(row, "cgGroup", "countingGroupName", "vot4", votes)
        _add(row, "Textbox13", vot9=all_votes, Textbox18=share)
    else:
        row = _add(write_ins, "writeinGroup", choiceName2=label)
        _add(row, "Textbox2", Textbox2="")
        _group_rows(row, "cgGroup", "countingGroupName", "vot5", votes)
        _add(row, "Textbox13", vot12=all_votes, Textbox19=share)


def _turnout(root: ET.Element, cards: Figures, ballots: Figures, registered: int) -> None:
    report = _path(root, "RegistrationAndTurnout", "Report")
    report.set("Name", "RegistrationAndTurnout")
    table = _add(report, "Tablix10")
    _add(table, "Textbox189")
    total = _add(_add(table, "electorGroupId2_Collection"), "electorGroupId2", electorGroupId2="Total",
                 ballots2=str(sum(cards)), ballots3=str(sum(ballots)), Textbox32=str(registered),
                 Textbox6=_share(sum(ballots), registered))  # fmt: skip
    details = _add(total, "Details1_Collection")
    for group, n_cards, n_ballots in zip(GROUPS, cards, ballots, strict=True):
        _add(details, "Details1", countingGroup1=group, ballots1=str(n_cards), Textbox171=str(n_ballots),
             Textbox173=_share(n_ballots, registered))  # fmt: skip


def _group_rows(parent: ET.Element, tag: str, name: str, attribute: str, figures: Figures) -> None:
    collection = _add(parent, f"{tag}_Collection")
    for group, figure in zip(GROUPS, figures, strict=True):
        _add(collection, tag).attrib.update({name: group, attribute: str(figure)})


def _by_group(figures: Ints) -> Figures:
    """Return sums over precincts."""
    return [int(n) for n in figures.sum(axis=0)]


def _share(part: int, whole: int) -> str:
    """Return a share for show, as the report prints it; no count is made of it."""
    return f"{part / whole:.15g}" if whole else "0"


def _add(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)


def _path(parent: ET.Element, *tags: str) -> ET.Element:
    for tag in tags:
        parent = ET.SubElement(parent, tag)
    return parent
