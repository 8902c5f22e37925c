"""The client of jobs that get a page on an event loop: a module of its own, because asyncio takes long to import."""

import asyncio

from .http_answer import PATIENCE, UNANSWERED, Answer, request, silence

# Connections that no job uses, by port.
idle = {}


async def get_async(port, path):
    """Like get of http_job: the same bytes over the same kind of connection, which an event loop reads."""
    asked, kept = request(port, path), idle.setdefault(port, [])
    connection = kept.pop() if kept else None
    body = await connection.exchange(asked) if connection else None
    if body is None:
        # There was none, or the server had closed it.
        connection = await connect(port)
        body = await connection.exchange(asked)
    if body is None:
        raise OSError(UNANSWERED)
    kept.append(connection)
    return body


async def connect(port):
    """An open connection; asyncio sets TCP_NODELAY by itself."""
    opening = asyncio.get_running_loop().create_connection(lambda: Connection(port), "127.0.0.1", port)
    try:
        _, connection = await asyncio.wait_for(opening, PATIENCE)
    except asyncio.TimeoutError:
        raise silence(port) from None
    return connection


class Connection(asyncio.BufferedProtocol):
    """A connection that carries one exchange after the other."""

    def __init__(self, port):
        self.port = port
        self.answer = self.ended = None

    def connection_made(self, transport):
        self.transport = transport

    async def exchange(self, asked):
        """Sends a request and reads the body of the answer; None if the server had closed the connection before."""
        if self.transport.is_closing():
            return None
        loop = asyncio.get_running_loop()
        self.answer, self.ended = Answer(), loop.create_future()
        limit = loop.call_later(PATIENCE, self.give_up)
        self.transport.write(asked)
        try:
            return await self.ended
        finally:
            limit.cancel()

    def get_buffer(self, hint):
        return self.answer.room()

    def buffer_updated(self, count):
        try:
            if self.answer.take(count):
                self.end(self.answer.body())
        except OSError as error:
            self.fail(error)

    def connection_lost(self, error):
        if self.answer and self.answer.arrived:
            self.buffer_updated(0)
        else:
            self.end(None)

    def give_up(self):
        self.fail(silence(self.port))

    def end(self, body):
        if self.ended and not self.ended.done():
            self.ended.set_result(body)

    def fail(self, error):
        self.transport.abort()
        if not self.ended.done():
            self.ended.set_exception(error)
