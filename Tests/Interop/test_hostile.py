"""What somebody sends who means harm: an error for them, nothing for anybody else, and no memory that grows."""

import socket
import struct
import time

import pytest

import relay
from engine_client import Polling, is_closed, open_socket, opened_socket, request

GUEST = '40{"guest":""}'


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = relay.Server(
        tmp_path_factory.mktemp("hostile"),
        {"xml.port": relay.free_port(), "mim.port": relay.free_port(), "mim.bridgePorts": "", "log.level": "warning"}
    ).start()
    yield server
    assert server.stop() == 0


@pytest.fixture(autouse=True)
def others_notice_nothing(server):
    """Somebody who only listens is served before and after, and the server has not grown."""
    with server.line(guest="witness") as line:
        before = memory(server)
        yield
        assert line.ask("#whoami").startswith("@ret #whoami witness")
        assert memory(server) - before < 40_000_000


def memory(server):
    """Resident bytes."""
    with open(f"/proc/{server.pid}/statm") as file:
        return int(file.read().split()[1]) * 4096


def signed_in(server):
    websocket, _ = opened_socket(server)
    websocket.send(GUEST)
    assert websocket.recv().startswith("40{")
    assert websocket.recv().startswith('42["welcome"')
    return websocket


@pytest.mark.parametrize("packet", [
    "42" + "[" * 20_000 + "]" * 20_000,
    '42["room:list",' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "]",
    '451000000-["room:list"]',
    '4518446744073709551617-["room:list"]',
    '451-["room:list",{"_placeholder":true,"num":7}]',
    '451-["room:list",{"_placeholder":true,"num":-1}]',
    '452-["room:list",{"_placeholder":true,"num":1e99}]',
    '42["room:list",' + "1," * 200_000 + "1]",
    "4" + "2" * 100_000,
    "40/" + "x" * 100_000,
    '42["\\ud800',
])
def test_packets(server, packet):
    websocket = signed_in(server)
    websocket.send(packet)
    assert is_closed(websocket)


def test_attachments_without_end(server):
    websocket = signed_in(server)
    websocket.send('4532-["room:list"]')
    try:
        for _ in range(32):
            websocket.send_binary(b"\0" * 900_000)
    except OSError:
        pass
    assert is_closed(websocket)


def test_a_compressed_bomb(server):
    import zlib

    websocket, _ = opened_socket(server, header=["Sec-WebSocket-Extensions: permessage-deflate"])
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = compressor.compress(b"4" + b"x" * 200_000_000) + compressor.flush(zlib.Z_SYNC_FLUSH)
    frame = b"\xc1\xff" + struct.pack(">Q", len(bomb)) + b"\0\0\0\0" + bomb
    try:
        websocket.sock.sendall(frame)
    except OSError:
        pass
    assert is_closed(websocket)


def test_polls_that_are_too_large(server):
    client = Polling(server)
    try:
        assert client.post("4" + "x" * 2_000_000)[0] == 413
    except ConnectionError:
        pass
    # One that lies about its length is not waited for with memory.
    with socket.create_connection(("127.0.0.1", server.http_port)) as raw:
        raw.sendall(
            f"POST {client.base}&sid={client.sid} HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n".encode())
        raw.settimeout(10)
        assert b" 413 " in raw.recv(4096)


def test_a_poll_of_a_hundred_thousand_events(server):
    client = Polling(server)
    client.post(GUEST)
    while b"welcome" not in client.get()[1]:
        pass
    body = "\x1e".join(['42["nonsense"]'] * 60_000)
    status, _ = client.post(body)
    assert status in (200, 400)
    flood = "\x1e".join(['421["room:list"]'] * 50_000)
    assert client.post(flood)[0] in (200, 400)


def test_many_sessions_that_go_nowhere(server):
    for _ in range(300):
        assert request(server, "GET", "/socket.io/?EIO=4&transport=polling")[0] == 200
    half = [Polling(server) for _ in range(50)]
    for client in half:
        open_socket(server, sid=client.sid)


@pytest.mark.parametrize("port", ["http.port", "line.port", "xml.port", "mim.port"])
def test_slow_senders_hold_nothing_up(server, port):
    slow = [socket.create_connection(("127.0.0.1", server.config[port])) for _ in range(100)]
    for number in range(3):
        for connection in slow:
            connection.sendall([b"G", b"<", b"\0"][number % 3] if port != "mim.port" else b"\0" if number == 0 else b"")
        time.sleep(0.05)
    assert server.get("/healthz").status == 200
    for connection in slow:
        connection.close()


@pytest.mark.parametrize("data", [
    b"<!DOCTYPE a [" + b"".join(b'<!ENTITY l%d "&l%d;&l%d;">' % (n + 1, n, n) for n in range(30)) + b"]><a>&l30;</a>",
    b"<a>" * 20_000, b"<" + b"a" * 1_000_000, b"<a " + b"b='' " * 20_000, b"<a>" + b"&#x41;" * 50_000,
    b"<!--" + b"x" * 200_000, b"<?xml " + b" " * 200_000, b"\0" * 100_000,
])
def test_documents(server, data):
    with socket.create_connection(("127.0.0.1", server.config["xml.port"])) as raw:
        try:
            raw.sendall(data)
        except OSError:
            pass
        raw.settimeout(10)
        received = b""
        try:
            while chunk := raw.recv(65536):
                received += chunk
        except ConnectionError:
            return
        assert received.startswith(b"<ERROR reason=")


@pytest.mark.parametrize("data", [
    b"\xff\xff" + b"\0" * 65_535, struct.pack(">HHI", 8, 1, 0xFFFFFFF0) + b"ab", struct.pack(">HHI", 8, 1, 3) + b"ab",
    b"\x08\x00\x13\x88" + struct.pack(">I", 0x7F0) + b"\xd8\x00" * 0x3F8, b"\0\0" * 1000,
])
def test_blocks(server, data):
    with socket.create_connection(("127.0.0.1", server.config["mim.port"])) as raw:
        raw.settimeout(10)
        assert raw.recv(100).endswith(b"\n")
        try:
            raw.sendall(data)
            while raw.recv(65536):
                pass
        except ConnectionError:
            pass


def test_a_listener_who_does_not_read(server):
    slow, loud = signed_in(server), signed_in(server)
    for websocket in (slow, loud):
        websocket.send('420["room:create",{"room":"pit"}]')
        websocket.send('421["room:enter",{"room":"pit"}]')
    # Half a second's worth at a time, as the flood limit has it; nobody reads on the other side.
    loud.settimeout(0.01)
    text = "x" * 7000
    end = time.monotonic() + 3
    while time.monotonic() < end:
        loud.send(f'42["message:send",{{"room":"pit","text":"{text}"}}]')
        try:
            while True:
                loud.recv()
        except Exception:
            pass
    loud.settimeout(15)
    loud.send('429["room:members",{"room":"pit"}]')
    while not loud.recv().startswith("439["):
        pass
    slow.close()
    loud.close()
