"""Message groups over the line protocol (docs/line-protocol.md, "Message groups")."""

import pytest

from line_client import wait_until


@pytest.fixture
def user(line):
    """Logs somebody in with an account of their own."""

    def make(name):
        maker = line().guest("accountmaker")
        maker.ok(f'#createlogin {name} pw "" ""')
        maker.ok("#quit")
        maker.read_until_closed()
        return line().user(name, "pw")

    return make


def post(client, name, *lines, parent=0, seconds=None):
    """Posts a message and gives its id."""
    head = f"#postmessage {name} {parent} {len(lines)}" + (f" {seconds}" if seconds else "")
    client.send_raw("".join(line + "\r\n" for line in (head, *lines)).encode())
    assert client.read_reply().status == 0
    return max(int(row[2]) for row in client.ret("#listmessages").rows)


def test_groups(line, user):
    owner, guest = user("owner"), line().guest("guest")
    assert owner.ret("#listgroups").rows == []
    before = int(owner.ret("#groupstatus").words[1])
    owner.ok("#creategroup members")
    owner.ok('#creategroup everybody "" anon 3600')
    owner.ok("#creategroup secret word regd")
    assert int(owner.ret("#groupstatus").words[1]) > before
    assert owner.status("#creategroup members") == 3102
    groups = {row[0]: row[1:] for row in guest.ret("#listgroups").rows}
    assert set(groups) == {"members", "everybody", "secret"}
    assert groups["members"][0] == "owner" and groups["members"][5:] == ["pub", "regd"]
    assert groups["everybody"][5:] == ["pub", "anon"] and 3500 < int(groups["everybody"][4]) <= 3600
    assert groups["secret"][5:] == ["priv", "regd"]
    assert 29 * 86400 < int(groups["members"][4]) <= 30 * 86400
    assert guest.status("#joingroup members") == 3501
    guest.ok("#joingroup everybody")
    number = groups["everybody"][1]
    assert guest.whoami()[3:] == ["everybody", number]
    assert {row[0]: row[4] for row in owner.ret("#listgroups").rows}["everybody"] == "1"
    other = user("other")
    assert other.status("#joingroup nosuch") == -3
    assert other.status("#joingroup secret") == 3201
    assert other.status("#joingroup secret wrong") == 3201
    other.ok("#joingroup secret word")
    # Joining leaves the group joined before.
    other.ok("#changegroup members")
    assert other.whoami()[3] == "members"
    assert {row[0]: row[4] for row in owner.ret("#listgroups").rows}["secret"] == "0"
    other.ok("#leavegroup")
    other.ok("#leavegroup")
    assert other.whoami()[3:] == ["-", "0"]


def test_without_a_group(line):
    client = line().guest("loner")
    for command in ["#listmessages", "#listmessages 0", "#getmessage 1", "#messagestatus"]:
        assert client.status(command) == 3200
    client.send_raw(b"#postmessage x 0 2\r\n#quit\r\n#quit\r\n")
    assert client.read_reply().status == 3200
    assert client.whoami()[0] == "loner"


def test_messages_and_replies(line, user):
    owner, guest = user("owner"), line().guest("guest")
    owner.ok('#creategroup talk "" anon')
    owner.ok("#joingroup talk")
    guest.ok("#joingroup talk")
    assert guest.ret("#listmessages").rows == []
    before = int(guest.ret("#messagestatus").words[1])
    first = post(owner, '"first one"', "the text")
    assert int(guest.ret("#messagestatus").words[1]) > before
    lines = ["#quit", "", '  "unclosed', "a\\b", "tab\there", "bell\a", "ünïcode 🙂"]
    reply = post(guest, "reply", *lines, parent=first)
    nested = post(owner, "nested", "x", parent=reply)
    second = post(owner, "second", "y", seconds=60)
    rows = {int(row[2]): row for row in guest.ret("#listmessages").rows}
    assert set(rows) == {first, reply, nested, second}
    assert rows[first][:5] == ["first one", "owner", str(first), "0", "1"] and int(rows[first][5]) > 6 * 86400
    assert rows[reply] == ["reply", "guest", str(reply), str(first), "1", "0"]
    assert rows[nested] == ["nested", "owner", str(nested), str(reply), "0", "0"]
    assert 0 < int(rows[second][5]) <= 60
    assert [int(row[2]) for row in guest.ret("#listmessages 0").rows] == [first, second]
    assert [int(row[2]) for row in guest.ret(f"#listmessages {first}").rows] == [reply]
    assert guest.ret(f"#listmessages {nested}").rows == []
    assert guest.status("#listmessages 999999") == -3
    got = owner.ret(f"#getmessage {reply}")
    assert got.words == ["#getmessage", "reply", str(len(lines)), str(reply), str(first), "1", "0"]
    assert got.lines == lines
    assert owner.status("#getmessage 999999") == -3
    owner.send_raw(b"#postmessage orphan 999999\r\nx\r\n")
    assert owner.read_reply().status == -3
    assert {row[0]: row[3] for row in owner.ret("#listgroups").rows}["talk"] == "4"


def test_posts_that_cannot_be_read(line, user):
    client = user("poster")
    client.ok("#creategroup g")
    client.ok("#joingroup g")
    # No line is read where their number is wrong: the next one is a command again.
    for command, status in [
        ("#postmessage", -4),
        ("#postmessage x 0 0", -1),
        ("#postmessage x 0 101", -1),
        ("#postmessage x 0 many", -1),
        ("#postmessage x 0 1 60 surplus", -1),
    ]:
        assert client.status(command) == status, command
    assert client.whoami()[0] == "poster"
    # They are read where only the rest is wrong.
    client.send_raw(b"#postmessage " + b"x" * 31 + b" 0 2\r\n#quit\r\n#quit\r\n")
    assert client.read_reply().status == -4
    client.send_raw(b"#postmessage x 0 2\r\nfine\r\n\xff\xfe\r\n")
    assert client.read_reply().status == -1
    assert client.ret("#listmessages").rows == []
    post(client, "hundred", *[str(number) for number in range(100)])


def test_posts_before_a_login(line):
    client = line()
    client.send_raw(b"#postmessage x 0 2\r\n#quit\r\n#quit\r\n#whoami\r\n")
    assert [client.read_reply().status for _ in range(2)] == [3500, 3500]
    client.guest("after")


def test_expiry(make_server, connect):
    server = make_server({"boards.groupSeconds": 3, "boards.messageSeconds": 1})
    maker, guest = connect(server).guest("maker"), connect(server).guest("guest")
    maker.ok('#createlogin owner pw "" ""')
    owner = connect(server).user("owner", "pw")
    owner.ok('#creategroup brief "" anon 1')
    owner.ok('#creategroup kept "" anon 1')
    guest.ok("#joingroup kept")
    top = post(guest, "top", "x")
    reply = post(guest, "reply", "x", parent=top)
    post(guest, "lasting", "x", seconds=600)
    wait_until(lambda: [row[0] for row in guest.ret("#listmessages").rows] == ["lasting"], what="the thread's expiry")
    assert guest.status(f"#getmessage {top}") == guest.status(f"#getmessage {reply}") == -3
    # A group that somebody is in is put off; the other one goes.
    wait_until(lambda: [row[0] for row in owner.ret("#listgroups").rows] == ["kept"], what="the group's expiry")
    guest.ok("#leavegroup")
    wait_until(lambda: owner.ret("#listgroups").rows == [], what="the last group's expiry")


def test_groups_and_messages_survive_a_kill(server, connect, user):
    owner = user("owner")
    owner.ok("#creategroup lasting word anon 86400")
    owner.ok("#joingroup lasting")
    first = post(owner, "first", "one", "", "three")
    for number in range(30):
        owner.send_raw(f"#postmessage reply{number} {first}\r\ntext {number}\r\n".encode())
    assert [owner.read_reply().status for _ in range(30)] == [0] * 30
    server.kill9()
    server.start()
    back = connect(server).user("owner", "pw")
    assert back.whoami()[3:] == ["-", "0"]
    assert back.ret("#listgroups").rows[0][:2] == ["lasting", "owner"]
    assert connect(server).guest("guest").status("#joingroup lasting") == 3201
    back.ok("#joingroup lasting word")
    assert back.ret(f"#getmessage {first}").lines == ["one", "", "three"]
    replies = back.ret(f"#listmessages {first}").rows
    assert [row[0] for row in replies] == [f"reply{number}" for number in range(30)]
    assert back.ret(f"#getmessage {replies[7][2]}").lines == ["text 7"]
