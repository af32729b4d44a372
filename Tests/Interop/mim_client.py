"""A client of the MIM protocol that reads and writes with Qt's own QDataStream."""

import socket
import struct

from PyQt5.QtCore import QByteArray, QDataStream, QIODevice


class MIMClient:
    """One connection, with a chat server of its own that listens."""

    def __init__(self, server, name=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(15)
        self.port = self.listener.getsockname()[1]
        self.socket = socket.create_connection(("127.0.0.1", server.config["mim.port"]), timeout=15)
        self.received = b""
        self.table = []
        self.welcome = self.line()
        if name is not None:
            self.log_in(name)
            self.own = self.wait(lambda: (name, "127.0.0.1", self.port) in self.table)

    def log_in(self, name, port=None):
        self.socket.sendall(login(name, self.port if port is None else port))

    def line(self):
        while b"\n" not in self.received:
            chunk = self.socket.recv(4096)
            if not chunk:
                return None
            self.received += chunk
        line, self.received = self.received.split(b"\n", 1)
        return line.decode()

    def block(self, timeout=15):
        """The next block as (kind, name, address, port); None where the server has closed the connection."""
        self.socket.settimeout(timeout)
        while len(self.received) < 2 or len(self.received) < 2 + struct.unpack(">H", self.received[:2])[0]:
            try:
                chunk = self.socket.recv(4096)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                return None
            self.received += chunk
        size = 2 + struct.unpack(">H", self.received[:2])[0]
        data, self.received = self.received[:size], self.received[size:]
        stream = QDataStream(QByteArray(data))
        stream.setVersion(QDataStream.Qt_4_0)
        assert stream.readUInt16() == size - 2
        kind = chr(stream.readUInt8())
        entry = (stream.readQString(), stream.readQString(), stream.readUInt16())
        assert stream.atEnd() and stream.status() == QDataStream.Ok
        if kind == "A":
            self.table.append(entry)
        else:
            assert kind == "D"
            self.table.remove(entry)
        return (kind, *entry)

    def wait(self, check):
        """Reads blocks until something holds of the table."""
        while not check():
            assert self.block() is not None, f"closed with {self.table}"
        return True

    def names(self):
        return sorted(name for name, _, _ in self.table)

    def chat(self, user):
        """Connects to somebody's chat server as a MIM client does, name first."""
        self.wait(lambda: user in self.names())
        _, address, port = next(entry for entry in self.table if entry[0] == user)
        return socket.create_connection((address, port), timeout=15)

    def accept(self):
        """The next conversation that somebody begins: its lines as a file, the first the name."""
        connection, _ = self.listener.accept()
        connection.settimeout(15)
        return connection, connection.makefile("r", encoding="utf-8", newline="\n")

    def is_closed(self):
        while self.block() is not None:
            pass
        return True

    def close(self):
        self.socket.close()
        self.listener.close()


def login(name, port):
    """The block of a login, as Qt writes it."""
    body = QByteArray()
    stream = QDataStream(body, QIODevice.WriteOnly)
    stream.setVersion(QDataStream.Qt_4_0)
    stream.writeUInt16(port)
    stream.writeQString(name)
    data = bytes(body)
    return struct.pack(">H", len(data)) + data
