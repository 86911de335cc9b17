"""What a page of figures is made of. A chart never stands without the table that says the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Sorted = Literal["", "ascending", "descending"]
IN_SHORT = "In short"


@dataclass(frozen=True)
class Part:
    """A share of something, in words and, for a heat map, how dark from 0 to 10."""

    words: str
    level: int | None = None

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Linked:
    """Something with a page of its own; `url` may be empty."""

    words: str
    url: str

    def __str__(self) -> str:
        return self.words


Cell = str | int | float | Part | Linked | None


@dataclass(frozen=True)
class Head:
    """Of a column by which rows can be put in order: `url` asks for it; `order` is theirs now, as aria-sort says it."""

    words: str
    url: str
    order: Sorted = ""

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Card:
    """`change` is against the period before: 0.25 is a quarter more."""

    title: str
    value: str | None
    change: float | None = None

    @property
    def change_words(self) -> str:
        if self.change is None:
            return ""
        return f"{'+' if self.change >= 0 else '−'}{abs(self.change) * 100:.0f} %"


@dataclass(frozen=True)
class Bar:
    """Its place in a picture 1000 wide and 120 high, and its value in words."""

    label: str
    value: int
    words: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Table:
    """`name` is also the name of its CSV."""

    name: str
    heads: Sequence[str | Head]
    rows: Sequence[Sequence[Cell]]
    empty: str = "Nothing in these days."
    is_heat_map: bool = False


@dataclass(frozen=True)
class Sheet:
    title: str
    lead: str
    tables: Sequence[Table]
    cards: Sequence[Card] = ()
    chart_title: str = ""
    bars: Sequence[Bar] = field(default_factory=tuple)

    @property
    def in_short(self) -> Table | None:
        """The cards as a table, to be taken away."""
        rows = [(card.title, card.value, card.change_words) for card in self.cards]
        return Table(IN_SHORT, ("What", "How much", "Against the period before"), rows) if rows else None

    @property
    def is_flat(self) -> bool:
        """There is nothing to draw."""
        return not any(bar.value for bar in self.bars)

    @property
    def tallest(self) -> str:
        return max(self.bars, key=lambda bar: bar.value).words if self.bars else "0"


def bars(points: Sequence[tuple[str, int]], words: Callable[[int], str] = str) -> list[Bar]:
    """As wide as there is room, the tallest as high as the picture."""
    most, room = max((value for _, value in points), default=0), 1000 / max(len(points), 1)
    heights = [round(120 * value / most, 1) if most else 0.0 for _, value in points]
    return [
        Bar(label, value, words(value), round(place * room, 1), round(120 - height, 1), round(room * 0.85, 1), height)
        for place, ((label, value), height) in enumerate(zip(points, heights, strict=True))
    ]


def share(value: float | None) -> str | None:
    return None if value is None else f"{value * 100:.1f} %"


def number(value: float | None, unit: str = "") -> str | None:
    if value is None:
        return None
    return f"{value:,.0f}{unit}" if isinstance(value, int) or value == int(value) else f"{value:,.1f}{unit}"
