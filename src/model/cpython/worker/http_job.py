"""A job that gets a page from this machine, and its blocking client: a module of its own, which only such jobs import."""

import socket

from .computing import hash_parts
from .digests import digest, sampled_checksum
from .http_answer import PATIENCE, UNANSWERED, Answer, request, silence
from .jobs import Job


class Http(Job):
    def run(self, phases):
        body = phases.wait(self, get, self.port, self.path)
        return phases.compute(self, self.parse, body)

    async def run_async(self, phases):
        from .http_async import get_async  # It imports asyncio, which takes long: only where that runs anyway.

        body = await phases.wait_async(self, get_async(self.port, self.path))
        return phases.compute(self, self.parse, body)

    @property
    def path(self):
        return "/%(seed)d/%(pause_us)d/%(len)d" % self.page

    def parse(self, body):
        seed = self.page["seed"]
        found = digest(seed, sampled_checksum(body))
        return digest(found, hash_parts(seed, self.parts)) if self.parts else found


# Connections that no job uses, by port.
idle = {}


def get(port, path):
    """GETs `path` of the server at `port` of this machine, and returns the body."""
    asked, kept = request(port, path), idle.setdefault(port, [])
    try:
        connection = taken(kept)
        body = exchange(connection, asked) if connection else None
        if body is None:
            # There was none, or the server had closed it.
            connection = connect(port)
            body = exchange(connection, asked)
    except socket.timeout:
        raise silence(port) from None
    if body is None:
        raise OSError(UNANSWERED)
    kept.append(connection)
    return body


def taken(kept):
    """One of the connections, which other threads take too, or None."""
    try:
        return kept.pop()
    except IndexError:
        return None


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def exchange(connection, asked):
    """Sends a request and reads the body of the answer; None if the server had closed the connection before."""
    answer = Answer()
    try:
        connection.sendall(asked)
        count = connection.recv_into(answer.room())
    except ConnectionError:
        return None
    if not count:
        return None
    while not answer.take(count):
        count = connection.recv_into(answer.room())
    return answer.body()
