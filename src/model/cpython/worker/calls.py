"""Two things that a program asks of its system: the address of a name, and to take a line of output."""

import os

LINE = "Downloading..."
# What is answered: which of this machine's addresses comes first differs.
RESOLVED, PRINTED = 1, len(LINE) + 1


def resolve():
    import socket  # It takes long, and no other job needs it here.

    return answer_of(socket.getaddrinfo("localhost", 80))


async def resolve_async(loop):
    return answer_of(await loop.getaddrinfo("localhost", 80))


def answer_of(addresses):
    if not any(address[0] in ("127.0.0.1", "::1") for *_, address in addresses):
        raise OSError("localhost is not this machine")
    return RESOLVED


def print_line():
    """Prints a line into a pipe of its own, as a program does whose output another one reads."""
    reader, writer = os.pipe()
    try:
        with open(writer, "w") as output:
            print(LINE, file=output, flush=True)
    finally:
        os.close(reader)
    return PRINTED
