"""Draws a text as a QR code, as a picture a page can carry within itself: nothing is fetched, nothing kept."""

import segno


def as_picture(text: str) -> str:
    """A data URL; black on white, because telephones read nothing else well."""
    return segno.make(text, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
