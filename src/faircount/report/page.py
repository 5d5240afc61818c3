"""The page: views of the nouns, poured into templates."""

import base64
import hashlib

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from faircount.model import ContestResult, ElectionPage, Source, Status
from faircount.report.contest import OPEN_AT_MOST, contest_view
from faircount.report.finding import ORDER, finding_views
from faircount.report.summary import summary
from faircount.report.visible import shown, visible
from faircount.report.words import TABLE_WORDS, Words


def render(page: ElectionPage, words: Words) -> str:
    """Return `page` as HTML in the language of `words`; equal arguments give equal bytes."""
    environment = environment_for(words)
    css, css_hash = style(environment, "page.css")
    questions = tuple((visible(number), visible(sql, keep="\n\t")) for number, sql in page.questions)
    commands = tuple(visible(command, keep="\n\t") for command in page.commands)
    page = shown(page)  # from here on no text of an election file holds anything that cannot be seen
    is_open = len(page.results) <= OPEN_AT_MOST
    views = [contest_view(words, result, n, is_open) for n, result in enumerate(page.results, 1)]
    html = environment.get_template("page.html").render(
        page=page,
        words=words,
        css=Markup(css),
        css_hash=css_hash,
        summary=summary(words, page),
        tally=[(status, sum(f.status is status for f in page.findings.findings)) for status in ORDER],
        sources=[(source, _other_rows(words, source)) for source in page.sources],
        contests=views,
        has_rounded=any(_is_rounded(result) for result in page.results),
        groups=finding_views(words, page.findings, questions),
        commands=commands,
    )
    return html.rstrip("\n") + "\n"


def environment_for(words: Words) -> Environment:
    """Return templates that escape everything, fail on unknown names, and speak through `words`."""
    environment = Environment(
        loader=PackageLoader("faircount.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {
        "count": words.count,
        "names": words.names,
        "day": words.day,
        "status": words.status,
        "kind": _status_kind,
        "digest": _digest,
        "own": lambda text: _own(words, text),
        "svg": Markup,  # only for pictures of figures.py, which escapes every text that it is given
    }
    return environment


def style(environment: Environment, *names: str) -> tuple[str, str]:
    """Return style sheets as they will stand between their tags, and the hash by which a page's policy names them."""
    if environment.loader is None:  # pragma: no cover - environment_for gave it one
        raise TypeError("templates have no loader")
    css = "\n".join(environment.loader.get_source(environment, name)[0] for name in names)
    return css, base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()


def _status_kind(status: Status) -> str:
    """Return the class and the shape that stand for `status`."""
    return {Status.PASS: "pass", Status.FAIL: "fail", Status.NOT_CHECKED: "open"}[status]


def _digest(text: str) -> Markup:
    """Return a long hash with places where a line may break; copied, it has none."""
    return Markup("<wbr>").join(escape(text[at : at + 8]) for at in range(0, len(text), 8))


def _own(words: Words, text: str) -> Markup:
    """Return a sentence of another room, marked as English where the page is in another language."""
    if words.locale.language == "en":
        return escape(text)
    return Markup('<span lang="en" dir="ltr">{}</span>').format(text)


def _other_rows(words: Words, source: Source) -> list[str]:
    """Return what a source gave beside cards and files, as `Reported figures: 1,204`, tables in their own order."""
    rows = [(table, n) for table, n in source.rows if n and table not in ("cards", "files")]
    return [
        words.gettext("%(table)s: %(rows)s", rows=words.count(n),
                      table=words.gettext(TABLE_WORDS[table]) if table in TABLE_WORDS else table)
        for table, n in rows
    ]  # fmt: skip


def _is_rounded(result: ContestResult) -> bool:
    """Say whether a count of this contest may be a fraction, and so printed rounded."""
    votes = [v for one in result.transcript.rounds for v in (*one.votes, *(n for _, n in one.inactive))]
    votes += [t.votes for one in result.transcript.rounds for t in one.transfers]
    votes += [v for v in result.reported if v is not None]
    if result.margin is not None:
        votes.append(result.margin.votes)
    return any(v != int(v) for v in (*votes, result.weight))
