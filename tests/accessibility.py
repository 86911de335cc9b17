"""What is wrong with a page for those who use a screen reader, a telephone, a dark room or a keyboard.

axe-core comes with its Python package and is never copied here. Each fault is one line that names the page.
"""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1200, "height": 900}
TAP = 24  # CSS pixels: WCAG 2.2, target size (minimum); links within a sentence are left out there, too
GRAVE = ("serious", "critical")
EVERYTHING = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}

_CROWDED = """tap => {
  const TAPPED = "button, select, summary, input:not([type=hidden]), textarea, a.button";
  const shown = element => element.checkVisibility({ visibilityProperty: true }) && element.offsetWidth > 1;
  const name = element => `${element.tagName.toLowerCase()}.${element.className || element.id} “${
    (element.innerText || element.name || "").trim().slice(0, 40)}”`;
  const scrolls = element => {
    for (let at = element.parentElement; at; at = at.parentElement)
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(at).overflowX)) return true;
    return false;
  };
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) faults.push(`scrolls sideways: ${root.scrollWidth} of ${innerWidth} px`);
  const cuts = element => ["hidden", "clip"].includes(getComputedStyle(element).overflowX);
  for (const element of document.body.querySelectorAll("*")) {
    if (!shown(element) || element.closest(".visually-hidden, svg, .skip")) continue;
    const box = element.getBoundingClientRect(), isSmall = box.height < tap || box.width < tap;
    const say = fault => faults.push(`${fault}: ${name(element)}`);
    if ((box.right > innerWidth + 1 || box.left < -1) && !scrolls(element)) say("beyond the edge");
    if (!element.matches("input, textarea, progress") && cuts(element) && element.scrollWidth > element.clientWidth + 1)
      say("cut off");
    if (element.matches(TAPPED) && isSmall && !element.closest("label")) say("too small to tap");
  }
  return faults;
}"""
_FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return at === document.body ? null : [at.id || at.getAttribute("href") || at.innerText.trim(), seen];
}"""


def faults(page: Page) -> Iterator[str]:
    """On a telephone by day and by night, and on a desk; the page is left as a telephone by day."""
    for name, size, scheme, rules in (
        ("at a desk", DESK, "light", EVERYTHING),
        ("at a desk by night", DESK, "dark", CONTRAST),
        ("on a telephone by night", PHONE, "dark", CONTRAST),
        ("on a telephone", PHONE, "light", EVERYTHING),
    ):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        yield from (f"{name}: {fault}" for fault in _violations(page, rules))
    yield from (f"on a telephone: {fault}" for fault in page.evaluate(_CROWDED, TAP))


def tabbed(page: Page, steps: int) -> list[tuple[str, bool]]:
    """Where the Tab key leads, one press after the other, and whether each place shows that it has the focus."""
    stops = []
    for _ in range(steps):
        page.keyboard.press("Tab")
        if stop := page.evaluate(_FOCUSED):
            stops.append((stop[0], stop[1]))
    return stops


def _violations(page: Page, rules: dict[str, Any]) -> Iterator[str]:
    for violation in Axe().run(page, options=rules).response["violations"]:
        if violation["impact"] in GRAVE:
            where = "; ".join(f"{node['target'][0]} {_measured(node)}" for node in violation["nodes"])
            yield f"{violation['id']}: {violation['help']} at {where}"


def _measured(node: dict[str, Any]) -> str:
    return next((check["message"] for check in [*node["any"], *node["all"], *node["none"]]), "")
