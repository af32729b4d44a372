"""Connections that read slowly, stop halfway, or vanish: nobody else is disturbed, and memory stays bounded."""

import socket
import subprocess

import relay


def resident(server):
    """The server's memory in bytes."""
    with open(f"/proc/{server.pid}/statm") as statm:
        return int(statm.read().split()[1]) * 4096


def small_buffers(port):
    """A connection whose own end of the network holds little."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.settimeout(15)
    return client


def test_who_does_not_read_is_cut_off_and_the_others_go_on(make_server):
    server = make_server({"limits.messageQueue": 65536, "limits.messagesPerSecond": 0})
    slow = small_buffers(server.line_port)
    slow.sendall(b"#login anon slow\r\n")
    assert slow.recv(100) == b"@status 0\r\n"
    with server.line(guest="talker") as talker, server.line(guest="listener") as listener:
        text = "x" * 900
        sent = 0
        # The kernel's own buffers hold some megabytes before anything waits in the server.
        while "slow" in " ".join(talker.ask_rows("#listusers")):
            for _ in range(200):
                talker.send(f'#broadcast "{text}"')
            for _ in range(200):
                assert talker.reply() == "@status 0"
                sent += 1
            for _ in range(200):
                assert listener.read() == f'@mess #broadcast talker "{text}"'
            talker.messages.clear()
            assert sent < 40_000, "nobody was cut off"
        # It finds its last words behind what was sent before.
        received = b""
        try:
            while chunk := slow.recv(1 << 20):
                received += chunk
        except ConnectionResetError:
            pass
        assert received.startswith(b'@mess #broadcast talker "')
    slow.close()


def test_who_asks_without_reading_is_not_read(make_server):
    server = make_server({"limits.messageQueue": 65536, "limits.messagesPerSecond": 0})
    rude = small_buffers(server.line_port)
    rude.sendall(b"#login anon rude\r\n")
    assert rude.recv(100) == b"@status 0\r\n"
    before = resident(server)
    rude.settimeout(1)
    sent = 0
    try:
        while sent < 200_000_000:
            sent += rude.send(b"#whoami\r\n" * 1000)
    except TimeoutError:
        pass
    assert sent < 200_000_000
    assert resident(server) - before < 30_000_000
    with server.line(guest="polite") as polite:
        assert polite.ask("#whoami").startswith("@ret #whoami polite Home 2")
    # Now it reads, and gets every answer.
    rude.settimeout(15)
    rude.shutdown(socket.SHUT_WR)
    lines = 0
    while chunk := rude.recv(1 << 20):
        lines += chunk.count(b"\r\n")
    assert lines == sent // len(b"#whoami\r\n")
    rude.close()


def test_a_script_that_closes_its_end_gets_all_answers(server):
    done = subprocess.run(
        ["nc", "-N", "127.0.0.1", str(server.line_port)],
        input=b"#login anon script\n#whoami\n#listrooms\n#partial", capture_output=True, timeout=20)
    lines = done.stdout.decode().split("\r\n")
    assert lines[0] == "@status 0"
    assert lines[1].startswith("@ret #whoami script Home 1")
    assert lines[2] == "@ret #listrooms 1"
    assert lines[3].startswith("Home - ")
    assert lines[4:] == [""]


def test_many_come_and_vanish(server):
    for _ in range(20):
        clients = [socket.create_connection(("127.0.0.1", server.line_port)) for _ in range(25)]
        for number, client in enumerate(clients):
            client.sendall(f"#login anon v{number}\r\n".encode())
            # A close with a linger of 0 is a reset, as when a machine loses its power.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            client.close()
    with server.line(guest="last") as last:
        relay.eventually(lambda: last.ask_rows("#listusers") == ["last anon"])
