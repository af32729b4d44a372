"""A client of the line protocol, written from docs/line-protocol.md alone."""

import re
import socket
import time
from dataclasses import dataclass, field

TIMEOUT = 20.0

LISTS = {"#listrooms", "#listusers", "#listgroups", "#listmessages", "#listignored", "#history"}


def split_words(line: str) -> list[str]:
    """The words of a line: separated by spaces or tabs, a word in quotes may hold anything, with \\" and \\\\ in it."""
    words, index = [], 0
    while index < len(line):
        if line[index] in " \t":
            index += 1
            continue
        if line[index] == '"':
            index, word = index + 1, ""
            while line[index] != '"':
                if line[index] == "\\":
                    index += 1
                    assert line[index] in '"\\', f"an escape that does not exist in {line!r}"
                word += line[index]
                index += 1
            index += 1
            assert index == len(line) or line[index] in " \t", f"text behind a quote in {line!r}"
            words.append(word)
        else:
            word = re.match(r"[^ \t]+", line[index:])[0]
            words.append(word)
            index += len(word)
    return words


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass
class Reply:
    """A @status, or a @ret with the lines that belong to it."""

    status: int | None = None
    words: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[list[str]]:
        return [split_words(line) for line in self.lines]


class Closed(Exception):
    """The server closed the connection."""


class LineClient:
    def __init__(self, port: int, host: str = "127.0.0.1", wrap=None):
        self.socket = socket.create_connection((host, port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if wrap:
            self.socket = wrap(self.socket)
        self.buffer = b""
        self.messages: list[str] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    # Bytes and lines

    def send_raw(self, data: bytes):
        self.socket.sendall(data)

    def send(self, line: str):
        self.send_raw(line.encode() + b"\r\n")

    def read_line(self, timeout: float = TIMEOUT) -> str:
        deadline = time.monotonic() + timeout
        while b"\n" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"no line within {timeout} s; so far {self.buffer!r}")
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65536)
            except socket.timeout:
                continue
            except ConnectionResetError:
                data = b""
            if not data:
                raise Closed(self.buffer)
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        assert line.endswith(b"\r"), f"a line without CRLF: {line!r}"
        return line[:-1].decode()

    def read_until_closed(self, timeout: float = TIMEOUT) -> list[str]:
        lines = []
        while True:
            try:
                lines.append(self.read_line(timeout))
            except Closed:
                assert not self.buffer, "the connection ended within a line"
                return lines

    # Replies and messages

    def read_reply(self, timeout: float = TIMEOUT) -> Reply:
        """The next reply; the messages that come before it are kept for `message`."""
        while True:
            line = self.read_line(timeout)
            if line.startswith("@mess "):
                self.messages.append(line)
                continue
            if line.startswith("@status "):
                assert re.fullmatch(r"@status -?\d+", line), line
                return Reply(status=int(line[8:]))
            assert line.startswith("@ret #"), f"neither reply nor message: {line!r}"
            words = split_words(line)[1:]
            count = int(words[1]) if words[0] in LISTS else int(words[2]) if words[0] == "#getmessage" else 0
            # No message may stand between these lines, so they are taken as they come.
            return Reply(words=words, lines=[self.read_line(timeout) for _ in range(count)])

    def ask(self, line: str) -> Reply:
        self.send(line)
        return self.read_reply()

    def status(self, line: str) -> int:
        reply = self.ask(line)
        assert reply.status is not None, f"{line!r} was answered with {reply}"
        return reply.status

    def ok(self, line: str):
        status = self.status(line)
        assert status == 0, f"{line!r} was answered with {status}"

    def ret(self, line: str) -> Reply:
        reply = self.ask(line)
        assert reply.status is None, f"{line!r} was answered with {reply.status}"
        assert reply.words[0] == line.split()[0]
        return reply

    def message(self, timeout: float = TIMEOUT) -> str:
        """The next message, which may have come before an earlier reply."""
        if not self.messages:
            line = self.read_line(timeout)
            assert line.startswith("@mess "), f"a message was expected, not {line!r}"
            return line
        return self.messages.pop(0)

    def drain(self) -> list[str]:
        """All the messages that were sent before now."""
        self.ret("#whoami")
        messages, self.messages = self.messages, []
        return messages

    # Shorthand

    def guest(self, name: str) -> "LineClient":
        self.ok(f"#login anon {quote(name)}")
        return self

    def user(self, name: str, password: str) -> "LineClient":
        self.ok(f"#login regd {quote(name)} {quote(password)}")
        return self

    def whoami(self) -> list[str]:
        return self.ret("#whoami").words[1:]

    def users(self) -> list[list[str]]:
        return self.ret("#listusers").rows

    def rooms(self) -> dict[str, list[str]]:
        return {row[0]: row[1:] for row in self.ret("#listrooms").rows}


def wait_until(condition, timeout: float = TIMEOUT, what: str = "the condition"):
    """Polls until the condition gives something true, and gives that."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come true within {timeout} s")
        time.sleep(0.02)
