"""A client of the event API as the published library has it, with what it heard in the order of hearing."""

import threading
import time

import socketio


class EventClient:
    """One client. `heard` is what came, as (event, fields)."""

    def __init__(self, server, auth, transports=None, wait=10):
        self.client = socketio.Client(reconnection=False)
        self.heard = []
        self.changed = threading.Condition()
        self.client.on("*", self.hear)
        self.client.on("connect_error", self.refuse)
        self.disconnected = threading.Event()
        self.client.on("disconnect", lambda *_: self.disconnected.set())
        self.refusal = None
        self.client.connect(
            server.url("/"), auth=auth, transports=transports or ["polling", "websocket"], wait_timeout=wait)
        self.welcome = self.wait_for("welcome")

    def hear(self, event, *arguments):
        with self.changed:
            self.heard.append((event, *arguments))
            self.changed.notify_all()

    def refuse(self, data):
        self.refusal = data

    def call(self, event, fields=None, timeout=20):
        return self.client.call(event, fields if fields is not None else {}, timeout=timeout)

    def do(self, event, fields=None):
        """Sends an event that has to work."""
        answer = self.call(event, fields)
        assert answer["ok"] is True, (event, fields, answer)
        return answer

    def refused(self, event, fields=None):
        """Sends an event that is to be refused, and gives the code."""
        answer = self.call(event, fields)
        assert answer["ok"] is False and isinstance(answer["message"], str), (event, fields, answer)
        return answer["code"]

    def wait_for(self, event, timeout=15, **fields):
        """The first thing heard of a name and with some fields; it is taken out."""
        end = time.monotonic() + timeout
        with self.changed:
            while True:
                for index, (name, *arguments) in enumerate(self.heard):
                    if name == event and all(arguments[0].get(key) == value for key, value in fields.items()):
                        del self.heard[index]
                        return arguments[0]
                left = end - time.monotonic()
                assert left > 0, f"no {event} {fields} among {self.heard}"
                self.changed.wait(left)

    def has_heard(self, event, **fields):
        with self.changed:
            return any(
                name == event and all(arguments[0].get(key) == value for key, value in fields.items())
                for name, *arguments in self.heard)

    def forget(self):
        with self.changed:
            self.heard.clear()

    def close(self):
        self.client.disconnect()
