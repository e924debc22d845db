"""A clinic's logo: whole pictures only, on every document drawn from then on, and none that spoils one."""

import io
import logging

import pytest
from PIL import Image

from creneau.billing.documents.change_logo import ChangeLogo
from creneau.billing.documents.draw import draw, pictures
from creneau.billing.documents.logo import LARGEST, check_logo
from creneau.shared.errors import Invalid
from tests.support.documents import FakeLogo, printed, sample

pytestmark = pytest.mark.rule("B-07")


def picture(form: str = "PNG", size: tuple[int, int] = (120, 40), mode: str = "RGB") -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 90).save(written, form)
    return written.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("size", [(1, 1), (120, 40), (2000, 200), (10, 900)])
def test_pictures_are_taken_and_drawn(form, mode, size):
    logo = picture(form, size, mode)
    check_logo(logo)
    document = printed(sample("CH"))
    assert draw(document, logo) != draw(document)


def test_a_logo_moves_nothing_of_the_recipients_address():
    document = printed(sample("FR", final=True))
    plain, with_logo = (Image.open(io.BytesIO(pictures(document, logo)[0])) for logo in (b"", picture()))
    below = (0, int(plain.height * 0.15), plain.width, plain.height)
    assert plain.crop(below).tobytes() == with_logo.crop(below).tobytes()
    assert plain.tobytes() != with_logo.tobytes()


def broken() -> dict[str, bytes]:
    png, jpeg = picture(), picture("JPEG")
    middle = len(png) // 2
    return {
        "nothing": b"",
        "a text": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "a cut png": png[:-20],
        "a cut jpeg": jpeg[:-20],
        "a changed png": png[:middle] + bytes([png[middle] ^ 1]) + png[middle + 1 :],
        "only a head": b"\x89PNG\r\n\x1a\n",
        "only a jpeg's head": b"\xff\xd8\xff\xe0",
        "a gif": picture("GIF"),
        "too wide": picture(size=(2001, 1)),
        "too high a jpeg": picture("JPEG", (1, 2001)),
        "too many bytes": b"\x89PNG\r\n\x1a\n" + b"0" * LARGEST,
    }


@pytest.mark.parametrize("content", broken().values(), ids=broken())
def test_others_are_refused_with_the_remedy(content):
    place = FakeLogo()
    with pytest.raises(Invalid) as refused:
        ChangeLogo(place)(content)
    assert refused.value.faults[0].field == "content"
    assert refused.value.remedy
    assert place.read() == b""


def test_it_is_set_and_taken_away():
    place = FakeLogo()
    change = ChangeLogo(place)
    change(picture())
    assert place.read() == picture()
    change(None)
    change(None)
    assert place.read() == b""


def test_one_that_can_not_be_drawn_spoils_no_document(caplog):
    document = printed(sample("CH"))
    with caplog.at_level(logging.ERROR, "creneau"):
        assert draw(document, b"no picture at all") == draw(document)
    assert "the logo could not be drawn" in caplog.text
