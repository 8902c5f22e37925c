"""A GET as bytes, independent of who sends and receives them: the request, and the answer as it arrives; the same as in Rust."""

# Seconds that a client waits for the server: a hundred times the longest pause of a page.
PATIENCE = 5
# The room for one read, in bytes: an answer of `http` fits.
READ = 32 * 1024
# The maximum length of an answer's head, in bytes.
LONGEST_HEAD = 8 * 1024
# The maximum length of its body.
LONGEST = 64 << 20
# How each answer begins.
VERSION = b"HTTP/1.1 "

UNANSWERED = "the server closed the connection without an answer"
# Servers that were silent once are not asked again: each job of a batch would wait in its turn.
silent = set()


def request(port, path):
    """The request for `path` of the server at `port` of this machine."""
    if port in silent:
        raise silence(port)
    return b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % (path.encode(), port)


def silence(port):
    """The server did not answer in time."""
    silent.add(port)
    return OSError("the server gave no answer for %d s" % PATIENCE)


class Answer:
    """The answer to a request, the part that has arrived."""

    def __init__(self):
        self.buffer = bytearray(READ)
        self.arrived = 0
        # Where the body begins and ends, once the head has arrived.
        self.start = self.end = None

    def room(self):
        """Where the next bytes are to be read into."""
        self.buffer += bytes(self.arrived + READ - len(self.buffer))
        return memoryview(self.buffer)[self.arrived :]

    def take(self, count):
        """Takes note of bytes that were read into the room, and tells whether they were the last."""
        if not count:
            raise OSError("the server closed the connection after %d bytes of its answer" % self.arrived)
        self.arrived += count
        if self.end is None:
            self.find_body()
        if self.end is not None and self.arrived > self.end:
            raise OSError("the server sent more than the length of its answer")
        return self.arrived == self.end

    def body(self):
        return bytes(memoryview(self.buffer)[self.start : self.end])

    def find_body(self):
        if self.buffer[: min(self.arrived, len(VERSION))] != VERSION[: self.arrived]:
            raise OSError("the answer of the server is not HTTP/1.1")
        length = self.buffer.find(b"\r\n\r\n", 0, self.arrived)
        if length < 0:
            if self.arrived >= LONGEST_HEAD:
                raise OSError("the head of the server's answer is over %d bytes long" % LONGEST_HEAD)
            return
        self.start = length + 4
        self.end = self.start + length_of_body(self.buffer[:length].decode("latin-1"))


def length_of_body(head):
    status, *fields = head.split("\r\n")
    if not status.startswith("HTTP/1.1 200 "):
        raise OSError("the server answered " + status)
    for field in fields:
        name, _, value = field.partition(":")
        if name.lower() == "content-length":
            if not value.strip().isdecimal() or int(value) > LONGEST:
                raise OSError("the server's answer has the length" + value)
            return int(value)
    raise OSError("the answer of the server has no length")
