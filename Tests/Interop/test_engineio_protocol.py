"""Engine.IO 4 against the real server, as the protocol's document describes it, with `socketIO.protocolTest` on:
every message comes back, pings every 300 ms, 200 ms to answer."""

import http.client
import socket as sockets
import time

import pytest
import websocket

import relay
from engine_client import Polling, is_closed, open_socket, opened_socket, request

# The protocol's own suite leaves 200 ms for the answer to a ping: a busy machine may need a second chance.
pytestmark = pytest.mark.second_chance

PATH = "/engine.io/"
INTERVAL = 0.3
TIMEOUT = 0.2


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = relay.Server(tmp_path_factory.mktemp("engine"), {"socketIO.protocolTest": True}).start()
    yield server
    server.stop()


@pytest.fixture
def client(server):
    return Polling(server, PATH)


def check_handshake(handshake, upgrades):
    assert set(handshake) == {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}
    assert isinstance(handshake["sid"], str) and len(handshake["sid"]) >= 20
    assert handshake["upgrades"] == upgrades
    assert (handshake["pingInterval"], handshake["pingTimeout"]) == (300, 200)
    assert handshake["maxPayload"] == 1_000_000


class TestHandshakeByPolling:
    def test_opens_a_session(self, client):
        check_handshake(client.handshake, ["websocket"])

    @pytest.mark.parametrize("query", ["transport=polling", "EIO=abc&transport=polling", "EIO=3&transport=polling"])
    def test_another_version_is_refused(self, server, query):
        assert request(server, "GET", f"{PATH}?{query}")[0] == 400

    @pytest.mark.parametrize("query", ["EIO=4", "EIO=4&transport=abc"])
    def test_another_transport_is_refused(self, server, query):
        assert request(server, "GET", f"{PATH}?{query}")[0] == 400

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    def test_another_method_is_refused(self, server, method):
        assert request(server, method, f"{PATH}?EIO=4&transport=polling")[0] == 400

    def test_an_unknown_session_is_refused(self, server):
        status, _, body = request(server, "GET", f"{PATH}?EIO=4&transport=polling&sid=abc")
        assert status == 400 and b"Session ID unknown" in body


class TestHandshakeByWebSocket:
    def test_opens_a_session(self, server):
        socket, handshake = opened_socket(server, PATH)
        check_handshake(handshake, [])
        socket.close()

    @pytest.mark.parametrize("query", ["transport=websocket", "EIO=abc&transport=websocket"])
    def test_another_version_is_refused(self, server, query):
        with pytest.raises(websocket.WebSocketBadStatusException) as error:
            open_socket(server, PATH, query=query)
        assert error.value.status_code == 400

    @pytest.mark.parametrize("query", ["EIO=4", "EIO=4&transport=abc"])
    def test_another_transport_is_refused(self, server, query):
        with pytest.raises(websocket.WebSocketBadStatusException) as error:
            open_socket(server, PATH, query=query)
        assert error.value.status_code == 400


class TestMessagesByPolling:
    def test_one_packet(self, client):
        assert client.post("4hello") == (200, b"ok")
        assert client.packets() == [b"4hello"]

    def test_several_packets(self, client):
        assert client.post("4test1\x1e4test2\x1e4test3") == (200, b"ok")
        assert client.packets() == [b"4test1", b"4test2", b"4test3"]

    def test_text_and_binary_packets(self, client):
        assert client.post("4hello\x1ebAQIDBA==") == (200, b"ok")
        assert client.packets() == [b"4hello", b"bAQIDBA=="]

    def test_text_of_every_kind(self, client):
        text = "é€😀 \u0001 \"\\ \n".encode()
        assert client.post(b"4" + text)[0] == 200
        assert client.packets() == [b"4" + text]

    @pytest.mark.parametrize("body", ["abc", "", "4a\x1e", "b*", "4a\x1eabc"])
    def test_a_malformed_packet_ends_the_session(self, client, body):
        assert client.post(body)[0] == 400
        assert client.get()[0] == 400

    def test_a_second_poll_ends_the_session(self, client):
        first = client.poll_later()
        time.sleep(0.05)
        assert client.get()[0] == 400
        assert first() == (200, b"1")
        assert client.get()[0] == 400

    def test_a_cancelled_poll_ends_the_session(self, server, client):
        connection = http.client.HTTPConnection("127.0.0.1", server.http_port)
        connection.request("GET", f"{client.base}&sid={client.sid}")
        time.sleep(0.05)
        connection.close()
        relay.eventually(lambda: client.post("4hello")[0] == 400)

    def test_a_body_that_is_too_large_is_refused(self, server, client):
        assert client.post("4" + "x" * 999_000)[0] == 200
        assert [packet for packet in client.packets() if packet != b"2"] == [b"4" + b"x" * 999_000]
        try:
            assert client.post("4" + "x" * 1_000_001)[0] == 413
        except ConnectionError:
            pass  # The answer may come before the body is out.


class TestMessagesByWebSocket:
    def test_text(self, server):
        socket, _ = opened_socket(server, PATH)
        socket.send("4hello é😀")
        assert socket.recv() == "4hello é😀"
        socket.close()

    def test_binary(self, server):
        socket, _ = opened_socket(server, PATH)
        socket.send_binary(b"\x01\x02\x03\x04")
        assert socket.recv() == b"\x01\x02\x03\x04"
        socket.close()

    @pytest.mark.parametrize("packet", ["abc", "", "0", "6"])
    def test_a_malformed_packet_closes(self, server, packet):
        socket, _ = opened_socket(server, PATH)
        socket.send(packet)
        assert is_closed(socket)

    def test_fragments_and_large_messages(self, server):
        socket, _ = opened_socket(server, PATH)
        text = "4" + "é" * 100_000
        half = len(text) // 2
        socket.send_frame(websocket.ABNF(0, 0, 0, 0, websocket.ABNF.OPCODE_TEXT, 1, text[:half].encode()))
        socket.ping("between")
        socket.send_frame(websocket.ABNF(1, 0, 0, 0, websocket.ABNF.OPCODE_CONT, 1, text[half:].encode()))
        received = []
        while len(received) < 2:
            opcode, data = socket.recv_data(control_frame=True)
            if (opcode, data) != (websocket.ABNF.OPCODE_TEXT, b"2"):
                received.append((opcode, data))
        assert received == [(websocket.ABNF.OPCODE_PONG, b"between"), (websocket.ABNF.OPCODE_TEXT, text.encode())]
        socket.close()

    def test_a_message_that_is_too_large_closes(self, server):
        socket, _ = opened_socket(server, PATH)
        try:
            socket.send("4" + "x" * 1_000_001)
        except OSError:
            pass
        assert is_closed(socket)


class TestHeartbeat:
    def test_by_polling(self, client):
        for _ in range(3):
            assert client.packets() == [b"2"]
            assert client.post("3")[0] == 200

    def test_a_poll_after_the_timeout_is_refused(self, client):
        time.sleep(INTERVAL + TIMEOUT)
        assert client.get()[0] == 400

    def test_by_websocket(self, server):
        socket, _ = opened_socket(server, PATH)
        for _ in range(3):
            assert socket.recv() == "2"
            socket.send("3")
        socket.close()

    def test_a_silent_websocket_is_closed(self, server):
        socket, _ = opened_socket(server, PATH)
        assert is_closed(socket)


class TestClose:
    def test_by_polling(self, client):
        poll = client.poll_later()
        time.sleep(0.05)
        assert client.post("1") == (200, b"ok")
        assert poll() == (200, b"6")
        assert client.get()[0] == 400

    def test_by_websocket(self, server):
        socket, _ = opened_socket(server, PATH)
        socket.send("1")
        assert is_closed(socket)


class TestUpgrade:
    def upgraded(self, client):
        socket = client.upgrade()
        socket.send("2probe")
        assert socket.recv() == "3probe"
        socket.send("5")
        return socket

    def test_from_polling_to_websocket(self, client):
        socket = self.upgraded(client)
        socket.send("4hello")
        assert socket.recv() == "4hello"
        socket.close()

    def test_a_poll_that_waits_ends_with_noop(self, client):
        poll = client.poll_later()
        time.sleep(0.05)
        socket = self.upgraded(client)
        assert poll() == (200, b"6")
        socket.close()

    def test_what_was_waiting_comes_over_the_websocket(self, client):
        assert client.post("4before")[0] == 200
        socket = self.upgraded(client)
        assert socket.recv() == "4before"
        socket.close()

    def test_requests_after_the_upgrade_are_refused(self, client):
        socket = self.upgraded(client)
        assert client.get()[0] == 400
        assert client.post("4abc")[0] == 400
        socket.send("4hello")
        assert socket.recv() == "4hello"
        socket.close()

    def test_a_second_websocket_is_refused(self, client):
        socket = self.upgraded(client)
        second = client.upgrade()
        assert is_closed(second)
        socket.send("4hello")
        assert socket.recv() == "4hello"
        socket.close()

    def test_a_websocket_for_an_unknown_session_is_refused(self, server):
        with pytest.raises(websocket.WebSocketBadStatusException) as error:
            open_socket(server, PATH, sid="abc")
        assert error.value.status_code == 400

    def test_a_half_open_upgrade_leaves_polling_as_it_was(self, client):
        socket = client.upgrade()
        socket.send("2probe")
        assert socket.recv() == "3probe"
        socket.sock.shutdown(sockets.SHUT_RDWR)
        socket.close()
        time.sleep(0.05)
        assert client.post("4still")[0] == 200
        assert b"4still" in client.packets()
