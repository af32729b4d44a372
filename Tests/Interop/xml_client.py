"""A client of the XML protocol that reads with Python's expat, one document after another."""

import hashlib
import socket
import time
import xml.etree.ElementTree as ElementTree
import xml.parsers.expat


class XMLClient:
    """One connection. `pace`: how many bytes are sent at once, 0 for all."""

    def __init__(self, server, pace=0):
        self.socket = socket.create_connection(("127.0.0.1", server.config["xml.port"]), timeout=15)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pace = pace
        self.received = b""

    def send(self, document):
        data = document if isinstance(document, bytes) else document.encode()
        for start in range(0, len(data), self.pace or len(data)):
            self.socket.sendall(data[start:start + (self.pace or len(data))])

    def read(self, timeout=15):
        """The bytes of the next document; None where the server has closed the connection."""
        end = time.monotonic() + timeout
        while True:
            size = self.whole()
            if size:
                document, self.received = self.received[:size], self.received[size:]
                return document
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                chunk = self.socket.recv(65536)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                assert not self.received, f"the connection ended in {self.received!r}"
                return None
            self.received += chunk

    def whole(self):
        """How many bytes the first document has, as expat reads them; 0 where it is not whole."""
        parser = xml.parsers.expat.ParserCreate()
        depth, ends = 0, []

        def opened(*_):
            nonlocal depth
            depth += 1

        def closed(_):
            nonlocal depth
            depth -= 1
            if depth == 0:
                # An end tag is told of at its beginning, an empty element behind its end.
                index = parser.CurrentByteIndex
                is_tag = self.received[index:index + 2] == b"</"
                ends.append(self.received.index(b">", index) + 1 if is_tag else index)

        parser.StartElementHandler, parser.EndElementHandler = opened, closed
        try:
            parser.Parse(self.received, False)
        except xml.parsers.expat.ExpatError:
            # What follows the first document is no error of it.
            if not ends:
                raise
        return ends[0] if ends else 0

    def ask(self, document):
        """Sends a document, checks that it comes back unchanged, and gives the answer as an element."""
        self.send(document)
        wanted = document if isinstance(document, bytes) else document.encode()
        while (echo := self.read()) != wanted:
            assert echo is not None, "closed"
            self.events.append(ElementTree.fromstring(echo))
        return self.answer()

    def answer(self):
        document = self.read()
        return None if document is None else ElementTree.fromstring(document)

    @property
    def events(self):
        return self.__dict__.setdefault("_events", [])

    def event(self):
        """The next document that nobody asked for."""
        return self.events.pop(0) if self.events else self.answer()

    def log_in(self, user, password):
        return self.ask(f'<LOGIN user="{user}" pass="{hashlib.md5(password.encode()).hexdigest()}"/>').get("result")

    def is_closed(self):
        while self.read() is not None:
            pass
        return True

    def close(self):
        self.socket.close()
