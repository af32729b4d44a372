"""Runs the server for a test: a process of its own, with a data folder of its own and free ports.

    server = relay.Server(tmp_path, config={"guests.canSpeak": False})
    server.start()
    server.cli("account", "add", "ann", "--password-stdin", input="secret")
    token = server.sign_in("ann", "secret")
    line = server.line("ann", "secret")
    server.kill9(); server.start()
    server.stop()
"""

import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Proxies of the machine have no business between us and our own server.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def binary():
    """The program under test: MEDIA_RELAY_BIN, or what was built last (release before debug)."""
    named = os.environ.get("MEDIA_RELAY_BIN")
    if named:
        return named
    for kind in ("release", "debug"):
        path = ROOT / ".build" / kind / "media-relay"
        if path.exists():
            return str(path)
    raise RuntimeError("media-relay is not built: run `swift build` first, or set MEDIA_RELAY_BIN")


def free_port(kind=socket.SOCK_STREAM):
    """A port that nobody uses now, from those that the kernel does not hand out by itself."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def free_udp_range(count=200):
    """The first of `count` UDP ports in a row of which none is in use, even."""
    while True:
        first = random.randrange(32000, 60000 - count) & ~1
        probes = []
        try:
            for port in range(first, first + count):
                probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                probes.append(probe)
                probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()


def eventually(check, timeout=10):
    """Waits until something holds that happens soon after it was asked for."""
    end = time.monotonic() + timeout
    while not check():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


class Answer:
    """What the server answered to an HTTP request."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Server:
    """One server. `config` holds settings by their dotted key; what it does not name has a default fit for tests."""

    def __init__(self, folder, config=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        rtp = free_udp_range()
        self.config = {
            "listen": ["127.0.0.1"],
            "data": str(self.folder / "data"),
            "http.port": free_port(),
            "line.port": free_port(),
            "xml.port": 0,
            "mim.port": 0,
            "media.port": 0,
            "media.rtpPorts": f"{rtp}-{rtp + 199}",
            "log.level": "debug",
        }
        self.config.update(config or {})
        self.config_path = self.folder / "relay.yaml"
        self.log_path = self.folder / "server.log"
        self.ready_line = None
        self.process = None

    @property
    def http_port(self):
        return self.config["http.port"]

    @property
    def line_port(self):
        return self.config["line.port"]

    @property
    def pid(self):
        return self.process.pid

    @property
    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def url(self, path):
        return f"http://127.0.0.1:{self.http_port}{path}"

    def write_config(self):
        # JSON values are YAML values too.
        lines = [f"{key}: {json.dumps(value)}\n" for key, value in self.config.items()]
        self.config_path.write_text("".join(lines))

    def start(self, timeout=20):
        """Starts the server and waits until it is ready."""
        self.write_config()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [binary(), "serve", "--config", str(self.config_path)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        # The line comes when the doors are open; if the program ends instead, so does its output.
        self.ready_line = self.process.stdout.readline().decode().rstrip("\n")
        if not self.ready_line:
            self.process.wait()
            raise RuntimeError(f"the server did not start (exit {self.process.returncode}):\n{self.log}")
        if self.http_port:
            end = time.monotonic() + timeout
            while self.get("/readyz").status != 200:
                if time.monotonic() > end:
                    raise RuntimeError(f"the server is not ready after {timeout} s:\n{self.log}")
                time.sleep(0.02)
        return self

    def stop(self, timeout=20):
        """Ends the server as an operator does, and gives its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"the server did not end {timeout} s after SIGTERM:\n{self.log}")
        finally:
            self.process.stdout.close()
            self.process = None

    def kill9(self):
        """Ends the server as a crash does."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    def reload(self, **config):
        """Writes other settings (dots in keys as __) and tells the server to read them."""
        self.config.update({key.replace("__", "."): value for key, value in config.items()})
        self.write_config()
        self.process.send_signal(signal.SIGHUP)

    def cli(self, *arguments, input=None, check=True, timeout=60):
        """Runs a command of the program beside the server (or without one); gives the finished process, texts in it."""
        done = subprocess.run(
            [binary(), *arguments, "--config", str(self.config_path)],
            input=input, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise RuntimeError(f"media-relay {' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
        return done

    def add_account(self, name, password):
        self.cli("account", "add", name, "--password-stdin", input=password)

    # HTTP

    def request(self, method, path, body=None, **more):
        return self.request_at(self.http_port, method, path, body, **more)

    def request_at(self, port, method, path, body=None, headers=None, token=None, timeout=30):
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body, headers=headers, method=method)
        try:
            with _opener.open(request, timeout=timeout) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, body=body, **more)

    def sign_in(self, user=None, password=None, guest=None):
        """The token of an account or a guest."""
        body = {"guest": guest} if guest is not None else {"user": user, "password": password}
        answer = self.post("/api/v1/sign-in", body)
        assert answer.status == 200, answer
        return answer.json["token"]

    def offer(self, room, sdp, token, **query):
        """Posts an SDP offer; gives the answer as it came (201 with the SDP where it worked)."""
        path = f"/api/v1/rooms/{urllib.parse.quote(room, safe='')}/sessions"
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self.post(path, sdp, token=token, headers={"Content-Type": "application/sdp"})

    # The line protocol

    def line(self, user=None, password=None, guest=None):
        """A connection to the line port, signed in where a name is given."""
        connection = Line(self.line_port)
        if guest is not None:
            assert connection.ask(f"#login anon {guest}") == "@status 0"
        elif user is not None:
            assert connection.ask(f"#login regd {user} {password}") == "@status 0"
        return connection


class Line:
    """A client of the line protocol."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=15)
        self.received = b""

    def send(self, line):
        self.socket.sendall(line.encode() + b"\r\n")

    def send_bytes(self, data):
        self.socket.sendall(data)

    def read(self, timeout=15):
        """The next line, without its end; None where the server has closed the connection."""
        self.socket.settimeout(timeout)
        while b"\r\n" not in self.received:
            try:
                chunk = self.socket.recv(65536)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                return None
            self.received += chunk
        line, self.received = self.received.split(b"\r\n", 1)
        return line.decode()

    def reply(self, timeout=15):
        """The next line that answers a command; messages between are kept in `messages`."""
        while True:
            line = self.read(timeout)
            if line is None or not line.startswith("@mess"):
                return line
            self.messages.append(line)

    @property
    def messages(self):
        return self.__dict__.setdefault("_messages", [])

    def message(self, timeout=15):
        """The next `@mess` line, those that came between replies first."""
        if self.messages:
            return self.messages.pop(0)
        return self.read(timeout)

    def ask(self, command):
        """Sends a command and gives the first line of its reply."""
        self.send(command)
        return self.reply()

    def ask_rows(self, command):
        """Sends a command that is answered with a list; gives its rows."""
        head = self.ask(command)
        assert head is not None and head.startswith("@ret"), head
        return [self.read() for _ in range(int(head.split(" ")[2]))]

    def is_closed(self, timeout=15):
        """Reads until the server has closed the connection."""
        while self.read(timeout) is not None:
            pass
        return True

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
