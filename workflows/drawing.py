"""A definition as a picture: boxes from the top down, each below the longest way to it. Drawn here, as SVG."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from workflows.definition import Definition, order
from workflows.registry import STEPS

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 190, 52, 40, 46, 16
Place = tuple[int, int]


def drawn(definition: Definition, states: dict[str, str] | None = None) -> SafeString:
    """`states` are of a run, by the keys of its steps: they become the boxes' classes."""
    places = _places(definition)
    columns = max(x for x, _ in places.values()) + 1
    rows = max(y for _, y in places.values()) + 1
    width, height = 2 * MARGIN + columns * (WIDTH + GAP_X) - GAP_X, 2 * MARGIN + rows * (HEIGHT + GAP_Y) - GAP_Y
    arrows = [
        _arrow(places[key], places[to], word)
        for key in places
        for word, to in definition.steps[key].ways()
        if to is not None
    ]
    boxes = [_box(key, definition.steps[key].step, place, (states or {}).get(key, "")) for key, place in places.items()]
    return format_html(
        '<svg class="workflow" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{label}">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z"/></marker></defs>{arrows}{boxes}</svg>',
        w=width,
        h=height,
        label=in_words(definition),
        arrows=format_html_join("", "{}", ((arrow,) for arrow in arrows)),
        boxes=format_html_join("", "{}", ((box,) for box in boxes)),
    )


def in_words(definition: Definition) -> str:
    """The same for whoever does not see it."""
    sentences = []
    for key in order(definition):
        ways = [f"{word or 'then'} {to or 'the end'}" for word, to in definition.steps[key].ways()]
        sentences.append(f"{key} ({definition.steps[key].step}): {', '.join(ways)}.")
    return f"Starts with {definition.start}. {' '.join(sentences)}"


def _places(definition: Definition) -> dict[str, Place]:
    """Column and row of each box."""
    depth: dict[str, int] = {}
    for key in order(definition):
        depth.setdefault(key, 0)
        for _, to in definition.steps[key].ways():
            if to is not None:
                depth[to] = max(depth.get(to, 0), depth[key] + 1)
    taken: dict[int, int] = {}
    places = {}
    for key in order(definition):
        row = depth[key]
        places[key] = (taken.get(row, 0), row)
        taken[row] = taken.get(row, 0) + 1
    return places


def _box(key: str, kind: str, place: Place, state: str) -> SafeString:
    x, y = _corner(place)
    words = STEPS[kind].words if kind in STEPS else kind
    return format_html(
        '<g class="box {state}"><title>{words}</title><rect x="{x}" y="{y}" width="{w}" height="{h}" rx="6"/>'
        '<text x="{tx}" y="{ty}" class="key">{key}</text><text x="{tx}" y="{ky}">{kind}</text></g>',
        state=state, words=words, x=x, y=y, w=WIDTH, h=HEIGHT, tx=x + 12, ty=y + 22, ky=y + 40, key=key, kind=kind,
    )  # fmt: skip


def _arrow(start: Place, end: Place, word: str) -> SafeString:
    (x1, y1), (x2, y2) = _corner(start), _corner(end)
    x1, y1, x2 = x1 + WIDTH // 2, y1 + HEIGHT, x2 + WIDTH // 2
    middle = (y1 + y2) // 2
    return format_html(
        '<path class="arrow" d="M{x1},{y1} C{x1},{m} {x2},{m} {x2},{y2}" marker-end="url(#tip)"/>'
        '<text class="way" x="{tx}" y="{ty}">{word}</text>',
        x1=x1, y1=y1, x2=x2, y2=y2, m=middle, tx=(x1 + x2) // 2 + 6, ty=middle, word=word,
    )  # fmt: skip


def _corner(place: Place) -> Place:
    return MARGIN + place[0] * (WIDTH + GAP_X), MARGIN + place[1] * (HEIGHT + GAP_Y)
