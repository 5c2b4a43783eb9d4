"""The firm's look and terms on their page: colours that can be read, logos that are pictures."""

import io
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, PngImagePlugin

from propdesk.crm.catalog.contrast import WHITE, contrast
from propdesk.crm.catalog.models import Brand, FirmTerms
from propdesk.crm.catalog.palette import BLACK, palette_of, readable_on
from tests.crm.people.cast import staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return client_of(staff("owner"), with_factor=True)


def picture(form: str = "PNG", size: tuple[int, int] = (900, 300)) -> bytes:
    made, told = io.BytesIO(), PngImagePlugin.PngInfo()
    told.add_text("Comment", "<script>secret place</script>")
    more = {"pnginfo": told} if form == "PNG" else {}
    Image.new("RGB", size, "#1f5fae").save(made, form, **more)
    return made.getvalue()


def set_brand(desk: Client, logo: bytes | None = None, **said: str) -> int:
    fields: dict[str, object] = {"name": "Northside", "accent": "#1f5fae", **said}
    if logo is not None:
        fields["logo"] = SimpleUploadedFile("logo.png", logo)
    return desk.post(reverse("brand-set"), fields).status_code


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_written_anew_smaller_and_without_what_is_not_seen(
    desk: Client, form: str
) -> None:
    assert set_brand(desk, picture(form)) == 302
    got = Client().get(reverse("brand-logo", kwargs={"slug": "default"}))
    assert got.headers["Content-Type"] == "image/png"
    assert b"secret place" not in got.content
    with Image.open(io.BytesIO(got.content)) as kept:
        assert kept.size == (480, 160)
    assert set_brand(desk) == 302
    assert Brand.objects.get(slug="default").logo_png, "no file leaves it as it is"


@pytest.mark.parametrize(
    "logo",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"\x89PNG\r\n\x1a\nno picture",
        picture(size=(4_001, 10)),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 1_000_000,
    ],
    ids=["svg", "broken", "too wide", "too large"],
)
def test_what_is_no_picture_is_refused(desk: Client, logo: bytes) -> None:
    assert set_brand(desk, logo) == 422
    assert not Brand.objects.exclude(logo_png=None).exists()


def test_a_colour_on_which_white_cannot_be_read_is_refused(desk: Client) -> None:
    assert set_brand(desk, accent="#767676") == 302
    assert set_brand(desk, accent="#777777") == 422
    assert Brand.objects.get(slug="default").accent == "#767676"


def test_contrast_is_what_the_guideline_says() -> None:
    # The guideline's own: #767676 is the lightest grey of level AA on white, 4.54 to 1.
    assert contrast("#767676", "#ffffff") == Decimal("4.54")
    assert contrast("#ffffff", "#000000") == Decimal(21)
    assert contrast("#abcdef", "#abcdef") == 1


def test_with_whom_the_firm_deals_is_set_and_refused(desk: Client) -> None:
    terms = reverse("firm-terms-set")
    assert desk.post(terms, {"minimum_age": 21, "refused_countries": "us, IR"}).status_code == 302
    kept = FirmTerms.objects.get()
    assert (kept.minimum_age, kept.refused_countries) == (21, ["IR", "US"])
    assert desk.post(terms, {"minimum_age": 12}).status_code == 422
    assert desk.post(terms, {"minimum_age": 21, "refused_countries": "USA"}).status_code == 422
    assert "US" in desk.get(reverse("firm")).content.decode()


def test_the_public_pages_have_the_brands_name_logo_and_colour(desk: Client) -> None:
    assert set_brand(desk, picture(), accent="#0a1a4f") == 302
    page = Client().get(reverse("programmes")).content.decode()
    assert "· Northside</title>" in page
    assert f'src="{reverse("brand-logo", kwargs={"slug": "default"})}?' in page
    sheet = re.search(r'href="(/brands/default\.css\?[0-9a-f]{12})"', page)
    assert sheet is not None
    answer = Client().get(sheet[1])
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    said = answer.content.decode()
    assert ":root { --tblr-primary: #0a1a4f;" in said
    assert ':root[data-bs-theme="dark"] { --tblr-primary: ' in said
    dark = palette_of("#0a1a4f").dark
    assert f"--tblr-link-color: {dark};" in said
    assert "/brands/" not in desk.get(reverse("today")).content.decode(), "the desk has its own"


def test_the_form_says_what_becomes_of_the_colour(desk: Client) -> None:
    assert set_brand(desk, accent="#0a1a4f") == 302
    page = desk.get(reverse("firm")).content.decode()
    assert "made lighter: as chosen it could not be read there" in page
    assert "made darker" not in page
    refused = desk.post(reverse("brand-set"), {"name": "Northside", "accent": "#ffcc00"})
    assert refused.status_code == 422
    assert "White text on #ffcc00 is hard to read" in refused.content.decode()
    assert readable_on(WHITE, "#ffcc00", towards=BLACK) in refused.content.decode()
