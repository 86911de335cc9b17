"""The pictures of the README: what the browser tests last saw, its upper part, in 64 colours.

`make pictures` runs those tests first; a picture that none of them made is an error.
"""

from PIL import Image

from tests.chromium import SCREENSHOTS
from tests.system import ROOT

SHOWN = ROOT / "docs" / "pictures"
CHOSEN = ("review", "admin-order", "owner-dead-letter-drawer", "desk-conflict", "workflow-run", "figures-now")
WIDTH, HEIGHT, COLOURS = 1200, 1250, 64


def publish(name: str) -> None:
    with Image.open(SCREENSHOTS / f"{name}.png") as seen:
        upper = seen.convert("RGB").crop((0, 0, min(seen.width, WIDTH), min(seen.height, HEIGHT)))
        SHOWN.mkdir(exist_ok=True)
        upper.quantize(COLOURS, dither=Image.Dither.NONE).save(SHOWN / f"{name}.png", optimize=True)


if __name__ == "__main__":
    for chosen in CHOSEN:
        publish(chosen)
