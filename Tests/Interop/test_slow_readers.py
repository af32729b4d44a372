"""More than there is room for: what a slow reader loses first, floods, and sign-ins by the hundred."""

import select
import socket

import relay
from test_connections import small_buffers

NO_FLOOD_LIMIT = {"limits.messagesPerSecond": 0, "limits.connectionsPerAddress": 0}
TEXT = "x" * 900


def sign_in(connection, name):
    connection.sendall(f"#login anon {name}\r\n".encode())
    assert connection.recv(100) == b"@status 0\r\n"


def broadcast(talker, first, count):
    """Says so many numbered texts, and makes sure that they are answered and heard."""
    for number in range(first, first + count):
        talker.send(f'#broadcast "{number:06} {TEXT}"')
    for number in range(first, first + count):
        assert talker.reply() == "@status 0"
    for number in range(first, first + count):
        assert talker.message() == f'@mess #broadcast talker "{number:06} {TEXT}"'


def lines_until(connection, last):
    """Reads whole lines until one of them is the last that is awaited, or the connection ends."""
    received = b""
    while last not in received:
        chunk = connection.recv(1 << 20)
        if not chunk:
            break
        received += chunk
    return received.decode().split("\r\n")[:-1]


def test_a_slow_reader_loses_typing_before_messages(make_server):
    # More than the kernel holds of one connection, so that much waits in the server before it would be too much.
    server = make_server(NO_FLOOD_LIMIT | {"limits.messageQueue": 64 << 20, "intervals.typing": 1})
    slow = small_buffers(server.line_port)
    sign_in(slow, "slow")
    with server.line(guest="talker") as talker:
        assert talker.ask("#typing slow") == "@status 0"
        assert lines_until(slow, b"#typing") == ["@mess #typing talker"]
        count = 6_000
        for first in range(0, count, 500):
            broadcast(talker, first, 500)
        assert talker.ask("#typing slow") == "@status 0"
        broadcast(talker, count, 1)
        # Every message came, in order; what was only typing did not wait for its turn.
        lines = lines_until(slow, f'"{count:06} {TEXT}"'.encode())
        assert lines == [f'@mess #broadcast talker "{number:06} {TEXT}"' for number in range(count + 1)]
        # Once it has caught up it is told of everything again.
        assert talker.ask("#typing slow") == "@status 0"
        assert lines_until(slow, b"#typing") == ["@mess #typing talker"]
    slow.close()


def test_a_reader_that_is_too_slow_is_told_why_it_is_cut_off(make_server):
    server = make_server(NO_FLOOD_LIMIT | {"limits.messageQueue": 65_536})
    slow = small_buffers(server.line_port)
    sign_in(slow, "slow")
    with server.line(guest="talker") as talker:
        number = 0
        while "slow" in " ".join(talker.ask_rows("#listusers")):
            broadcast(talker, number, 500)
            number += 500
            assert number < 40_000, "nobody was cut off"
        lines = lines_until(slow, b"overflow")
        assert lines[-1] == '@mess #server "message queue overflow"'
        # What came before is whole and in order.
        assert lines[:-1] == [f'@mess #broadcast talker "{number:06} {TEXT}"' for number in range(len(lines) - 1)]
        assert talker.ask("#whoami").startswith("@ret #whoami talker")
    slow.close()


def test_a_flood_waits_at_its_source(make_server):
    server = make_server({"limits.connectionsPerAddress": 0})
    flood = socket.create_connection(("127.0.0.1", server.line_port))
    sign_in(flood, "flood")
    flood.setblocking(False)
    # It sends what the network takes and reads nothing, until nothing more is taken for a while.
    command, sent = b'#broadcast "flood"\r\n' * 500, 0
    with server.line(guest="other") as other:
        while select.select([], [flood], [], 1)[1]:
            sent += flood.send(command)
            assert sent < 64 << 20, "the flood was read without end"
            assert other.ask("#whoami").startswith("@ret #whoami other")
        # Of all that, others hear no more than the limits allow in a burst.
        heard = [line for line in other.messages if line == '@mess #broadcast flood "flood"']
        assert 0 < len(heard) < 2_000
        assert other.ask("#whoami").startswith("@ret #whoami other")
    flood.close()


def test_sign_ins_by_the_hundred_do_not_keep_others_waiting(make_server):
    server = make_server(NO_FLOOD_LIMIT)
    server.add_account("ann", "secret")
    # From here the owner has signed in before, so that a crowd elsewhere cannot lock them out.
    server.sign_in("ann", "secret")
    crowd = []
    with server.line(guest="one") as one, server.line(guest="two") as two:
        for number in range(100):
            # Each from an address of its own, so that the throttle of addresses does not answer for the hashing.
            connection = socket.socket()
            connection.bind((f"127.0.1.{1 + number}", 0))
            connection.connect(("127.0.0.1", server.line_port))
            connection.sendall(b"#login regd ann wrong\r\n")
            crowd.append(connection)
        for number in range(50):
            assert one.ask(f'#sendto two "{number}"') == "@status 0"
            assert two.message() == f'@mess #sendto one "{number}"'
        ready, _, _ = select.select(crowd, [], [], 0)
        answered = len(ready)
        # Those 50 messages overtook sign-ins that had come before them.
        assert answered < len(crowd)
        # Each is answered in the end: the password is wrong, or there are too many at once.
        for connection in crowd:
            connection.settimeout(60)
            assert connection.recv(100) in (b"@status 3002\r\n", b"@status -1\r\n", b"@status 3103\r\n")
            connection.close()
    # The owner signs in as always.
    relay.eventually(lambda: server.post("/api/v1/sign-in", {"user": "ann", "password": "secret"}).status == 200, 30)
