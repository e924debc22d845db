"""Which pictures can be a clinic's logo: PNG or JPEG, whole, small enough to be drawn on every document. Pure."""

import struct
import zlib

from creneau.shared.errors import Invalid, invalid

LARGEST = 300_000
"""Bytes."""

WIDEST = 2000
"""Pixels on either side."""

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def check_logo(content: bytes) -> None:
    """Raises Invalid."""
    if len(content) > LARGEST:
        raise _wrong(f"larger than {LARGEST} bytes", "save it with fewer pixels")
    size = _size_of_png(content) if content.startswith(_PNG) else _size_of_jpeg(content)
    if size is None:
        raise _wrong("neither a whole PNG nor a whole JPEG", "save it as PNG")
    if not all(1 <= side <= WIDEST for side in size):
        raise _wrong(f"more than {WIDEST} pixels on a side", "save it with fewer pixels")


def _wrong(problem: str, remedy: str) -> Invalid:
    return invalid("content", problem, remedy)


def _size_of_png(content: bytes) -> tuple[int, int] | None:
    """Every chunk's sum is checked, and that what is compressed can be unpacked."""
    at, size, packed = len(_PNG), None, b""
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        told = content[at + 8 + length : at + 12 + length]
        if len(told) < 4 or zlib.crc32(kind + body) != int.from_bytes(told):
            return None
        if kind == b"IHDR" and length == 13:
            size = struct.unpack_from(">II", body)
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
        if kind == b"IEND":
            return size if (size and max(size) > WIDEST) or _unpacks(packed) else None
    return None


def _unpacks(packed: bytes) -> bool:
    reader = zlib.decompressobj()
    try:
        reader.decompress(packed, WIDEST * WIDEST * 8 + WIDEST)
    except zlib.error:
        return False
    return reader.eof


def _size_of_jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    while content.startswith(_JPEG) and content.rstrip(b"\0").endswith(b"\xff\xd9") and at + 9 <= len(content):
        if content[at] != 0xFF:
            return None
        if content[at + 1] in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return None
