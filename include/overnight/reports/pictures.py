"""Pictures of a report as plotly figures; the page gives them their colours, light or dark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .report import Report, Table

GOOD, BAD, QUIET, LINE = "#2f81c7", "#d9703c", "#8a93a3", "#8f6fd1"
"""Told apart by every kind of sight, and legible on both backgrounds."""
_FEWEST = 2
"""Rows; one bar says less than its number."""


def picture(report: Report, table: Table) -> dict[str, Any] | None:
    """Return a figure as plotly's JSON, None where the table has none or too little to show."""
    draw = _PICTURES.get(table.picture)
    if draw is None or len(table.frame) < _FEWEST:
        return None
    figure = draw(report, table.frame)
    figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 56, "r": 16, "t": 12, "b": 40},
        height=280,
        legend={"orientation": "h", "y": 1.12, "x": 0},
        bargap=0.35,
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    made: dict[str, Any] = figure.to_plotly_json()
    return made


def _trend(_: Report, frame: pd.DataFrame) -> go.Figure:
    labels = _labels(frame.iloc[:, 0])
    figure = go.Figure()
    figure.add_bar(x=labels, y=frame["accepted"].tolist(), name="accepted", marker_color=GOOD)
    figure.add_bar(x=labels, y=frame["failed"].tolist(), name="failed", marker_color=BAD)
    figure.update_layout(barmode="stack", yaxis={"title": "issues", "rangemode": "tozero"})
    figure.update_xaxes(type="category")
    return figure


def _cost(report: Report, frame: pd.DataFrame) -> go.Figure:
    days = _labels(frame["day"])
    figure = go.Figure()
    figure.add_bar(x=days, y=frame["usd"].tolist(), name="a day", marker_color=GOOD)
    figure.add_scatter(x=days, y=frame["month_so_far_usd"].tolist(), name="month so far", yaxis="y2",
                       mode="lines", line={"color": LINE, "width": 2})  # fmt: skip
    figure.update_layout(
        yaxis={"title": "$ a day", "rangemode": "tozero"},
        yaxis2={
            "title": "$ month so far",
            "overlaying": "y",
            "side": "right",
            "rangemode": "tozero",
            "showgrid": False,
        },
    )
    figure.update_xaxes(type="category", nticks=8)
    return figure


def _quota(report: Report, frame: pd.DataFrame) -> go.Figure:
    days = _labels(frame["day"])
    figure = go.Figure()
    figure.add_bar(x=days, y=frame["granted"].tolist(), name="granted", marker_color=GOOD)
    figure.add_bar(x=days, y=frame["refused"].tolist(), name="refused", marker_color=BAD)
    limit = report.facts.limits.escalations_per_day
    figure.add_scatter(x=days, y=[limit] * len(days), name=f"limit {limit} a day", mode="lines+markers",
                       marker={"size": 3}, line={"color": QUIET, "dash": "dot"})  # fmt: skip
    figure.update_layout(barmode="stack", yaxis={"title": "escalations", "rangemode": "tozero"})
    figure.update_xaxes(type="category", nticks=8)
    return figure


def _yield(_: Report, frame: pd.DataFrame) -> go.Figure:
    figure = go.Figure()
    for name, colour in (("pass", GOOD), ("fail", BAD), ("not_applicable", QUIET)):
        figure.add_bar(y=frame["gate"].tolist(), x=frame[name].tolist(), orientation="h",
                       name=name.replace("_", " "), marker_color=colour)  # fmt: skip
    figure.update_layout(barmode="stack", xaxis={"title": "judged changes", "rangemode": "tozero"})
    figure.update_yaxes(autorange="reversed")
    return figure


def _share(_: Report, frame: pd.DataFrame) -> go.Figure:
    names = frame.iloc[:, 0].tolist()
    figure = go.Figure()
    figure.add_bar(y=names, x=frame["cost_usd"].round(4).tolist(), orientation="h", name="cost",
                   marker_color=GOOD)  # fmt: skip
    figure.update_layout(showlegend=False, xaxis={"title": "US$", "rangemode": "tozero"})
    figure.update_yaxes(autorange="reversed")
    return figure


def _labels(days: pd.Series) -> list[str]:
    return [f"{pd.Timestamp(day):%Y-%m-%d}" for day in days]


_PICTURES: Mapping[str, Callable[[Report, pd.DataFrame], go.Figure]] = {
    "trend": _trend,
    "cost": _cost,
    "quota": _quota,
    "yield": _yield,
    "share": _share,
}
