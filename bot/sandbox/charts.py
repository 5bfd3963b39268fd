"""Limits of the `data_visualization` block (…/reference/block-kit/blocks/data-visualization-block).

The page of 2026 says 6 segments and series, slackblocks' tested `limits.json` 12; the larger is allowed here.
"""

from typing import Any

from bot.sandbox.composition import identifier
from bot.sandbox.rules import Report, anything, array, number, shape, string, typed

_kind = {"type": anything}


def _positive(value: Any, pointer: str, report: Report) -> None:
    number(value, pointer, report)
    if isinstance(value, int | float) and value <= 0:
        report.fault(pointer, "must be greater than 0")


def _every_category(value: dict[str, Any], pointer: str, report: Report) -> None:
    """Each series needs one value for every category."""
    categories = value.get("axis_config", {}).get("categories", [])
    for index, one in enumerate(value.get("series", [])):
        labels = [point.get("label") for point in one.get("data", [])]
        if sorted(labels, key=str) != sorted(categories, key=str):
            report.fault(f"{pointer}/series/{index}/data", "must have one value for each category")


_segment = shape({"label": string(20), "value": _positive})
_point = shape({"label": string(20), "value": number})
_series = shape({"name": string(20), "data": array(_point, 20)})
_axis = shape({"categories": array(string(20), 20)}, {"x_label": string(50), "y_label": string(50)})
_plot = shape({**_kind, "series": array(_series, 12), "axis_config": _axis}, None, _every_category)
_chart = typed(
    {
        "pie": shape({**_kind, "segments": array(_segment, 12)}),
        "bar": _plot,
        "line": _plot,
        "area": _plot,
    }
)
data_visualization = shape({**_kind, "title": string(50), "chart": _chart}, {"block_id": identifier})
