"""What was acknowledged is on the disk: through kill -9, a full disk and a disk that cannot be written."""

import os
import pathlib
import random
import select
import subprocess

import pytest
import relay

CLIENTS = 50
MESSAGES = 400
# No #history gives more, so a client goes to a second room halfway.
ROOM = 200
WINDOW = 16
# Ten with RELAY_KILLS=10.
KILLS = int(os.environ.get("RELAY_KILLS", "2"))

NO_LIMITS = {"limits.messagesPerSecond": 0, "limits.connectionsPerAddress": 0, "limits.roomHistoryBytes": 1_048_576}


def room_name(round_number, client, number):
    return f"k{round_number}-{client}-{number // ROOM}"


class Talker:
    """A client that fills two rooms of its own, WINDOW messages ahead of the answers."""

    def __init__(self, server, round_number, index):
        self.round, self.index = round_number, index
        self.line = server.line(guest=f"g{round_number}-{index}")
        for first in range(0, MESSAGES, ROOM):
            assert self.line.ask(f"#createroom {room_name(round_number, index, first)}") == "@status 0"
        self.sent = self.acknowledged = self.unanswered = 0
        self.partial = b""
        # What is awaited: None for an entrance, else the number of a message.
        self.awaited = []

    @property
    def socket(self):
        return self.line.socket

    def send_more(self):
        out = b""
        while len(self.awaited) < WINDOW and self.sent < MESSAGES:
            if self.sent % ROOM == 0:
                out += f"#changeroom {room_name(self.round, self.index, self.sent)}\r\n".encode()
                self.awaited.append(None)
            out += f'#broadcast "{self.index}:{self.sent}"\r\n'.encode()
            self.awaited.append(self.sent)
            self.sent += 1
        if out:
            self.socket.sendall(out)

    def read(self):
        """Reads answers; how many messages they acknowledge."""
        data = self.partial + self.socket.recv(1 << 16)
        *lines, self.partial = data.split(b"\r\n")
        before = self.acknowledged
        for line in lines:
            if line.startswith(b"@status"):
                assert line == b"@status 0"
                number = self.awaited.pop(0)
                if number is not None:
                    assert number == self.acknowledged
                    self.acknowledged += 1
        return self.acknowledged - before


def kill_in_the_middle(server, round_number):
    """Has 50 clients send, and kills the server after some of 20,000 messages: the clients, with what they know."""
    talkers = [Talker(server, round_number, index) for index in range(CLIENTS)]
    total = CLIENTS * MESSAGES
    end = random.randrange(total // 10, total * 9 // 10)
    poll = select.epoll()
    by_number = {}
    for talker in talkers:
        by_number[talker.socket.fileno()] = talker
        poll.register(talker.socket.fileno(), select.EPOLLIN)
        talker.send_more()
    acknowledged = 0
    while acknowledged < end:
        for number, _ in poll.poll(20):
            acknowledged += by_number[number].read()
            by_number[number].send_more()
    server.kill9()
    for talker in talkers:
        # What the kernel still has was said before the end.
        try:
            while True:
                before = talker.acknowledged
                talker.socket.settimeout(2)
                talker.read()
                if talker.acknowledged == before and not talker.partial:
                    break
        except OSError:
            pass
        talker.line.close()
    return talkers


def check(server, talkers):
    """Nothing acknowledged is missing, nothing is there twice, and all is in order."""
    with server.line(guest="reader") as reader:
        for talker in talkers:
            found = []
            for first in range(0, MESSAGES, ROOM):
                room = room_name(talker.round, talker.index, first)
                assert reader.ask(f"#changeroom {room}") == "@status 0", f"{room} is lost"
                rows = reader.ask_rows(f"#history {ROOM}")
                found += [int(row.rsplit('"', 2)[1].split(":")[1]) for row in rows]
            assert found == list(range(len(found))), f"client {talker.index}: repeated, lost or out of order"
            assert talker.acknowledged <= len(found) <= talker.sent, f"client {talker.index} lost what was acknowledged"


def test_kill_in_the_middle_of_acknowledged_messages(make_server):
    server = make_server(NO_LIMITS)
    rounds = []
    for number in range(KILLS):
        rounds.append(kill_in_the_middle(server, number))
        server.start()
        check(server, rounds[-1])
    # What outlived one crash outlives the others.
    check(server, rounds[0])


# Disks


@pytest.fixture
def disk(tmp_path):
    """A disk of two megabytes, which needs the right to mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3M", "tmpfs", str(folder)], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def remount(folder, how):
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


def fill(folder):
    """Takes what room there is; the file that holds it."""
    ballast = folder / "ballast"
    with open(ballast, "wb") as file:
        try:
            while True:
                file.write(bytes(4096))
                file.flush()
        except OSError:
            pass
    return ballast


def stored(reader, room):
    assert reader.ask(f"#changeroom {room}") == "@status 0"
    return [int(row.rsplit('"', 2)[1].split(":")[1]) for row in reader.ask_rows("#history 200")]


def test_a_full_disk_stops_writing_and_nothing_else(make_server, disk):
    server = make_server(NO_LIMITS | {"data": str(disk / "data")})
    with server.line(guest="writer") as writer, server.line(guest="other") as other:
        assert writer.ask("#createroom box") == "@status 0"
        assert writer.ask("#changeroom box") == "@status 0"
        assert writer.ask('#broadcast "m:0"') == "@status 0"
        ballast = fill(disk)
        # The log that is there already may take a few more.
        accepted = [0]
        for number in range(1, 190):
            if writer.ask(f'#broadcast "m:{number}"') == "@status 0":
                accepted.append(number)
            else:
                break
        else:
            pytest.fail("the full disk took everything")
        assert "cannot store" in server.log and "full" in server.log
        # What does not need the disk goes on.
        assert other.ask("#whoami").startswith("@ret #whoami other Home")
        assert other.ask("#createroom late") == "@status -1"
        assert other.ask("#changeroom late") == "@status 3100"
        assert writer.ask('#broadcast "m:200"') == "@status -1"
        # Nobody saw what was refused, and what was accepted is there.
        assert stored(other, "box") == accepted
        ballast.unlink()
        assert writer.ask('#broadcast "m:201"') == "@status 0"
        assert other.ask("#createroom late") == "@status 0"
        accepted.append(201)
    server.kill9()
    server.start()
    with server.line(guest="reader") as reader:
        assert stored(reader, "box") == accepted
        assert reader.ask("#changeroom late") == "@status 0"
    assert server.stop() == 0


def test_a_disk_that_becomes_read_only_stops_writing_and_nothing_else(make_server, disk):
    # On another disk than the settings, which the test writes.
    server = make_server(NO_LIMITS | {"data": str(disk / "data")})
    with server.line(guest="writer") as writer:
        assert writer.ask("#createroom box") == "@status 0"
        assert writer.ask("#changeroom box") == "@status 0"
        assert writer.ask('#broadcast "m:0"') == "@status 0"
        if subprocess.run(["mount", "-o", "remount,ro", str(disk)], capture_output=True).returncode != 0:
            # Files are open for writing, as they have to be: the kernel refuses. Then a server that starts is all there is to see.
            pytest.skip("the kernel keeps a disk writable while files on it are open for writing")
        assert writer.ask('#broadcast "m:1"') == "@status -1"
        remount(disk, "rw")
        assert writer.ask('#broadcast "m:2"') == "@status 0"
        assert stored(writer, "box") == [0, 2]


def refusal_to_start(server):
    """The exit status and what is said by a server that must not start."""
    server.write_config()
    done = subprocess.run(
        [relay.binary(), "serve", "--config", str(server.config_path)], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stderr


def test_a_read_only_folder_is_told_at_the_start(make_server, disk):
    server = make_server(NO_LIMITS | {"data": str(disk / "data")})
    with server.line(guest="writer") as writer:
        assert writer.ask("#createroom box") == "@status 0"
    assert server.stop() == 0
    remount(disk, "ro")
    status, said = refusal_to_start(server)
    remount(disk, "rw")
    assert status == 78
    assert str(disk / "data") in said and "data" in said and len(said.strip().splitlines()) == 1
    # Nothing was harmed.
    server.start()
    with server.line(guest="reader") as reader:
        assert reader.ask("#changeroom box") == "@status 0"


def test_a_full_disk_is_told_at_the_start(make_server, disk):
    server = make_server(NO_LIMITS | {"data": str(disk / "data")}, start=False)
    ballast = fill(disk)
    status, said = refusal_to_start(server)
    ballast.unlink()
    assert status == 78
    assert "full" in said.lower() or "space" in said.lower(), said
    # An attempt that failed leaves nothing in the way.
    server.start()
    assert pathlib.Path(server.config["data"]).is_dir()
