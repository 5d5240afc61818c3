"""Static pictures as SVG text: pure functions of what they show, no colour without a shape or a word."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from faircount.model import VoteCount

_BAR_SHARE = 62  # percent of the width for the longest bar; the rest is for its number, even at 320 pixels
_BAR_ROW = 46
_COLUMN = 226
_LABEL = 190  # room for the labels of the last column
_WIDE = 1010  # a picture of few rounds is as wide as the page
_NODE = 12
_LEAST = 16  # so that labels of thin bars never touch
_GAP = 8
_TOP = 34
_TALL = 300


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `kind` is `winner`, `choice` or `inactive`; `text` is the number as printed."""

    label: str
    value: VoteCount
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Node:
    """One bar of a flow, known in its column by `key`; `gain` is what arrived from others, as printed."""

    key: str
    label: str
    value: VoteCount
    text: str
    kind: str
    gain: str = ""


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Votes on their way from a bar of one column to a bar of the next; `kind`: `stay`, `moved` or `inactive`."""

    source: str
    target: str
    value: VoteCount
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Column:
    """One round of a flow: its title, its bars from top to bottom, and the ribbons that leave it."""

    title: str
    nodes: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...] = ()


def _short(text: str, width: int) -> str:
    """Return `text` cut to `width` places, wide characters counting two; the table holds the whole name."""
    used = 0
    for at, char in enumerate(text):
        used += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used > width:
            return text[: max(at - 1, 0)] + "…"
    return text


def _frame(key: str, kind: str, size: str, title: str, description: str, body: Sequence[str]) -> str:
    """Return an SVG with its name, its description and the hatching that stands for votes without a choice."""
    lines = [
        f'<svg class="figure {kind}" role="img" aria-labelledby="{key}-t {key}-d" {size}>',
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(description)}</desc>',
        f'<defs><pattern id="{key}-h" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/>'
        '<rect class="hatch" width="2" height="6"/></pattern></defs>',
        *body,
        "</svg>",
    ]
    return "\n".join(lines)


def _fill(key: str, kind: str) -> str:
    return f' fill="url(#{key}-h)"' if kind == "inactive" else ""


def bar_chart(key: str, title: str, description: str, bars: Sequence[Bar]) -> str:
    """Return horizontal bars from zero, in the order given, as wide as the page lets them be.

    `key` is a prefix for ids, unique on the page. Widths are percentages, so letters keep their size on a telephone.
    """
    longest = max((Fraction(bar.value) for bar in bars), default=Fraction(0)) or Fraction(1)
    body = []
    for at, bar in enumerate(bars):
        top, width = at * _BAR_ROW, float(Fraction(bar.value) / longest * _BAR_SHARE)
        body += [
            f'<text class="label" x="0" y="{top + 14}">{escape(_short(bar.label, 36))}</text>',
            f'<rect class="bar {bar.kind}"{_fill(key, bar.kind)} x="0" y="{top + 20}" width="{width:.3f}%" '
            'height="16" rx="1"/>',
            f'<text class="value" x="{width:.3f}%" dx="8" y="{top + 33}">{escape(bar.text)}</text>',
        ]
    body.append(f'<line class="axis" x1="0" x2="0" y1="18" y2="{max(len(bars) * _BAR_ROW - 6, 18)}"/>')
    size = f'width="100%" height="{max(len(bars), 1) * _BAR_ROW}"'
    return _frame(key, "bars", size, title, description, body)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node stands: left edge, top edge, height."""

    x: float
    y: float
    height: float


def _places(columns: Sequence[Column], scale: float, step: float) -> tuple[list[dict[str, _Place]], float]:
    """Return where each node of each column stands, and the height of the picture."""
    places, bottom = [], 0.0
    for number, column in enumerate(columns):
        y, standing = float(_TOP), {}
        for node in column.nodes:
            height = float(node.value) * scale
            slot = max(height, _LEAST)
            standing[node.key] = _Place(number * step + 1, y + (slot - height) / 2, height)
            y += slot + _GAP
        places.append(standing)
        bottom = max(bottom, y)
    return places, bottom


def _ribbons(column: Column, here: dict[str, _Place], there: dict[str, _Place], scale: float, key: str) -> list[str]:
    """Return the ribbons that leave `column`, stacked on both sides in the order of the bars they join."""
    rank = {name: at for at, name in enumerate(here)}
    next_rank = {name: at for at, name in enumerate(there)}
    left: dict[str, float] = defaultdict(float)
    right: dict[str, float] = defaultdict(float)
    starts, ends = {}, {}
    for ribbon in sorted(column.ribbons, key=lambda r: (rank[r.source], next_rank[r.target])):
        starts[ribbon] = here[ribbon.source].y + left[ribbon.source]
        left[ribbon.source] += float(ribbon.value) * scale
    # what stays arrives on top, so that what was gained is one block with one label
    for ribbon in sorted(column.ribbons, key=lambda r: (next_rank[r.target], r.kind != "stay", rank[r.source])):
        ends[ribbon] = there[ribbon.target].y + right[ribbon.target]
        right[ribbon.target] += float(ribbon.value) * scale
    lines = []
    for ribbon in sorted(column.ribbons, key=lambda r: r.kind != "stay"):
        x0, x1 = here[ribbon.source].x + _NODE, there[ribbon.target].x
        y0, y1, thick = starts[ribbon], ends[ribbon], float(ribbon.value) * scale
        bend = (x0 + x1) / 2
        path = (
            f"M{x0:.1f} {y0:.2f}C{bend:.1f} {y0:.2f} {bend:.1f} {y1:.2f} {x1:.1f} {y1:.2f}"
            f"v{thick:.2f}C{bend:.1f} {y1 + thick:.2f} {bend:.1f} {y0 + thick:.2f} {x0:.1f} {y0 + thick:.2f}Z"
        )
        fill = _fill(key, ribbon.kind)
        lines.append(
            f'<path class="ribbon {ribbon.kind}"{fill} d="{path}"><title>{escape(ribbon.title)}</title></path>'
        )
    return lines


def _gains(column: Column, before: Column, place: dict[str, _Place], scale: float) -> list[str]:
    """Return what each bar gained from others, written where those ribbons arrive."""
    lines = []
    for node in column.nodes:
        if node.gain:
            stayed = sum(float(r.value) * scale for r in before.ribbons if r.target == node.key and r.kind == "stay")
            at = place[node.key]
            middle = at.y + (at.height / 2 if stayed == 0 else (stayed + at.height) / 2)
            lines.append(f'<text class="gain" x="{at.x - 6:.1f}" y="{middle + 4:.1f}">{escape(node.gain)}</text>')
    return lines


def flow_chart(key: str, title: str, description: str, columns: Sequence[Column]) -> str:
    """Return rounds as columns of bars, and votes that stay, move or stop as ribbons between them.

    Every ribbon joins a bar of its column to a bar of the next. Heights are on one scale in all columns.
    """
    most = max((float(sum(node.value for node in column.nodes)) for column in columns), default=0.0) or 1.0
    scale = _TALL / most
    between = max(len(columns) - 1, 1)
    step = max(_COLUMN, min(2 * _COLUMN, (_WIDE - _LABEL) / between))
    places, bottom = _places(columns, scale, step)
    under, over = [], []
    for number, column in enumerate(columns):
        if number + 1 < len(columns):
            under += _ribbons(column, places[number], places[number + 1], scale, key)
            over += _gains(columns[number + 1], column, places[number + 1], scale)
        over.append(f'<text class="round" x="{number * step + 1:.1f}" y="16">{escape(column.title)}</text>')
        for node in column.nodes:
            at = places[number][node.key]
            over += [
                f'<rect class="bar {node.kind}"{_fill(key, node.kind)} x="{at.x:.1f}" y="{at.y:.2f}" '
                f'width="{_NODE}" height="{max(at.height, 1):.2f}"/>',
                f'<text class="node" x="{at.x + _NODE + 6:.1f}" y="{at.y + at.height / 2 + 4:.1f}">'
                f'<tspan class="count">{escape(node.text)}</tspan> {escape(_short(node.label, 18))}</text>',
            ]
    width = (len(columns) - 1) * step + _LABEL
    return _frame(key, "flow", f'width="{width:.0f}" height="{bottom:.0f}" viewBox="0 0 {width:.0f} {bottom:.0f}"',
                  title, description, under + over)  # fmt: skip
