"""Pictures: written anew without what came with them, given out by their hash, and kept while a text shows them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Picture

from accounts.roles import Role
from accounts.tests.given import signed_in
from articles import decoding, images
from articles.models import Image
from articles.tests.given import BODY, EDITOR, published_article
from audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
LIST = "/admin/articles/image/"
SECRET = b"taken at 52.5 north"


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: object) -> bytes:
    written = io.BytesIO()
    Picture.new(mode, size, "red" if mode != "RGBA" else (255, 0, 0, 40)).save(written, form, **more)
    return written.getvalue()


def with_exif() -> bytes:
    exif = Picture.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = 6  # to be turned by a quarter
    return picture("JPEG", exif=exif)


def kept(source: bytes, alt: str = "A red field") -> Image:
    return images.keep_image(decoded=images.decode(source), name="Red Field", alt=alt, actor=EDITOR)


@pytest.mark.parametrize(("form", "content_type"), decoding.FORMATS.items())
def test_readers_get_it_by_an_address_made_of_its_bytes(client, form, content_type):
    image = kept(picture(form))

    answer = client.get(image.get_absolute_url())

    assert (answer.status_code, answer["Content-Type"]) == (200, content_type)
    assert answer["X-Content-Type-Options"] == "nosniff" and "immutable" in answer["Cache-Control"]
    assert Picture.open(io.BytesIO(answer.content)).size == (40, 30) == (image.width, image.height)
    for other in (image.get_absolute_url().replace("red", "blue"), "/images/0/red-field.png", "/images//x.png"):
        assert client.get(other).status_code == 404


def test_nothing_but_the_picture_is_kept_and_it_stands_upright():
    source = with_exif() + b"<script>alert(1)</script>"
    assert SECRET in source
    image = kept(source)

    assert SECRET not in bytes(image.content) and b"script" not in bytes(image.content)
    assert (image.width, image.height) == (30, 40)


def test_what_is_seen_through_stays_so_and_what_is_too_wide_becomes_smaller():
    image = kept(picture("PNG", (3000, 10), "RGBA"))

    again = Picture.open(io.BytesIO(bytes(image.content)))
    assert (again.size, again.mode, again.getpixel((0, 0))) == ((2000, 7), "RGBA", (255, 0, 0, 40))


@pytest.mark.parametrize(
    "source",
    [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:60], picture("GIF"), picture("BMP"),
     b"x" * (images.MOST_BYTES + 1), picture("PNG", (8000, 5001))],
    ids=["empty", "text", "svg", "cut off", "gif", "bmp", "too long", "too many pixels"],
)  # fmt: skip
def test_what_is_no_picture_of_ours_is_refused_and_leaves_nothing(source):
    with pytest.raises(images.NotAPicture):
        kept(source)
    assert (Image.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_the_same_picture_twice_is_one():
    assert kept(picture()) == kept(picture(), alt="Again")
    assert Image.objects.count() == 1


def test_while_a_text_shows_it_it_stays():
    image, other = kept(picture()), kept(picture(size=(9, 9)))
    published_article(f"{BODY}\n\n{image.markdown}\n")
    before = AuditEntry.objects.count()

    with pytest.raises(images.StillShown):
        images.forget_image(image=image, actor=EDITOR)
    assert AuditEntry.objects.count() == before
    images.forget_image(image=other, actor=EDITOR)
    assert list(Image.objects.all()) == [image]


def test_a_text_shows_it_to_readers(client):
    image = kept(picture(), alt="A [red] field")
    article = published_article(f"{BODY}\n\n{image.markdown}\n")

    page = client.get(article.get_absolute_url()).content.decode()

    assert f'src="{image.get_absolute_url()}"' in page and 'alt="A [red] field"' in page


def send(editor, source: bytes, alt: str = "A red field"):
    file = SimpleUploadedFile("red field.png", source, "image/png")
    return editor.post(f"{LIST}add/", {"file": file, "alt": alt})


def test_an_editor_sends_one_in_finds_what_to_write_and_cannot_clear_it_while_it_is_shown():
    editor = signed_in(Role.EDITOR)
    assert send(editor, picture()).status_code == 302
    image = Image.objects.get()
    published_article(f"{BODY}\n\n{image.markdown}\n")

    page = editor.get(f"{LIST}{image.pk}/change/").content.decode()
    assert f"![A red field]({image.get_absolute_url()})" in page and "How tea is made" in page
    assert "How tea is made, version 1" in editor.get(f"{LIST}{image.pk}/delete/").content.decode()
    assert editor.post(f"{LIST}{image.pk}/delete/", {"post": "yes"}).context["protected"]
    assert Image.objects.exists()
    assert editor.get(LIST).status_code == 200


@pytest.mark.parametrize(("source", "alt", "field"), [(b"x", "A field", "file"), (picture(), "", "alt")])
def test_what_is_wrong_is_said_at_its_field(source, alt, field):
    answer = send(signed_in(Role.EDITOR), source, alt)

    assert answer.status_code == 200 and field in answer.context["adminform"].form.errors
    assert not Image.objects.exists()


def test_it_is_not_for_customers():
    assert signed_in(Role.CUSTOMER).get(LIST).status_code == 302
