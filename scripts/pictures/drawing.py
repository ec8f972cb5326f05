"""An SVG of boxes, arrows and texts. The same calls give the same bytes; fonts are generic, so that none is fetched."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

INK, MUTED, LINE, PAPER = "#1f2937", "#6b7280", "#d1d5db", "#ffffff"


@dataclass(frozen=True)
class Box:
    """A rectangle: its upper left corner and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The y of its middle."""
        return self.y + self.height / 2

    @property
    def center(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2


class Drawing:
    """A picture of `width` by `height` on paper of its own, readable on light and dark pages."""

    def __init__(self, width: float, height: float, title: str) -> None:
        size = f"{_number(width)} {_number(height)}"
        self._root = ET.Element(
            "svg",
            {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {size}", "role": "img"}
            | {"font-family": "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"},
        )
        ET.SubElement(self._root, "title").text = title
        self.rectangle(Box(0.5, 0.5, width - 1, height - 1), fill=PAPER, stroke=LINE, radius=12)

    def rectangle(
        self, box: Box, *, fill: str, stroke: str, radius: float = 8, dashed: bool = False, thickness: float = 1
    ) -> None:
        """A rectangle with round corners."""
        attributes = {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "rx": radius}
        style = {"fill": fill, "stroke": stroke, "stroke-width": _number(thickness)}
        if dashed:
            style["stroke-dasharray"] = "5 4"
        ET.SubElement(self._root, "rect", {name: _number(value) for name, value in attributes.items()} | style)

    def text(
        self, x: float, y: float, content: str, *, size: float = 13, color: str = INK, weight: int = 400,
        anchor: str = "start",
    ) -> None:  # fmt: skip
        """One line of text, its base line at `y`."""
        attributes = {"x": _number(x), "y": _number(y), "font-size": _number(size), "fill": color}
        if weight != 400:
            attributes["font-weight"] = str(weight)
        if anchor != "start":
            attributes["text-anchor"] = anchor
        ET.SubElement(self._root, "text", attributes).text = content

    def node(self, box: Box, title: str, detail: str, color: str) -> None:
        """A resource: a white box with a bar of its service's colour, a title and a line below it."""
        self.rectangle(box, fill=PAPER, stroke=LINE, radius=6)
        self.rectangle(Box(box.x, box.y, 5, box.height), fill=color, stroke=color, radius=2.5)
        lift = 4 if detail else -4
        self.text(box.x + 15, box.middle - lift, title, weight=600)
        if detail:
            self.text(box.x + 15, box.middle + 13, detail, size=11, color=MUTED)

    def arrow(self, points: list[tuple[float, float]], color: str, *, dashed: bool = False) -> None:
        """A line through `points` with a head at its end, which must be reached along one axis."""
        path = "M" + " L".join(f"{_number(x)} {_number(y)}" for x, y in points)
        attributes = {"d": path, "fill": "none", "stroke": color, "stroke-width": "1.8", "stroke-linejoin": "round"}
        if dashed:
            attributes["stroke-dasharray"] = "5 4"
        ET.SubElement(self._root, "path", attributes)
        (from_x, from_y), (x, y) = points[-2:]
        along = (_sign(x - from_x), _sign(y - from_y))
        across = (along[1], along[0])
        corners = [
            (x, y),
            *((x - 8 * along[0] + side * across[0], y - 8 * along[1] + side * across[1]) for side in (4.5, -4.5)),
        ]
        triangle = " ".join(f"{_number(px)},{_number(py)}" for px, py in corners)
        ET.SubElement(self._root, "polygon", {"points": triangle, "fill": color})

    def badge(self, x: float, y: float, number: int, color: str) -> None:
        """A number in a disc, around (`x`, `y`)."""
        disc = {"cx": _number(x), "cy": _number(y), "r": "10", "fill": color, "stroke": PAPER, "stroke-width": "2"}
        ET.SubElement(self._root, "circle", disc)
        self.text(x, y + 4, str(number), size=11, color=PAPER, weight=700, anchor="middle")

    def svg(self) -> str:
        """The picture as the text of an SVG file."""
        ET.indent(self._root)
        return ET.tostring(self._root, encoding="unicode") + "\n"


def _number(value: float) -> str:
    return f"{value:g}"


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
