"""How wide a line is drawn, in pixels.

Advance widths of Helvetica in thousandths of its size, which Arial shares (Adobe Font Metrics, Core 14 fonts); a search
result shows titles in it at 20 pixels and descriptions at 14. What is not in the table counts as a lower-case letter,
and a full-width character as its whole size.
"""

import unicodedata

_WIDTHS = {
    191: "'", 222: "ijl", 260: "|", 278: " !,./:;[\\]Itf", 333: "()-`r", 334: "{}", 355: '"', 389: "*", 469: "^",
    500: "Jcksvxyz", 556: "#$0123456789?L_abdeghnopqu", 584: "+<=>~", 611: "FTZ", 667: "&ABEKPSVXY", 722: "CDHNRUw",
    778: "GOQ", 833: "Mm", 889: "%", 944: "W", 1015: "@",
}  # fmt: skip
_OF = {character: width for width, characters in _WIDTHS.items() for character in characters}
_USUAL, _FULL = 556, 1000


def pixels(text: str, size: int) -> int:
    """The width of one line of `text` at `size` pixels, rounded."""
    return round(sum(_width(character) for character in text) * size / 1000)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _FULL
    return _OF.get(character) or _OF.get(unicodedata.normalize("NFD", character)[0], _USUAL)
