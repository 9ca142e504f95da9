"""Screenshots small enough for a repository: PNG with a palette of the 256 colours that are used most."""

import collections
import struct
import zlib


def chunks(data):
    at = 8
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        yield kind, data[at + 8 : at + 8 + length]
        at += 12 + length


def rows(width, samples, packed):
    """The lines of an image, their filters undone (PNG, 9.2)."""
    before, at, length = bytearray(width * samples), 0, width * samples
    while at < len(packed):
        kind, line = packed[at], bytearray(packed[at + 1 : at + 1 + length])
        at += 1 + length
        if kind == 2:
            line = bytearray((a + b) & 255 for a, b in zip(line, before))
        elif kind:
            for place in range(length):
                left = line[place - samples] if place >= samples else 0
                above, corner = before[place], before[place - samples] if place >= samples else 0
                if kind == 1:
                    guess = left
                elif kind == 3:
                    guess = (left + above) >> 1
                else:
                    far = [abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)]
                    guess = left if far[0] <= far[1] and far[0] <= far[2] else above if far[1] <= far[2] else corner
                line[place] = (line[place] + guess) & 255
        yield line
        before = line


def write(path, data):
    parts = list(chunks(data))
    width, height, depth, colour = struct.unpack(">IIBB", parts[0][1][:10])
    samples = {2: 3, 6: 4}[colour]
    assert depth == 8
    lines = [
        [tuple(line[at : at + 3]) for at in range(0, len(line), samples)]
        for line in rows(width, samples, zlib.decompress(b"".join(body for kind, body in parts if kind == b"IDAT")))
    ]
    used = collections.Counter(pixel for line in lines for pixel in line)
    palette = [pixel for pixel, _ in used.most_common(256)]
    place = {pixel: at for at, pixel in enumerate(palette)}
    for pixel in used:
        if pixel not in place:
            place[pixel] = min(
                range(len(palette)), key=lambda at: sum((a - b) ** 2 for a, b in zip(palette[at], pixel))
            )
    packed = zlib.compress(b"".join(b"\0" + bytes(place[pixel] for pixel in line) for line in lines), 9)
    with open(path, "wb") as file:
        file.write(data[:8])
        for kind, body in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            (b"PLTE", b"".join(map(bytes, palette))),
            (b"IDAT", packed),
            (b"IEND", b""),
        ):
            file.write(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))
