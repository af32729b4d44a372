"""A bare client of Engine.IO 4: requests, polls and WebSockets, each step by itself, nothing hidden."""

import http.client
import json
import threading

import websocket


def request(server, method, path, body=None, headers=None, timeout=15):
    """One request on a connection of its own; gives the status, the headers and the body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return response.status, dict((name.lower(), value) for name, value in response.getheaders()), response.read()
    finally:
        connection.close()


class Polling:
    """A session over long-polling."""

    def __init__(self, server, path="/socket.io/", headers=None):
        self.server = server
        self.base = f"{path}?EIO=4&transport=polling"
        status, self.headers, body = request(server, "GET", self.base, headers=headers)
        assert status == 200, (status, body)
        assert body[:1] == b"0"
        self.handshake = json.loads(body[1:])
        self.sid = self.handshake["sid"]
        self.path = path

    def get(self, timeout=15):
        """One poll: its status and body."""
        status, _, body = request(self.server, "GET", f"{self.base}&sid={self.sid}", timeout=timeout)
        return status, body

    def post(self, body, headers=None):
        headers = {"Content-Type": "text/plain;charset=UTF-8", **(headers or {})}
        status, _, answer = request(self.server, "POST", f"{self.base}&sid={self.sid}", body, headers)
        return status, answer

    def poll_later(self):
        """Polls in the background; call what comes back to have the status and body."""
        result = []
        thread = threading.Thread(target=lambda: result.append(self.get()), daemon=True)
        thread.start()

        def wait():
            thread.join(15)
            return result[0]

        return wait

    def packets(self):
        """The packets of one poll."""
        status, body = self.get()
        assert status == 200, (status, body)
        return body.split(b"\x1e")

    def upgrade(self):
        return open_socket(self.server, self.path, sid=self.sid)


def open_socket(server, path="/socket.io/", sid=None, query="EIO=4&transport=websocket", **more):
    """A WebSocket on the path, before any word on it."""
    url = f"ws://127.0.0.1:{server.http_port}{path}?{query}" + (f"&sid={sid}" if sid else "")
    return websocket.create_connection(url, timeout=15, http_no_proxy=["127.0.0.1"], **more)


def opened_socket(server, path="/socket.io/", **more):
    """A WebSocket with a session of its own; gives it and the handshake."""
    socket = open_socket(server, path, **more)
    first = socket.recv()
    assert first[:1] == "0"
    return socket, json.loads(first[1:])


def is_closed(socket):
    """Reads until the server has closed the WebSocket."""
    try:
        while True:
            opcode, _ = socket.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return True
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        return True
