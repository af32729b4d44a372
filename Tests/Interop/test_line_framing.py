"""Lines, words and the order of statuses (docs/line-protocol.md, "Lines")."""

import random
import subprocess

import pytest

from line_client import Closed, LineClient, quote


def test_commands_end_in_crlf_or_lf_and_empty_lines_are_ignored(line):
    client = line()
    client.send_raw(b"\r\n\n#login anon lf\n\n\r\n#whoami\r\n")
    assert client.read_reply().status == 0
    assert client.read_reply().words[:3] == ["#whoami", "lf", "Home"]


def test_many_lines_in_one_write_are_answered_in_order(line):
    client = line()
    client.send_raw(b"#whoami\r\n#login anon order\r\n#nonsense\r\n#whoami\r\n#broadcast\r\n#createroom order\r\n#broadcast hi\r\n")
    replies = [client.read_reply() for _ in range(7)]
    assert [reply.status for reply in replies] == [3500, 0, 3502, None, -1, 0, 0]
    assert client.message() == '@mess #broadcast order "hi"'


def test_a_line_may_come_byte_by_byte(line):
    client = line()
    for byte in b'#login anon "b y t e"\r\n':
        client.send_raw(bytes([byte]))
    assert client.read_reply().status == 0
    assert client.whoami()[0] == "b y t e"


@pytest.mark.parametrize("pieces", [[1000], [999, 1], [1] * 1000, [4096]], ids=["whole", "two", "bytes", "long"])
def test_a_thousand_bytes_without_lf_close_the_connection(line, pieces):
    client = line().guest("flood")
    try:
        for size in pieces:
            client.send_raw(b"x" * size)
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert client.read_line() == '@mess #server "input buffer exceeded"'
    with pytest.raises(Closed):
        client.read_line()


def test_replies_come_before_the_overflow_message(line):
    client = line()
    client.send_raw(b"#login anon before\r\n#whoami\r\n" + b"y" * 1000)
    assert client.read_reply().status == 0
    assert client.read_reply().words[1] == "before"
    assert client.read_until_closed() == ['@mess #server "input buffer exceeded"']


def test_a_line_of_999_bytes_is_taken(line):
    client, other = line().guest("long"), line().guest("longreader")
    text = "z" * (1000 - len(b'#broadcast ""\r\n'))
    client.send_raw(f'#broadcast "{text}"\r\n'.encode())
    assert client.read_reply().status == 0
    assert other.message() == f'@mess #broadcast long "{text}"'


def test_the_overflow_counts_before_a_login_too(line):
    client = line()
    client.send_raw(b"#" * 1000)
    assert client.read_until_closed() == ['@mess #server "input buffer exceeded"']


WRONG_LINES = [
    b'#broadcast "abc',
    b'#broadcast "abc\\"',
    b'#broadcast "a\\n"',
    b'#broadcast "a"b',
    b'#broadcast "a""b"',
    b'#broadcast "',
    b"#broadcast \xff",
    b"#broadcast \xc3",
    b"#broadcast \xc0\x80",
    b"#broadcast \xed\xa0\x80",
    b"#broadcast a\x00b",
    b"#broadcast \x1b[0m",
    b"#broadcast a\rb",
    b"#broadcast a\x7f",
    b"#broadcast \xc2\x80",
    b"#broadcast \xc2\x9f",
    b"#broadcast two words",
    b"#whoami x",
    b"#quit x",
    b'#nonsense "abc',
]


@pytest.mark.parametrize("wrong", WRONG_LINES, ids=[repr(text)[2:-1] for text in WRONG_LINES])
def test_wrong_lines(line, wrong):
    client = line()
    client.send_raw(wrong + b"\r\n")
    if wrong != b"#quit x":
        assert client.read_reply().status == 3500
    else:
        assert client.read_reply().status in (-1, 3500)
    client.guest("wrong")
    client.send_raw(wrong + b"\r\n")
    assert client.read_reply().status == -1
    assert client.drain() == []


@pytest.mark.parametrize(
    "word, text",
    [
        ("plain", "plain"),
        ('ab"c', 'ab"c'),
        ("a\\nb", "a\\nb"),
        ('""', ""),
        ('"with space"', "with space"),
        ('"say \\"hi\\""', 'say "hi"'),
        ('"back\\\\slash"', "back\\slash"),
        ('"tab\there"', "tab\there"),
        ("grüße", "grüße"),
        ('"日本語 🙂"', "日本語 🙂"),
        ("\u00a0", "\u00a0"),
    ],
)
def test_texts_arrive_as_they_were(line, word, text):
    client = line().guest("writer")
    client.send(f"\t #broadcast \t {word}  ")
    assert client.read_reply().status == 0
    assert client.message() == f"@mess #broadcast writer {quote(text)}"


def test_unknown_commands(line):
    client = line()
    for command in ["#nonsense", "nonsense", "#WHOAMI", "#Login anon x", "@status 0", '""', "#nonsense a b c d e f"]:
        assert client.status(command) == 3500
    client.guest("unknown")
    for command in ["#nonsense", "nonsense", "#WHOAMI", "#Login anon x", "@status 0", '""', "#nonsense a b c d e f"]:
        assert client.status(command) == 3502


EVERY_COMMAND = """#createlogin #changepass #rmlogin #whoami #listrooms #listusers #createroom #rmroom #changeroom #broadcast #sendto
#peer2peer #archstatus #roomstatus #userstatus #listgroups #creategroup #joingroup #changegroup #leavegroup #listmessages
#getmessage #messagestatus #groupstatus #ignore #unignore #listignored #typing #history""".split()


def test_nothing_but_login_and_quit_before_a_login(line):
    client = line()
    for command in EVERY_COMMAND:
        assert client.status(command) == 3500, command
        assert client.status(command + " a") == 3500, command
    assert client.status("#challenge") == 3502
    client.ok("#quit")
    assert client.read_until_closed() == []


@pytest.mark.parametrize(
    "command, status",
    [
        ("#login", -1),
        ("#createlogin", -4),
        ("#createlogin missing1", -1),
        ("#createlogin missing1 pw", -1),
        ("#createlogin missing1 pw name", -1),
        ("#changepass new", -1),
        ("#changepass", -1),
        ("#createroom", -4),
        ('#createroom ""', -4),
        ("#createroom " + "x" * 31, -4),
        ('#createroom "a\tb"', -4),
        ('#createroom missing2 "" other', -1),
        ("#rmroom", -4),
        ("#rmroom " + "x" * 31, -4),
        ("#changeroom", -4),
        ('#changeroom ""', -4),
        ("#changeroom " + "ö" * 16, -4),
        ("#changeroom nosuch", 3100),
        ("#broadcast", -1),
        ("#sendto", -4),
        ("#sendto bob", -1),
        ("#sendto " + "x" * 31 + " hi", -4),
        ("#sendto nobody hi", -3),
        ("#peer2peer", -4),
        ("#peer2peer bob", -1),
        ("#peer2peer bob 1", -1),
        ("#creategroup", -4),
        ('#creategroup missing3 "" other', -1),
        ("#joingroup", -4),
        ("#joingroup nosuch", -3),
        ("#changegroup", -4),
        ("#getmessage", 3200),
        ("#listmessages", 3200),
        ("#postmessage", -4),
        ("#ignore", -4),
        ("#unignore", -4),
        ("#typing", -4),
    ],
)
def test_missing_and_wrong_arguments(line, command, status):
    client = line().guest("args")
    got = client.status(command)
    # A missing number is wrong in itself, whether or not a group is joined.
    assert got == status or (command == "#getmessage" and got == -1)
    assert client.whoami()[:2] == ["args", "Home"]


def test_random_bytes_harm_nobody(line, server):
    chance = random.Random(4)
    steady = line().guest("steady")
    for _ in range(20):
        with LineClient(server.line_port) as noisy:
            try:
                for _ in range(20):
                    noisy.send_raw(chance.randbytes(chance.randrange(1, 300)))
            except (BrokenPipeError, ConnectionResetError):
                pass
    assert steady.whoami()[0] == "steady"


def test_netcat(line, server):
    """Bare LF from nc, the way that people try a server."""
    listener = line().guest("listener")
    with subprocess.Popen(
        ["nc", "127.0.0.1", str(server.line_port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as netcat:
        netcat.stdin.write(b'#login anon netcat\n#broadcast "hello from netcat"\n#quit\n')
        netcat.stdin.flush()
        assert listener.message() == '@mess #broadcast netcat "hello from netcat"'
        output, _ = netcat.communicate(timeout=20)
    assert output == b'@status 0\r\n@status 0\r\n@mess #broadcast netcat "hello from netcat"\r\n@status 0\r\n'
