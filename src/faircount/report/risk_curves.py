"""How the risk of each claim moved with every draw: one picture a contest, on a scale of powers of ten."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from faircount.model.explained import ContestTold
from faircount.report.words import RAISED, Words

_WIDTH, _HEIGHT = 620, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 74, 26, 46
_DEEPEST = -9
"""Below 10^−9 a curve runs along the bottom: nobody's limit is there, and rounding is."""
_ROW = 15
CURVES = 8
"""Claims that are drawn, those with the largest risk; the table beside holds all."""


@dataclass(frozen=True, slots=True)
class _Scale:
    draws: int
    lowest: int
    """The power of ten at the bottom."""

    def x(self, draw: float) -> float:
        return _LEFT + _WIDTH * draw / max(self.draws, 1)

    def y(self, risk: float) -> float:
        log = math.log10(risk) if risk > 0 else self.lowest
        return _TOP + _HEIGHT * max(log, self.lowest) / self.lowest


def risk_figure(words: Words, told: ContestTold, key: str) -> str:
    """Return the picture of one contest; empty where nothing was drawn. `key` is a prefix for ids, unique on a page."""
    claims = [one for one in told.claims if one.rows]
    if not claims:
        return ""
    claims = sorted(claims, key=lambda one: (one.rows[-1].least, -one.number), reverse=True)[:CURVES]
    limit = float(told.risk_limit)
    least = min([limit, *(row.risk for one in claims for row in one.rows if row.risk > 0)])
    lowest = max(_DEEPEST, min(-1, math.floor(math.log10(least)), math.ceil(math.log10(limit)) - 1))
    scale = _Scale(len(told.draws), lowest)
    body = [*_axes(words, scale), *_limit(words, scale, limit)]
    for one in reversed(claims):
        kind = "main" if one is claims[0] else "other"
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in _points([row.risk for row in one.rows], scale))
        body.append(
            f'<polyline class="curve {kind}" points="{path}"><title>{escape(f"{one.number}: {one.claim}")}</title>'
            "</polyline>"
        )
    risks = [row.risk for row in claims[0].rows]
    body += [_mark(scale.x(d.number), scale.y(risks[d.number - 1]), d.unit) for d in told.discrepancies]
    body += _labels(words, [(scale.y(one.rows[-1].risk), one.number) for one in claims], scale.x(scale.draws) + 8)
    title = words.gettext("Risk after each draw: %(contest)s", contest=told.title)
    description = words.gettext(
        "Curves fall from 1 on the left as draws bear claims out, on a scale of powers of ten; the dashed line is the "
        "risk limit. The heavy curve is the claim with the largest measured risk; diamonds on it are draws on which "
        "record and paper differ. The tables on this page hold the same numbers."
    )
    width, height = _LEFT + _WIDTH + _RIGHT, _TOP + _HEIGHT + _BOTTOM
    return (
        f'<svg class="figure risk" role="img" aria-labelledby="{key}-t {key}-d" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}"><title id="{key}-t">{escape(title)}</title>'
        f'<desc id="{key}-d">{escape(description)}</desc>{"".join(body)}</svg>'
    )


def _points(risks: Sequence[float], scale: _Scale) -> list[tuple[float, float]]:
    """Return a curve from 1 before the first draw; of draws that share a pixel, the lowest and the highest."""
    every = [(scale.x(at), scale.y(risk)) for at, risk in enumerate((1.0, *risks))]
    if len(every) <= 2 * _WIDTH:
        return every
    found: list[tuple[float, float]] = []
    for pixel in range(_WIDTH + 1):
        part = every[len(every) * pixel // (_WIDTH + 1) : len(every) * (pixel + 1) // (_WIDTH + 1)]
        ends = sorted({min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1])})
        found += ends
    return found


def _axes(words: Words, scale: _Scale) -> list[str]:
    right, bottom = _LEFT + _WIDTH, _TOP + _HEIGHT
    lines = []
    for power in range(0, scale.lowest - 1, -1):
        y = scale.y(10.0**power)
        lines.append(f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        text = words.risk(10.0**power) if power > -4 else "10⁻" + str(-power).translate(RAISED)
        lines.append(f'<text class="tick" x="{_LEFT - 8}" y="{y + 4:.1f}">{escape(text)}</text>')
    step = _step(scale.draws)
    for draw in range(0, scale.draws + 1, step):
        x = scale.x(draw)
        lines.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{bottom}" y2="{bottom + 5}"/>')
        lines.append(f'<text class="draw" x="{x:.1f}" y="{bottom + 20}">{escape(words.count(draw))}</text>')
    lines.append(f'<line class="axis" x1="{_LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>')
    lines.append(f'<text class="name" x="0" y="14">{escape(words.gettext("Risk"))}</text>')
    middle = _LEFT + _WIDTH / 2
    return [*lines, f'<text class="draw" x="{middle}" y="{bottom + 40}">{escape(words.gettext("Draws"))}</text>']


def _step(draws: int) -> int:
    """Return a round number of draws between two ticks, so that there are at most eight."""
    step = 1
    while draws > 8 * step:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step


def _limit(words: Words, scale: _Scale, limit: float) -> list[str]:
    y = scale.y(limit)
    text = words.gettext("limit %(limit)s", limit=words.risk(limit))
    return [
        f'<line class="limit" x1="{_LEFT}" x2="{_LEFT + _WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>',
        f'<text class="at-end" x="{_LEFT + _WIDTH - 4}" y="{y - 5:.1f}">{escape(text)}</text>',
    ]


def _mark(x: float, y: float, unit: str) -> str:
    return f'<path class="mark" d="M{x:.1f} {y - 6:.1f}l6 6-6 6-6-6Z"><title>{escape(unit)}</title></path>'


def _labels(words: Words, ends: Sequence[tuple[float, int]], x: float) -> list[str]:
    """Return the numbers of claims where their curves end, moved apart so that each can be read."""
    ordered = sorted(ends)
    places, last = [], -math.inf
    for y, _ in ordered:
        last = max(y, last + _ROW)
        places.append(last)
    lines = []
    for at, (_, number) in enumerate(ordered):
        y = min(places[at], _TOP + _HEIGHT - _ROW * (len(ordered) - 1 - at))
        text = words.gettext("claim %(number)s", number=words.count(number))
        lines.append(f'<text class="label" x="{x:.1f}" y="{y + 4:.1f}">{escape(text)}</text>')
    return lines
