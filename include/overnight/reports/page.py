"""A report as one HTML page that needs nothing else: no network, no font, no file beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype
from plotly.offline import get_plotlyjs

from .pictures import picture
from .report import Report, Section, Table, Tile
from .wording import cell, heading

_HERE = Path(__file__).parent
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
"""The page could not reach a network if it tried."""
_CODE = {"command", "night", "setting"}
_MOST_ROWS = 400


def page(report: Report) -> str:
    """Return the report as HTML text; every foreign word in it is escaped."""
    body = "\n".join(
        [
            '<a class="skip" href="#report">Skip to the report</a>',
            _header(report),
            '<main id="report">',
            *(f'<p class="alert" role="note">{escape(alert)}</p>' for alert in report.alerts),
            *(
                part
                for index, section in enumerate(report.sections)
                for part in _section(report, section, index)
            ),
            "</main>",
            "<footer>Days, weeks and months are UTC. Written by Overnight from its ledger; the same: "
            f"<code>overnight report --period {report.period} --date {report.span.begin:%Y-%m-%d}</code>"
            "</footer>",
        ]
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Overnight, {escape(report.title)}</title>\n"
        f"<style>\n{(_HERE / 'page.css').read_text('utf-8')}</style>\n</head>\n<body>\n{body}\n"
        f"{_scripts(body)}</body>\n</html>\n"
    )


def _scripts(body: str) -> str:
    """Return plotly's script once, and none at all for a page without pictures."""
    if "data-figure" not in body:
        return ""
    return f"<script>{get_plotlyjs()}</script>\n<script>\n{(_HERE / 'page.js').read_text('utf-8')}</script>\n"


def _header(report: Report) -> str:
    about = report.facts.repository or "all repositories"
    made = f"{report.facts.now:%Y-%m-%d %H:%M} UTC"
    tiles = "".join(_tile(tile, str(report.period)) for tile in report.tiles)
    return (
        f"<header><h1>{escape(report.title)}</h1><p>Overnight, {escape(about)}, as known on {made}</p>"
        f'<dl class="tiles">{tiles}</dl></header>'
    )


def _tile(tile: Tile, period: str) -> str:
    was = f"<dd>{escape(tile.before)} the {period} before</dd>" if tile.before else ""
    return f'<div class="tile"><dt>{escape(tile.label)}</dt><dd>{escape(tile.value)}</dd>{was}</div>'


def _section(report: Report, section: Section, index: int) -> Iterator[str]:
    yield f'<section aria-labelledby="s{index}"><h2 id="s{index}">{escape(section.title)}</h2>'
    yield from (f"<p>{escape(sentence)}</p>" for sentence in section.sentences)
    for table in section.tables:
        if len(table.frame):
            yield f"<h3>{escape(table.title)}</h3>"
            yield _figure(report, table)
            yield _table(table)
    yield "</section>"


def _figure(report: Report, table: Table) -> str:
    drawn = picture(report, table)
    if drawn is None:
        return ""
    words = f"Picture of the table below: {table.title}"
    return (
        f'<figure role="img" aria-label="{escape(words)}"><div data-figure="f-{table.key}"></div></figure>\n'
        f'<script type="application/json" id="f-{table.key}">{_json(drawn)}</script>'
    )


def _json(value: Any) -> str:
    """Return JSON that ends no script early."""
    return json.dumps(value, default=str).replace("<", "\\u003c")


def _table(table: Table) -> str:
    frame, kinds = table.frame.head(_MOST_ROWS), [_kind(table.frame[name]) for name in table.frame]
    heads = "".join(
        f'<th scope="col"{kind}>{escape(heading(name))}</th>'
        for name, kind in zip(frame.columns, kinds, strict=True)
    )
    rows = "\n".join(
        f"<tr>{''.join(_cells(frame.columns, values, kinds))}</tr>"
        for values in frame.itertuples(index=False, name=None)
    )
    left = len(table.frame) - len(frame)
    more = f'<p class="note">{left} more rows: --format csv has them all.</p>' if left else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Table: {escape(table.title)}"><table>'
        f"<caption>{escape(table.title)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>\n{rows}\n</tbody></table></div>{more}"
    )


def _cells(names: pd.Index, values: tuple[Any, ...], kinds: list[str]) -> Iterator[str]:
    for place, (name, value, kind) in enumerate(zip(names, values, kinds, strict=True)):
        text = escape(cell(name, value))
        text = f"<code>{text}</code>" if name in _CODE else text
        yield f'<th scope="row"{kind}>{text}</th>' if place == 0 else f"<td{kind}>{text}</td>"


def _kind(series: pd.Series) -> str:
    """Return the class of a column's cells: numbers stand to the right, moments on one line."""
    shown = series.dropna()
    numeric = is_numeric_dtype(series) and not is_bool_dtype(series)
    if numeric or (len(shown) and all(isinstance(value, int | float) for value in shown)):
        return ' class="n"'
    return ' class="t"' if is_datetime64_any_dtype(series) else ""
