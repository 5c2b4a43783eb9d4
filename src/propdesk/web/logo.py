"""A logo as it is kept: whatever was sent is read as a picture and written anew as PNG.

What is not in the pixels (comments, places, a page hidden behind them) does not survive it.
"""

import io
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from propdesk.crm.refusal import ActionRefused

BYTES_MAX: Final = 1_000_000
SIDE_MAX: Final = 4_000
SHOWN: Final = (480, 160)
"""Larger ones are made smaller."""
FORMATS: Final = ("PNG", "JPEG", "WEBP")


def logo_of(file: UploadedFile) -> bytes:
    """The logo as PNG. Raises ``ActionRefused`` (``no_logo``): an SVG is a program and no
    picture, and is refused."""
    refused = ActionRefused("no_logo", _("Send a PNG, JPEG or WebP picture of 1 MB at most."))
    if (file.size or 0) > BYTES_MAX:
        raise refused
    try:
        with Image.open(io.BytesIO(file.read()), formats=FORMATS) as sent:
            if max(sent.size) > SIDE_MAX:  # before a pixel of it is unpacked
                raise refused
            picture = sent.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise refused from error
    picture.thumbnail(SHOWN)
    made = io.BytesIO()
    picture.save(made, "PNG", optimize=True)
    return made.getvalue()
