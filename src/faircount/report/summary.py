"""Three sentences in plain words, made from statuses and counts alone: never calmer than the findings."""

from collections import Counter

from faircount.model import ElectionPage, Finding, Status
from faircount.report.contest import compare
from faircount.report.words import Words


def summary(words: Words, page: ElectionPage) -> tuple[str, str, str]:
    """Return what was received, what agrees and what does not, and what was not checked: one sentence each."""
    return _received(words, page), _agreement(words, page), _unchecked(words, page)


def _received(words: Words, page: ElectionPage) -> str:
    if not page.sources:
        return words.gettext("Nothing was received: this page is made from no source at all.")
    sources = words.ngettext("%(n)s source", "%(n)s sources", len(page.sources))
    cards = words.ngettext("%(n)s card", "%(n)s cards", page.cards)
    if page.cards == 0:
        clauses = [words.gettext("This page is made from %(sources)s, in which no card was found", sources=sources)]
    elif page.ballots == 0:
        clauses = [
            words.gettext("This page is made from %(sources)s with %(cards)s; how many ballots they make up is not "
                          "stated", sources=sources, cards=cards)
        ]  # fmt: skip
    else:
        ballots = words.ngettext("%(n)s ballot", "%(n)s ballots", page.ballots)
        clauses = [
            words.gettext("This page is made from %(sources)s with %(ballots)s on %(cards)s", sources=sources,
                          cards=cards, ballots=ballots)
        ]  # fmt: skip
    if page.results:
        clauses.append(
            words.ngettext("%(n)s contest was recounted", "%(n)s contests were recounted", len(page.results))
        )
    else:
        clauses.append(words.gettext("no contest was recounted"))
    if page.not_counted:
        clauses.append(
            words.ngettext("%(n)s contest was not counted", "%(n)s contests were not counted", len(page.not_counted))
        )
    rejected = sum(source.rows_of("rejected") for source in page.sources)
    if rejected:
        clauses.append(words.ngettext("%(n)s row could not be read", "%(n)s rows could not be read", rejected))
    return words.gettext("%(clauses)s.", clauses="; ".join(clauses))


def _numbers(findings: list[Finding]) -> str:
    return ", ".join(f.number for f in findings)


def _agreement(words: Words, page: ElectionPage) -> str:
    findings = page.findings.findings
    passed = [f for f in findings if f.status is Status.PASS]
    failed = [f for f in findings if f.status is Status.FAIL]
    if not findings:
        clauses = [words.gettext("No check was made, so no agreement between records is shown here")]
    elif len(passed) == len(findings):
        clauses = [
            words.ngettext("The one check that there is found agreement (PASS)",
                           "All %(n)s checks found agreement (PASS)", len(passed))
        ]  # fmt: skip
    else:
        clauses = [
            words.ngettext("Of %(n)s check, %(pass)s found agreement (PASS) and %(fail)s found disagreement (FAIL)",
                           "Of %(n)s checks, %(pass)s found agreement (PASS) and %(fail)s found disagreement (FAIL)",
                           len(findings), **{"pass": _or_none(words, passed), "fail": _or_none(words, failed)})
        ]  # fmt: skip
        if failed:
            clauses[0] = words.gettext("%(clause)s: %(numbers)s", clause=clauses[0], numbers=_numbers(failed))
    if page.results:
        clauses.append(_comparisons(words, page))
    return words.gettext("%(clauses)s.", clauses="; ".join(clauses))


def _or_none(words: Words, findings: list[Finding]) -> str:
    return words.count(len(findings)) if findings else words.gettext("none")


def _comparisons(words: Words, page: ElectionPage) -> str:
    """Say in how many contests recounted votes equal reported ones. Partly reported is not equal."""
    kinds = Counter(compare(result).kind for result in page.results)
    contests = len(page.results)
    parts = [
        words.ngettext("recounted votes equal the reported ones in %(same)s of %(n)s contest",
                       "recounted votes equal the reported ones in %(same)s of %(n)s contests", contests,
                       same=words.count(kinds["same"]))
    ]  # fmt: skip
    if kinds["differ"]:
        parts.append(words.ngettext("differ in %(n)s", "differ in %(n)s", kinds["differ"]))
    if kinds["part"]:
        parts.append(words.ngettext("could be compared only in part in %(n)s",
                                    "could be compared only in part in %(n)s", kinds["part"]))  # fmt: skip
    if kinds["none"]:
        parts.append(words.ngettext("could not be compared in %(n)s", "could not be compared in %(n)s", kinds["none"]))
    return ", ".join(parts)


def _unchecked(words: Words, page: ElectionPage) -> str:
    findings = page.findings.findings
    open_checks = [f for f in findings if f.status is Status.NOT_CHECKED]
    if not findings:
        clauses = [words.gettext("Nothing was checked (NOT CHECKED), so nothing here is known to be right")]
    elif open_checks:
        clauses = [
            words.ngettext("%(n)s check could not be made (NOT CHECKED: %(numbers)s), and about its question this page "
                           "knows nothing",
                           "%(n)s checks could not be made (NOT CHECKED: %(numbers)s), and about their questions this "
                           "page knows nothing", len(open_checks), numbers=_numbers(open_checks))
        ]  # fmt: skip
    else:
        clauses = [words.gettext("No check was left out (NOT CHECKED: none)")]
    clauses.append(words.gettext("what else this page does not show is listed near its end"))
    clauses.append(words.gettext("paper ballots were not looked at to make this page"))
    return words.gettext("%(clauses)s.", clauses="; ".join(clauses))
