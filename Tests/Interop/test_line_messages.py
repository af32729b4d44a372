"""Messages over the line protocol (docs/line-protocol.md, "Commands" and "Beyond the document")."""

import re
import threading
import time

from line_client import quote, wait_until


def test_broadcast(line):
    one, two, away = line().guest("one"), line().guest("two"), line().guest("away")
    away.ok("#createroom elsewhere")
    away.ok("#changeroom elsewhere")
    one.ok("#broadcast \"hello, 'all'\"")
    # The sender's own comes after the status: `ok` would have kept an earlier one.
    assert one.messages == []
    assert one.message() == two.message() == "@mess #broadcast one \"hello, 'all'\""
    one.ok('#broadcast ""')
    assert two.message() == '@mess #broadcast one ""'
    assert away.drain() == []


def test_a_sender_whose_name_needs_quotes(line):
    one, two = line().guest('na "me'), line().guest("two")
    one.ok("#broadcast hi")
    assert two.message() == '@mess #broadcast "na \\"me" "hi"'
    two.ok('#sendto "na \\"me" back')
    assert one.drain()[-1] == '@mess #sendto two "back"'
    assert one.whoami()[0] == 'na "me'


def test_sendto(line):
    one, two, away = line().guest("one"), line().guest("two"), line().guest("away")
    away.ok("#createroom elsewhere")
    away.ok("#changeroom elsewhere")
    one.ok('#sendto two "just you"')
    assert two.message() == '@mess #sendto one "just you"'
    assert one.drain() == []
    assert one.status("#sendto away hi") == -3
    assert one.status("#sendto nobody hi") == -3
    assert one.status("#sendto Two hi") == -3
    one.ok("#sendto one self")
    assert one.drain() == ['@mess #sendto one "self"']


def test_peer2peer(line):
    one, two = line().guest("one"), line().guest("two")
    two.ok("#createroom elsewhere")
    two.ok("#changeroom elsewhere")
    one.ok("#peer2peer two 6501 192.0.2.7")
    assert two.message() == '@mess #peer2peer one " 6501 192.0.2.7"'
    one.ok("#peer2peer two 1 2001:db8::1")
    assert two.message() == '@mess #peer2peer one " 1 2001:db8::1"'
    one.ok("#peer2peer two 65535 127.0.0.1")
    assert one.status("#peer2peer nobody 6501 192.0.2.7") == -3
    for bad in ["0 192.0.2.7", "65536 192.0.2.7", "x 192.0.2.7", "-1 192.0.2.7", "1 192.0.2", "1 192.0.2.256", "1 host", '1 ""']:
        assert one.status(f"#peer2peer two {bad}") == -1, bad
    assert two.drain() == ['@mess #peer2peer one " 65535 127.0.0.1"']


def test_messages_never_stand_inside_a_list(make_server, connect):
    server = make_server({"limits.messagesPerSecond": 0})

    def line():
        return connect(server)

    reader = line().guest("reader")
    for index in range(40):
        reader.ok(f"#createroom room{index:02}")
    writers = [line().guest(f"writer{index}") for index in range(3)]
    stop = threading.Event()

    def chatter(client):
        while not stop.is_set():
            client.ok('#broadcast "noise noise noise"')

    threads = [threading.Thread(target=chatter, args=(client,)) for client in writers]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            reader.send_raw(b"#listrooms\r\n#listusers\r\n" * 4)
            for _ in range(4):
                rooms = reader.read_reply()
                assert len(rooms.rows) == 41 and all(len(row) == 6 for row in rooms.rows)
                users = reader.read_reply()
                assert len(users.rows) == 4 and all(len(row) == 2 for row in users.rows)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert set(reader.drain()) <= {f'@mess #broadcast writer{index} "noise noise noise"' for index in range(3)}


def test_order_and_completeness_among_many(make_server, connect):
    """Every receiver gets every message once, each sender's in order."""
    count, people = 300, 5
    server = make_server({"limits.messagesPerSecond": 0})
    clients = [connect(server).guest(f"person{index}") for index in range(people)]
    for client in clients:
        client.send_raw(b"".join(f"#broadcast {number}\r\n".encode() for number in range(count)))
    for index, client in enumerate(clients):
        statuses = 0
        heard = {name: [] for name in range(people)}
        while statuses < count or any(len(texts) < count for texts in heard.values()):
            text = client.read_line()
            if text == "@status 0":
                statuses += 1
                continue
            match = re.fullmatch(r'@mess #broadcast person(\d) "(\d+)"', text)
            heard[int(match[1])].append(int(match[2]))
            if int(match[1]) == index:
                assert len(heard[index]) <= statuses, "the echo came before its status"
        assert statuses == count
        assert all(texts == list(range(count)) for texts in heard.values())


def test_ignore(line):
    one, two = line().guest("one"), line().guest("two")
    assert one.ret("#listignored").rows == []
    one.ok("#ignore two")
    assert one.ret("#listignored").rows == [["two"]]
    two.ok("#broadcast unheard")
    two.status("#sendto one unheard")
    assert one.drain() == []
    one.ok("#unignore two")
    two.ok("#broadcast heard")
    assert one.message() == '@mess #broadcast two "heard"'
    assert one.status("#ignore nobody") == -3


def test_typing(line):
    one, two = line().guest("one"), line().guest("two")
    one.ok("#typing two")
    assert two.message() == "@mess #typing one"
    assert one.status("#typing nobody") == -3


def test_history(line):
    one, two = line().guest("one"), line().guest("two")
    one.ok("#createroom past")
    one.ok("#changeroom past")
    before = int(time.time())
    for text in ["first", 'second "quoted"', "third"]:
        one.ok(f"#broadcast {quote(text)}")
    two.ok("#changeroom past")
    rows = two.ret("#history").rows
    assert [(sender, text) for sender, _, text in rows] == [("one", "first"), ("one", 'second "quoted"'), ("one", "third")]
    assert all(before - 1 <= int(at) <= time.time() + 1 for _, at, _ in rows)
    last = two.ret("#history 2")
    assert [row[2] for row in last.rows] == ['second "quoted"', "third"]
    # The text is always in quotes.
    assert last.lines[1].endswith(' "third"')
    assert two.status("#history x") == -1


def test_slow_readers_harm_nobody(make_server, connect):
    """Somebody who never reads is cut off; the others lose nothing."""
    server = make_server({"limits.messagesPerSecond": 0})

    def line():
        return connect(server)

    sleeper = line().guest("sleeper")
    one, two = line().guest("one"), line().guest("two")
    text = "x" * 900
    for number in range(400):
        one.send_raw(f'#broadcast "{number} {text}"\r\n'.encode() * 10)
        for _ in range(10):
            assert one.read_reply().status == 0
        for _ in range(10):
            assert two.message() == f'@mess #broadcast one "{number} {text}"'
        one.messages.clear()
    assert sleeper is not None
    assert two.whoami()[0] == "two"
