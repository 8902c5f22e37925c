"""A job that gets a page from this machine: a module of its own, because http.client takes long to import."""

import http.client
import threading

from computing import hash_parts
from digests import digest, sampled_checksum
from jobs import Job

TIMEOUT = 30

kept = threading.local()
idle = {}


class Http(Job):
    def run(self, phases):
        body = phases.wait(self, get, self.port, self.address)
        return phases.compute(self, self.parse, body)

    async def run_async(self, phases):
        body = await phases.wait_async(self, get_async(self.port, self.address))
        return phases.compute(self, self.parse, body)

    @property
    def address(self):
        return "/%(seed)d/%(pause_us)d/%(len)d" % self.page

    def parse(self, body):
        seed = self.page["seed"]
        found = digest(seed, sampled_checksum(body))
        return digest(found, hash_parts(seed, self.parts)) if self.parts else found


def get(port, address):
    """GETs by http.client, over a connection that each thread keeps."""
    connections = kept.__dict__.setdefault("connections", {})
    if port not in connections:
        connections[port] = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    connections[port].request("GET", address)
    response = connections[port].getresponse()
    body = response.read()
    if response.status != 200:
        raise OSError("the server answered %d" % response.status)
    return body


async def get_async(port, address):
    """Like get, over an idle connection or a new one: a minimal GET on asyncio's streams, which have no HTTP."""
    pool = idle.setdefault(port, [])
    reader, writer = pool.pop() if pool else await connect(port)
    writer.write(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % address.encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower()
    if not head.startswith("http/1.1 200"):
        raise OSError("the server answered " + head.split("\r\n")[0])
    body = await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
    pool.append((reader, writer))
    return body


def connect(port):
    import asyncio

    return asyncio.open_connection("127.0.0.1", port)
