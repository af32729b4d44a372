"""The loads of README.md: each starts a server of its own, applies its work and prints what the server's CPU did for it."""

import os
import pathlib
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Tests/Interop"))

from media_clients import free_port_pairs, make_offer, sections  # noqa: E402
from relay import Server, binary  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
TEXT = b"x" * 100


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


class Measured:
    """The server's CPU-seconds and the wall-clock seconds of a block."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.cpu, self.wall = cpu_seconds(self.server.pid), time.monotonic()
        return self

    def __exit__(self, *_):
        self.cpu = cpu_seconds(self.server.pid) - self.cpu
        self.wall = time.monotonic() - self.wall


def report(name, count, unit, measured):
    print(f"{name:8} {count / measured.cpu:>12,.0f} {unit} per CPU-second"
          f"   ({count:,} in {measured.wall:.1f} s, {measured.cpu / measured.wall:.2f} of a core)", flush=True)


def clients(server, count, room=None):
    """Line connections, logged in as guests."""
    connections = []
    for number in range(count):
        connection = socket.create_connection(("127.0.0.1", server.line_port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(f"#login anon u{number}\r\n".encode())
        answers = 1
        if room:
            connection.sendall(f"#changeroom {room}\r\n".encode())
            answers = 2
        received = b""
        while received.count(b"@status 0\r\n") < answers:
            received += connection.recv(65_536)
        connections.append(connection)
    return connections


def exchange(connections, commands, window, total):
    """Keeps `window` commands in flight on each connection that has one until `total` deliveries have come: how many were sent."""
    poll = select.epoll()
    by_number = {}
    waiting, rest = {}, {}
    for index, connection in enumerate(connections):
        by_number[connection.fileno()] = index
        rest[index] = b""
        poll.register(connection.fileno(), select.EPOLLIN)
    sent = delivered = 0
    for index, command in commands.items():
        connections[index].sendall(command * window)
        waiting[index] = window
        sent += window
    while delivered < total or any(waiting.values()):
        events = poll.poll(10)
        if not events:
            raise SystemExit(f"deliveries are missing: {delivered} of {total}, {sum(waiting.values())} unanswered")
        for number, _ in events:
            index = by_number[number]
            data = rest[index] + connections[index].recv(1 << 18)
            end = data.rfind(b"\n") + 1
            lines, rest[index] = data[:end], data[end:]
            answers = lines.count(b"@status 0")
            delivered += lines.count(b"@mess #")
            if not answers:
                continue
            waiting[index] -= answers
            if delivered < total:
                connections[index].sendall(commands[index] * answers)
                waiting[index] += answers
                sent += answers
    return sent, delivered


def settings(**more):
    config = {
        "storage": {"history": False},
        "limits": {"messagesPerSecond": 0, "connectionsPerAddress": 0},
    }
    config.update(more)
    return config


def pairs(folder):
    server = Server(folder, config=settings())
    server.start()
    connections = clients(server, 100)
    commands = {index: b'#sendto u%d "%s"\r\n' % (index ^ 1, TEXT) for index in range(100)}
    with Measured(server) as measured:
        sent, _ = exchange(connections, commands, 32, 200_000)
    report("pairs", sent, "messages", measured)
    server.stop()


def room(folder):
    server = Server(folder, config=settings())
    server.start()
    connections = clients(server, 50)
    commands = {index: b'#broadcast "%s"\r\n' % TEXT for index in range(10)}
    with Measured(server) as measured:
        _, delivered = exchange(connections, commands, 8, 1_000_000)
    report("room", delivered, "deliveries", measured)
    server.stop()


def drain(sockets, counts, stop):
    poll = select.epoll()
    by_number = {}
    for index, receiver in enumerate(sockets):
        receiver.setblocking(False)
        by_number[receiver.fileno()] = index
        poll.register(receiver.fileno(), select.EPOLLIN)
    while not stop.is_set():
        for number, _ in poll.poll(0.2):
            try:
                while True:
                    sockets[by_number[number]].recv(2_048)
                    counts[by_number[number]] += 1
            except BlockingIOError:
                pass


def listeners(server, count, kind):
    """Sessions that only receive: their sockets."""
    sockets = []
    for number in range(count):
        port = free_port_pairs(1)[0]
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        receiver.bind(("127.0.0.1", port))
        offer = make_offer(port if kind == "audio" else None, [port] if kind == "video" else [], direction="recvonly")
        token = server.sign_in(guest=f"l{number}")
        answer = server.offer("studio", offer, token)
        assert answer.status == 201, answer
        sockets.append(receiver)
    return sockets


def forward(folder):
    server = Server(folder, config=settings())
    server.start()
    server.cli("room", "create", "studio", "--kind", "video")
    port = free_port_pairs(1)[0]
    token = server.sign_in(guest="sender")
    answer = server.offer("studio", make_offer(None, [port], direction="sendonly"), token)
    assert answer.status == 201, answer
    target = ("127.0.0.1", sections(answer.text)[0].port)
    sockets = listeners(server, 100, "video")
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind(("127.0.0.1", port))
    counts, stop = [0] * len(sockets), threading.Event()
    reader = threading.Thread(target=drain, args=(sockets, counts, stop))
    reader.start()
    sequence = frames = 0
    with Measured(server) as measured:
        start = time.monotonic()
        while time.monotonic() - start < 10:
            for part in range(5):
                key = b"\x10\x10\x00\x00\x9d\x01\x2a\x40\x01\xf0\x00" if part == 0 and frames % 25 == 0 else (
                    b"\x10\x11\x00\x00" if part == 0 else b"\x00\x11\x00\x00")
                header = struct.pack("!BBHII", 0x80, 97 | (0x80 if part == 4 else 0), sequence & 0xFFFF, frames * 3_600, 77)
                sender.sendto(header + key.ljust(1_100, b"\xaa"), target)
                sequence += 1
            frames += 1
            time.sleep(max(0, start + frames * 0.04 - time.monotonic()))
        time.sleep(0.5)
    stop.set()
    reader.join()
    assert min(counts) >= sequence * 0.99, f"{min(counts)} of {sequence} packets arrived"
    report("forward", sum(counts), "packets out", measured)
    server.stop()


def mix(folder):
    server = Server(folder, config=settings())
    server.start()
    server.cli("room", "create", "studio", "--kind", "audio")
    sockets = listeners(server, 100, "audio")
    speakers = [
        subprocess.Popen([binary(), "call", "studio", "--send", f"tone:{300 * (number + 1)}", "--seconds", "16",
                          "--server", server.url("").rstrip("/")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for number in range(3)
    ]
    counts, stop = [0] * len(sockets), threading.Event()
    reader = threading.Thread(target=drain, args=(sockets, counts, stop))
    reader.start()
    time.sleep(3)
    before = list(counts)
    with Measured(server) as measured:
        time.sleep(10)
    heard = [after - earlier for earlier, after in zip(before, counts)]
    for speaker in speakers:
        speaker.wait()
    stop.set()
    reader.join()
    # An RTCP report a second comes to another port; 50 packets a second are the mix.
    assert min(heard) >= 490, f"{min(heard)} packets of the mix in 10 s"
    print(f"mix      {measured.cpu / measured.wall:>12.3f} of a core for three speakers and 100 listeners"
          f"   ({sum(heard):,} packets out)", flush=True)
    server.stop()


LOADS = {"pairs": pairs, "room": room, "forward": forward, "mix": mix}

if __name__ == "__main__":
    for name in sys.argv[1:] or LOADS:
        if name not in LOADS:
            raise SystemExit(f"There is no load {name}: {', '.join(LOADS)}.")
        with tempfile.TemporaryDirectory() as folder:
            LOADS[name](pathlib.Path(folder))
