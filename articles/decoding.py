"""A picture read and written anew, so that nothing but the picture is left of what came."""

import io
import warnings

from PIL import Image as Picture
from PIL import ImageOps

from articles.images import Decoded, NotAPicture

MOST_PIXELS = 40_000_000
WIDEST = 2000  # pixels; wider ones are made smaller
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_SAVED: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 85, "optimize": True, "progressive": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 85},
}


def decoded(source: bytes) -> Decoded:
    """Raises NotAPicture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Picture.DecompressionBombWarning)
            with Picture.open(io.BytesIO(source), formats=list(FORMATS)) as opened:
                return _encoded(opened)
    except NotAPicture:
        raise
    except (
        OSError,
        ValueError,
        SyntaxError,
        Picture.DecompressionBombError,
        Picture.DecompressionBombWarning,
    ) as error:
        raise NotAPicture("It is no JPEG, PNG or WebP that can be read. Send one of these.") from error


def _encoded(opened: Picture.Image) -> Decoded:
    form = str(opened.format)
    if opened.width * opened.height > MOST_PIXELS:
        raise NotAPicture(f"It has more than {MOST_PIXELS:,} pixels. Make it smaller.")
    if getattr(opened, "is_animated", False):
        raise NotAPicture("It moves. Send a picture that stands still.")
    picture = ImageOps.exif_transpose(opened)
    picture.thumbnail((WIDEST, WIDEST * 4))
    picture = picture.convert("RGBA" if picture.has_transparency_data and form != "JPEG" else "RGB")
    picture.info.clear()
    written = io.BytesIO()
    picture.save(written, form, **_SAVED[form])
    return Decoded(written.getvalue(), FORMATS[form], *picture.size)
