"""The size that the header of a JPEG, JPEG-LS or JPEG 2000 stream states, without decoding it.

Sources: ITU-T T.81 B.2.2 (frame header), T.87 C.2.2, T.800 A.5.1 (image and tile size).
"""

from __future__ import annotations

import struct

SIZE = 0x51
FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
START_OF_SCAN = 0xDA


def size_in_header(stream: bytes) -> tuple[int, int, int]:
    """Rows, columns and components.

    Raises:
        ValueError: the stream has no such header.
    """
    position = 2
    while position + 4 <= len(stream):
        mark, marker, length = struct.unpack_from(">BBH", stream, position)
        header = stream[position + 4 : position + 2 + length]
        if mark != 0xFF or marker == START_OF_SCAN or length < 2:
            break
        if marker == SIZE and len(header) >= 36:
            right, bottom, left, top = struct.unpack_from(">4I", header, 2)
            return bottom - top, right - left, struct.unpack_from(">H", header, 34)[0]
        if marker in FRAME_HEADERS and len(header) >= 6:
            rows, columns, components = struct.unpack_from(">HHB", header, 1)
            return rows, columns, components
        position += 2 + length
    raise ValueError("no header with the image's size")
