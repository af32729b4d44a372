"""The MIM protocol with Qt's QDataStream on the other side, and the bridge to everybody else."""

import random
import struct

import pytest

pytest.importorskip("PyQt5.QtCore")

import relay  # noqa: E402
from mim_client import MIMClient, login  # noqa: E402


def bridge_ports():
    first = random.randrange(33000, 59000)
    return f"{first}-{first + 20}"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = relay.Server(
        tmp_path_factory.mktemp("mim"), {"mim.port": relay.free_port(), "mim.bridgePorts": bridge_ports()}).start()
    server.add_account("ann", "secret")
    yield server
    server.stop()


@pytest.fixture
def connect(server):
    clients = []

    def connect(name=None):
        clients.append(MIMClient(server, name))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


def test_the_table(connect):
    mimi = connect("mimi")
    assert mimi.welcome
    assert mimi.table == [("mimi", "127.0.0.1", mimi.port)]
    zoé = connect("zoé😀")
    mimi.wait(lambda: mimi.names() == ["mimi", "zoé😀"])
    assert zoé.names() == ["mimi", "zoé😀"]
    zoé.close()
    mimi.wait(lambda: mimi.names() == ["mimi"])


def test_blocks_in_pieces(connect):
    client = connect()
    for byte in login("slow", client.port):
        client.socket.sendall(bytes([byte]))
    client.wait(lambda: client.names() == ["slow"])


def test_the_same_name_twice(connect):
    first, second = connect("twin"), connect("twin")
    first.wait(lambda: first.names() == ["twin", "twin"])
    second.wait(lambda: second.names() == ["twin", "twin"])
    second.close()
    first.wait(lambda: first.names() == ["twin"])


def test_an_accounts_name_is_refused(connect):
    client = connect()
    client.log_in("ann")
    assert client.is_closed()


STRING = "a".encode("utf-16-be")


@pytest.mark.parametrize("data", [
    b"\x00\x00", b"\x00\x01\x00", b"\x08\x01" + b"x" * 100, b"\xff\xff", login("mimi", 0), login("", 5000),
    login("x" * 31, 5000), login("é" * 16, 5000), login(None, 5000),
    struct.pack(">HHI", 8, 5000, 4) + STRING, struct.pack(">HHI", 8, 5000, 0xFFFFFFFE) + STRING,
    struct.pack(">HHI", 9, 5000, 2) + STRING + b"x", struct.pack(">HHI", 7, 5000, 1) + b"a",
    struct.pack(">HHI", 8, 5000, 2) + b"\xd8\x3d", struct.pack(">HHI", 8, 5000, 0x7FFFFFFF) + STRING,
    login("mimi", 5000) + login("mimi", 5000),
])
def test_a_wrong_block_closes_and_harms_nobody(connect, data):
    other = connect("other")
    client = connect()
    client.socket.sendall(data)
    assert client.is_closed()
    probe = connect("probe")
    other.wait(lambda: "probe" in other.names())
    assert "mimi" not in probe.names()


def test_guests_switched_off(tmp_path):
    server = relay.Server(tmp_path, {"mim.port": relay.free_port(), "guests.canEnter": False}).start()
    try:
        client = MIMClient(server)
        assert "uest" in client.welcome
        assert client.is_closed()
    finally:
        server.stop()


def test_the_bridge_from_mim(connect, server):
    mimi = connect("mimi")
    with server.line("ann", "secret") as ann:
        chat = mimi.chat("ann")
        chat.sendall("mimi\nhello ann é\r\nsecond\n".encode())
        assert ann.message() == '@mess #sendto mimi "hello ann é"'
        assert ann.message() == '@mess #sendto mimi "second"'
        chat.close()
    mimi.wait(lambda: "ann" not in mimi.names())


def test_a_stranger_at_the_bridge_is_closed(connect, server):
    mimi = connect("mimi")
    with server.line("ann", "secret") as ann:
        chat = mimi.chat("ann")
        chat.sendall(b"somebody\nhello\n")
        assert chat.recv(10) == b""
        long = mimi.chat("ann")
        long.sendall(b"mimi\n" + b"x" * 2000)
        assert long.recv(10) == b""
        assert ann.ask("#whoami").startswith("@ret #whoami ann")
