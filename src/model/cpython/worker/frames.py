"""Frames over a pipe: a length (4 bytes, little-endian), and that many bytes, of which the first is a letter."""

import struct


def read(pipe):
    """Yields letter and body of each frame until the pipe is closed."""
    while True:
        prefix = pipe.read(4)
        if len(prefix) < 4:
            return
        (length,) = struct.unpack("<I", prefix)
        frame = pipe.read(length)
        yield frame[:1], frame[1:]


def write(pipe, letter, body):
    pipe.write(struct.pack("<Ic", 1 + len(body), letter) + body)
    pipe.flush()
