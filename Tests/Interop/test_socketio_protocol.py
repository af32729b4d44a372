"""Socket.IO 5 against the real server, as the protocol's document describes it, with `socketIO.protocolTest` on:
the namespaces `/` and `/custom` send `auth` after the connect; `message` and `message-with-ack` come back."""

import json
import time

import pytest
import websocket

import relay
from engine_client import Polling, is_closed, open_socket, opened_socket, request

# The protocol's own suite leaves 200 ms for the answer to a ping: a busy machine may need a second chance.
pytestmark = pytest.mark.second_chance

INTERVAL = 0.3
TIMEOUT = 0.2


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = relay.Server(tmp_path_factory.mktemp("socket"), {"socketIO.protocolTest": True}).start()
    yield server
    server.stop()


@pytest.fixture
def socket(server):
    """A WebSocket that has connected to no namespace."""
    socket, _ = opened_socket(server)
    yield socket
    socket.close()


@pytest.fixture
def connected(socket):
    """A WebSocket that is in the main namespace."""
    connect(socket)
    return socket


def receive(socket):
    """The next message; pings are answered on the way."""
    while True:
        packet = socket.recv()
        if packet != "2":
            return packet
        socket.send("3")


def connect(socket, namespace="", auth=""):
    socket.send(f"40{namespace}{auth}")
    answer = receive(socket)
    assert answer.startswith(f"40{namespace}")
    sid = json.loads(answer[2 + len(namespace):])
    assert set(sid) == {"sid"}
    assert receive(socket) == f'42{namespace}["auth",{auth or "{}"}]'
    return sid["sid"]


class TestTransport:
    """What lies below, on this path too."""

    def test_opens_by_polling(self, server):
        handshake = Polling(server).handshake
        assert handshake["upgrades"] == ["websocket"]
        assert (handshake["pingInterval"], handshake["pingTimeout"], handshake["maxPayload"]) == (300, 200, 1_000_000)

    @pytest.mark.parametrize("query", ["transport=polling", "EIO=abc&transport=polling"])
    def test_polling_needs_the_version(self, server, query):
        assert request(server, "GET", f"/socket.io/?{query}")[0] == 400

    @pytest.mark.parametrize("query", ["EIO=4", "EIO=4&transport=abc"])
    def test_polling_needs_a_transport(self, server, query):
        assert request(server, "GET", f"/socket.io/?{query}")[0] == 400

    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_polling_begins_with_get(self, server, method):
        assert request(server, method, "/socket.io/?EIO=4&transport=polling")[0] == 400

    def test_opens_by_websocket(self, server):
        socket, handshake = opened_socket(server)
        assert handshake["upgrades"] == []
        socket.close()

    @pytest.mark.parametrize(
        "query", ["transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=abc"])
    def test_a_websocket_needs_version_and_transport(self, server, query):
        with pytest.raises(websocket.WebSocketBadStatusException):
            open_socket(server, query=query)

    def test_heartbeat_by_polling(self, server):
        client = Polling(server)
        for _ in range(3):
            assert client.packets() == [b"2"]
            assert client.post("3")[0] == 200

    def test_timeout_by_polling(self, server):
        client = Polling(server)
        time.sleep(INTERVAL + TIMEOUT)
        assert client.get()[0] == 400

    def test_heartbeat_by_websocket(self, socket):
        for _ in range(3):
            assert socket.recv() == "2"
            socket.send("3")

    def test_timeout_by_websocket(self, socket):
        assert is_closed(socket)

    def test_close_by_polling(self, server):
        client = Polling(server)
        poll = client.poll_later()
        time.sleep(0.05)
        assert client.post("1")[0] == 200
        assert poll() == (200, b"6")
        assert client.get()[0] == 400

    def test_close_by_websocket(self, socket):
        socket.send("1")
        assert is_closed(socket)

    def test_upgrade(self, server):
        client = Polling(server)
        socket = client.upgrade()
        socket.send("2probe")
        assert socket.recv() == "3probe"
        socket.send("5")
        assert client.get()[0] == 400
        assert is_closed(client.upgrade())
        connect(socket)
        socket.close()


class TestConnect:
    def test_the_main_namespace(self, socket):
        assert connect(socket)

    def test_the_main_namespace_with_a_payload(self, socket):
        connect(socket, auth='{"token":"123"}')

    def test_a_custom_namespace(self, socket):
        connect(socket, "/custom,")

    def test_a_custom_namespace_with_a_payload(self, socket):
        connect(socket, "/custom,", '{"token":"abc"}')

    def test_an_unknown_namespace_is_refused(self, socket):
        socket.send("40/random")
        assert receive(socket) == '44/random,{"message":"Invalid namespace"}'

    def test_ids_differ(self, socket):
        assert connect(socket) != connect(socket, "/custom,")

    @pytest.mark.parametrize("packet", ["4abc", '40"x"', "40[]", "40{"])
    def test_a_wrong_handshake_closes(self, socket, packet):
        socket.send(packet)
        assert is_closed(socket)

    def test_whoever_connects_to_nothing_is_closed(self, socket):
        # Pings are answered, so that it is not for them.
        end = time.monotonic() + 5
        try:
            while time.monotonic() < end:
                opcode, data = socket.recv_data()
                if opcode == websocket.ABNF.OPCODE_CLOSE:
                    return
                if data == b"2":
                    socket.send("3")
        except (websocket.WebSocketConnectionClosedException, ConnectionError):
            return
        raise AssertionError("still open")


class TestDisconnect:
    def test_from_the_main_namespace_with_another_left(self, connected):
        connect(connected, "/custom,")
        connected.send("41")
        connected.send('42/custom,["message","x"]')
        connected.send('40')
        assert receive(connected).startswith("40{")

    def test_from_a_custom_namespace(self, connected):
        connect(connected, "/custom,")
        connected.send("41/custom,")
        connected.send('42["message","hello"]')
        assert receive(connected) == '42["message-back","hello"]'

    def test_the_last_namespace_leaves_the_connection(self, connected):
        connected.send("41")
        assert connected.recv() == "2"


class TestMessages:
    def test_text(self, connected):
        connected.send('42["message",1,"2",{"3":[true]}]')
        assert receive(connected) == '42["message-back",1,"2",{"3":[true]}]'

    def test_text_byte_for_byte(self, connected):
        arguments = '{"b":1.0 ,"a":"\\/\\u00e9é" },[1e3,-0,""]'
        connected.send(f'42["message",{arguments}]')
        assert receive(connected) == f'42["message-back",{arguments}]'

    def test_acknowledgement(self, connected):
        connected.send('42456["message-with-ack",1,"2",{"3":[false]}]')
        assert receive(connected) == '43456[1,"2",{"3":[false]}]'

    def test_binary(self, connected):
        head = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}'
        connected.send(f'452-["message",{head}]')
        connected.send_binary(b"\x01\x02\x03")
        connected.send_binary(b"\x04\x05\x06")
        assert receive(connected) == f'452-["message-back",{head}]'
        assert receive(connected) == b"\x01\x02\x03"
        assert receive(connected) == b"\x04\x05\x06"

    def test_binary_acknowledgement(self, connected):
        head = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}'
        connected.send(f'452-789["message-with-ack",{head}]')
        connected.send_binary(b"\x01\x02\x03")
        connected.send_binary(b"\x04\x05\x06")
        assert receive(connected) == f"462-789[{head}]"
        assert receive(connected) == b"\x01\x02\x03"
        assert receive(connected) == b"\x04\x05\x06"

    def test_binary_by_polling(self, server):
        client = Polling(server)
        assert client.post('40\x1e451-["message",{"_placeholder":true,"num":0}]\x1ebAQIDBA==')[0] == 200
        packets = []
        while len(packets) < 4:
            packets += [packet for packet in client.packets() if packet != b"2"]
        assert packets[2:] == [b'451-["message-back",{"_placeholder":true,"num":0}]', b"bAQIDBA=="]

    @pytest.mark.parametrize(
        "packet", ["4abc", "42{}", '42abc["message-with-ack",1]', "42[]", '42["message"', "45", '451["message"]', "49[]"])
    def test_what_is_malformed_closes(self, connected, packet):
        connected.send(packet)
        assert is_closed(connected)

    def test_an_event_for_a_namespace_that_was_not_connected_to_closes(self, connected):
        connected.send('42/custom,["message"]')
        assert is_closed(connected)
