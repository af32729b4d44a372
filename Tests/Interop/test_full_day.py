"""A whole day on the line protocol, with a client that knows its specification and nothing else.

The clock in the settings is turned fast: an empty room lasts two seconds, a message group five, a message three.
"""

import socket
import time

import relay

OK, NOT_FOUND, BAD_NAME, NOT_EMPTY, UNKNOWN_ERROR = 0, -3, -4, -5, -1
NO_LOGIN, NO_ANONYMOUS, WRONG_COMMAND = 3500, 3501, 3502
NO_GROUP, WRONG_GROUP_PASSWORD = 3200, 3201
NO_ROOM, WRONG_ROOM_PASSWORD, NAME_USED, NOT_OWNER = 3100, 3101, 3102, 3103
NO_KIND, NO_USER, WRONG_PASSWORD, NAME_IN_USE, NAME_RESERVED = 3000, 3001, 3002, 3003, 3004

# Replies of several lines: which word of the heading counts them.
COUNTED = {"#listrooms": 1, "#listusers": 1, "#listgroups": 1, "#listmessages": 1, "#listignored": 1, "#history": 1,
           "#getmessage": 2}


def words_of(line):
    """Words between spaces or tabs; one that begins with a quote goes to the closing one, \\" and \\\\ in it."""
    words, at = [], 0
    while at < len(line):
        if line[at] in " \t":
            at += 1
        elif line[at] == '"':
            word, at = "", at + 1
            while line[at] != '"':
                at += line[at] == "\\"
                word, at = word + line[at], at + 1
            words, at = words + [word], at + 1
        else:
            end = min((line.find(mark, at) for mark in " \t" if mark in line[at:]), default=len(line))
            words, at = words + [line[at:end]], end
    return words


def word(text):
    if text and not set(text) & set(' \t"\\'):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Client:
    """Somebody at a terminal: commands out, replies in, and what is heard meanwhile."""

    def __init__(self, port, name=None, password=None, kind="regd"):
        self.port, self.name = port, name
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.lines = self.socket.makefile("r", encoding="utf-8", newline="\r\n")
        self.heard = []
        if name:
            credentials = [kind, name] + ([password] if kind == "regd" else [])
            self.must("#login", *credentials)

    def close(self):
        self.lines.close()
        self.socket.close()

    def line(self):
        line = self.lines.readline()
        if not line:
            raise EOFError
        assert line.endswith("\r\n")
        return line[:-2]

    def ask(self, command, *words, body=()):
        """The status, or the words of the heading and the lines below it."""
        text = " ".join([command, *(word(str(each)) for each in words)])
        self.socket.sendall("".join(f"{line}\r\n" for line in [text, *body]).encode())
        while (line := self.line()).startswith("@mess "):
            self.heard.append(words_of(line)[1:])
        kind, *answer = words_of(line)
        if kind == "@status":
            return int(answer[0])
        assert kind == "@ret" and answer[0] == command, line
        rows = int(answer[COUNTED[command]]) if command in COUNTED else 0
        return answer[1:], [self.line() for _ in range(rows)]

    def must(self, command, *words, **more):
        answer = self.ask(command, *words, **more)
        assert answer == OK, f"{command} {words}: {answer}"

    def heading(self, command, *words):
        answer = self.ask(command, *words)
        assert isinstance(answer, tuple), f"{command}: {answer}"
        return answer[0]

    def table(self, command, *words):
        answer = self.ask(command, *words)
        assert isinstance(answer, tuple), f"{command}: {answer}"
        return [words_of(line) for line in answer[1]]

    def rooms(self):
        return {row[0]: row[1:] for row in self.table("#listrooms")}

    def hears(self, *expected):
        """Waits for a message, past others."""
        while True:
            if not self.heard:
                line = self.line()
                assert line.startswith("@mess "), line
                self.heard.append(words_of(line)[1:])
            message = self.heard.pop(0)
            if message[: len(expected)] == list(expected):
                return message

    def heard_nothing_of(self, *kind):
        self.ask("#whoami")
        assert not [message for message in self.heard if message[: len(kind)] == list(kind)], self.heard

    def is_closed(self):
        try:
            while True:
                self.heard.append(words_of(self.line())[1:])
        except (EOFError, ConnectionResetError):
            self.close()
            return True


def soon(check, seconds=15):
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def test_a_day(make_server):
    server = make_server({
        "timeouts.emptyRoom": 2, "boards.groupSeconds": 5, "boards.messageSeconds": 3, "admins": ["warden"],
        "limits.messagesPerSecond": 0,
    })
    port = server.line_port
    morning(port)
    ann, bob = forenoon(port)
    noon(ann, bob, port)
    ann, bob = afternoon(server, ann, bob)
    evening(server, ann, bob)
    night(server)


def morning(port):
    """Somebody looks in, and three people register."""
    guest = Client(port)
    assert guest.ask("#whoami") == NO_LOGIN
    assert guest.ask("#login") == NO_KIND
    assert guest.ask("#login", "regd", "ann", "secret") == NO_USER
    guest.must("#login", "anon", "passer by")
    assert guest.heading("#whoami") == ["passer by", "Home", "1", "-", "0"]
    assert guest.rooms() == {"Home": ["-", "1", "0", "pub", "anon"]}
    for name in ["ann", "bob", "eve"]:
        guest.must("#createlogin", name, f"{name}'s secret", name.title(), f"{name}@example.org")
    assert guest.ask("#createlogin", "ann", "x", "x", "x") == NAME_RESERVED
    assert guest.ask("#createlogin", "x" * 31, "x", "x", "x") == BAD_NAME
    assert guest.ask("#changepass", "new", "old") == NO_ANONYMOUS
    assert guest.ask("#rmlogin") == NO_ANONYMOUS
    other = Client(port)
    assert other.ask("#login", "anon", "passer by") == NAME_IN_USE
    assert other.ask("#login", "anon", "ann") == NAME_RESERVED
    assert other.ask("#login", "regd", "ann", "guess") == WRONG_PASSWORD
    guest.must("#quit")
    assert guest.is_closed()
    soon(lambda: other.ask("#login", "anon", "passer by") == OK)
    other.must("#quit")


def forenoon(port):
    """Rooms: public, with a password, for registered users; talk of all kinds."""
    ann = Client(port, "ann", "ann's secret")
    bob = Client(port, "bob", "bob's secret")
    gus = Client(port, "gus", kind="anon")
    ann.must("#changepass", "ann's new secret", "ann's secret")
    assert ann.ask("#changepass", "x", "ann's secret") == WRONG_PASSWORD

    ann.must("#createroom", "the den", "open sesame")
    assert bob.ask("#createroom", "the den") == NAME_USED
    ann.must("#createroom", "club", "", "regd")
    rooms = gus.rooms()
    assert rooms["the den"][0] == "ann" and rooms["the den"][3:] == ["priv", "anon"]
    assert 0 < int(rooms["the den"][2]) <= 2
    assert rooms["club"][3:] == ["pub", "regd"]
    ann.must("#changeroom", "the den")
    assert bob.ask("#changeroom", "the den") == WRONG_ROOM_PASSWORD
    assert bob.ask("#changeroom", "the den", "close sesame") == WRONG_ROOM_PASSWORD
    bob.must("#changeroom", "the den", "open sesame")
    assert bob.ask("#changeroom", "nowhere") == NO_ROOM
    bob.must("#changeroom", "club")
    assert gus.ask("#changeroom", "club") == NO_ANONYMOUS
    bob.must("#changeroom", "the den", "open sesame")
    assert ann.table("#listusers") == [["ann", "regd"], ["bob", "regd"]]
    assert gus.table("#listusers") == [["gus", "anon"]]

    text = 'a "quoted" word, a back\\slash,   spaces, and ünïcödé ☃'
    ann.must("#broadcast", text)
    ann.hears("#broadcast", "ann", text)
    bob.hears("#broadcast", "ann", text)
    gus.heard_nothing_of("#broadcast")
    bob.must("#sendto", "ann", "between us")
    ann.hears("#sendto", "bob", "between us")
    assert bob.ask("#sendto", "gus", "are you there?") == NOT_FOUND
    bob.must("#peer2peer", "gus", 6502, "2001:db8::1")
    gus.hears("#peer2peer", "bob", " 6502 2001:db8::1")
    assert bob.ask("#peer2peer", "nobody", 6502, "127.0.0.1") == NOT_FOUND
    bob.must("#typing", "ann")
    ann.hears("#typing", "bob")

    # The account once more, on another device: one user, two connections, each in a room of its own.
    second = Client(port, "ann", "ann's new secret")
    assert second.heading("#whoami")[1] == "Home"
    second.must("#changeroom", "the den")
    assert second.table("#listusers") == [["ann", "regd"], ["bob", "regd"]]
    bob.must("#broadcast", "to both devices")
    ann.hears("#broadcast", "bob", "to both devices")
    second.hears("#broadcast", "bob", "to both devices")
    second.must("#quit")

    # Whoever is ignored is not heard.
    bob.must("#ignore", "ann")
    assert bob.table("#listignored") == [["ann"]]
    ann.must("#broadcast", "can you hear me?")
    bob.heard_nothing_of("#broadcast", "ann", "can you hear me?")
    bob.must("#unignore", "ann")
    assert bob.ask("#unignore", "ann") == NOT_FOUND

    history = bob.table("#history", 2)
    assert [row[0] for row in history] == ["bob", "ann"]
    assert abs(int(history[0][1]) - time.time()) < 60
    assert [row[2] for row in history] == ["to both devices", "can you hear me?"]
    gus.must("#quit")
    return ann, bob


def noon(ann, bob, port):
    """Message groups: threads, passwords, who may; and counters."""
    gus = Client(port, "gus", kind="anon")
    assert ann.ask("#listmessages") == NO_GROUP
    assert ann.ask("#messagestatus") == NO_GROUP
    before = int(bob.heading("#groupstatus")[0])
    ann.must("#creategroup", "kitchen", "spoon", "anon", 3600)
    ann.must("#creategroup", "library")
    assert gus.ask("#creategroup", "cellar") == NO_ANONYMOUS
    assert bob.ask("#creategroup", "library") == NAME_USED
    assert int(bob.heading("#groupstatus")[0]) > before
    assert gus.ask("#joingroup", "library") == NO_ANONYMOUS
    assert gus.ask("#joingroup", "kitchen") == WRONG_GROUP_PASSWORD
    assert gus.ask("#joingroup", "attic") == NOT_FOUND
    gus.must("#joingroup", "kitchen", "spoon")
    ann.must("#joingroup", "kitchen")

    lines = ["Flour, 500 g", "", '  "Butter", 250 g', "#quit", "\tsalt ☃"]
    ann.must("#postmessage", "a cake", 0, len(lines), 3600, body=lines)
    (post,) = gus.table("#listmessages")
    number = post[2]
    assert post[:2] == ["a cake", "ann"] and post[3:5] == ["0", "0"]
    heading, text = gus.ask("#getmessage", number)
    assert heading[:5] == ["a cake", str(len(lines)), number, "0", "0"] and text == lines
    counter = int(ann.heading("#messagestatus")[0])
    gus.must("#postmessage", "sugar?", number, body=["How much sugar?"])
    assert int(ann.heading("#messagestatus")[0]) > counter
    (reply,) = ann.table("#listmessages", number)
    assert reply[0] == "sugar?" and reply[3] == number and reply[5] == "0"
    ann.must("#postmessage", "200 g", reply[2], body=["200 g"])
    assert len(ann.table("#listmessages")) == 3
    assert len(ann.table("#listmessages", 0)) == 1
    assert ann.ask("#getmessage", 999_999) == NOT_FOUND
    assert ann.ask("#postmessage", "lost", 999_999, body=["x"]) == NOT_FOUND
    assert ann.ask("#postmessage", "none", 0, 0) == UNKNOWN_ERROR
    assert ann.heading("#whoami")[3:] == ["kitchen", ann.table("#listgroups")[0][2]]
    bob.must("#joingroup", "library")
    bob.must("#changegroup", "kitchen", "spoon")
    rows = {row[0]: row[1:] for row in ann.table("#listgroups")}
    assert rows["kitchen"][0] == "ann" and rows["kitchen"][2:4] == ["3", "3"]
    assert rows["kitchen"][5:] == ["priv", "anon"] and rows["library"][5:] == ["pub", "regd"]

    # The library, in which nobody is any more, goes in its time; a thread with its first message.
    ann.must("#postmessage", "news of today", body=["stale by evening"])
    fresh = ann.table("#listmessages", 0)[-1][2]
    bob.must("#postmessage", "indeed", fresh, body=["yes"])
    soon(lambda: fresh not in [row[2] for row in bob.table("#listmessages")])
    assert len(bob.table("#listmessages")) == 3
    soon(lambda: [row[0] for row in bob.table("#listgroups")] == ["kitchen"])
    for client in (ann, bob):
        client.must("#leavegroup")
        client.must("#leavegroup")
    gus.must("#quit")


def afternoon(server, ann, bob):
    """A crash: what was acknowledged is there. Rooms that are empty go."""
    ann.must("#broadcast", "before the crash")
    bob.hears("#broadcast", "ann", "before the crash")
    server.kill9()
    assert ann.is_closed() and bob.is_closed()
    server.start()
    ann = Client(server.line_port, "ann", "ann's new secret")
    rooms = ann.rooms()
    assert rooms["the den"][0] == "ann"
    ann.must("#changeroom", "the den")
    assert ann.table("#history", 1)[0][2] == "before the crash"
    assert [row[0] for row in ann.table("#listgroups")] == ["kitchen"]
    ann.must("#joingroup", "kitchen")
    assert [row[0] for row in ann.table("#listmessages")] == ["a cake", "sugar?", "200 g"]
    bob = Client(server.line_port, "bob", "bob's secret")
    soon(lambda: "club" not in bob.rooms())
    assert bob.ask("#rmroom", "the den") == NOT_OWNER
    assert ann.ask("#rmroom", "the den") == NOT_EMPTY
    bob.must("#changeroom", "the den", "open sesame")
    return ann, bob


def evening(server, ann, bob):
    """Eve comes and misbehaves: muted, kicked, banned; and messages for those who have left."""
    token = server.sign_in("ann", "ann's new secret")

    def does(act, status=204, **body):
        answer = server.post(f"/api/v1/rooms/the%20den/{act}", body, token=token)
        assert answer.status == status, answer

    eve = Client(server.line_port, "eve", "eve's secret")
    assert eve.ask("#changeroom", "the den") == WRONG_ROOM_PASSWORD
    does("invite", user="eve")
    eve.hears("#invite", "the den", "ann")
    eve.must("#changeroom", "the den")
    does("mute", user="eve", media=["text"], seconds=600, reason="shouting")
    eve.hears("#muted", "the den", "ann", "600", "shouting")
    assert eve.ask("#broadcast", "I SHOUT") == NOT_OWNER
    does("unmute", user="eve", media=["text"])
    eve.must("#broadcast", "I whisper")
    bob.hears("#broadcast", "eve", "I whisper")
    does("kick", user="eve", reason="whispering, too")
    eve.hears("#kicked", "the den", "ann", "whispering, too")
    assert eve.heading("#whoami")[1] == "Home"
    eve.must("#changeroom", "the den", "open sesame")
    does("ban", user="eve", reason="for good")
    eve.hears("#banned", "the den", "ann", "0", "for good")
    assert eve.heading("#whoami")[1] == "Home"
    assert eve.ask("#changeroom", "the den", "open sesame") == NOT_OWNER
    assert ann.table("#listusers") == [["ann", "regd"], ["bob", "regd"]]

    bob.must("#quit")
    soon(lambda: ann.table("#listusers") == [["ann", "regd"]])
    for number in range(3):
        body = {"to": "bob", "text": f"letter {number}"}
        assert server.post("/api/v1/messages", body, token=token).json["delivered"] is False
    bob = Client(server.line_port, "bob", "bob's secret")
    for number in range(3):
        message = bob.hears("#offline", "ann")
        assert message[3] == f"letter {number}" and abs(int(message[2]) - time.time()) < 60

    # The warden closes eve's account for all rooms; she hears why.
    server.cli("account", "add", "warden", "--password-stdin", input="keys")
    warden = server.sign_in("warden", "keys")
    answer = server.post("/api/v1/admin/ban", {"user": "eve", "reason": "good night"}, token=warden)
    assert answer.status == 204
    eve.hears("#banned", "-", "warden", "0", "good night")
    assert eve.hears("#server")
    assert eve.is_closed()
    again = Client(server.line_port)
    assert again.ask("#login", "regd", "eve", "eve's secret") == NOT_OWNER
    again.close()

    # Bob leaves for good; what was his is nobody's.
    bob.must("#createroom", "bob's place")
    bob.must("#rmlogin")
    assert bob.ask("#whoami") == NO_LOGIN
    bob.must("#login", "anon", "bobby")
    assert bob.rooms()["bob's place"][0] == "-"
    bob.must("#quit")

    server.process.terminate()
    ann.hears("#server", "the server is shutting down")
    assert ann.is_closed()
    assert server.process.wait(20) == 0
    server.process.stdout.close()


def night(server):
    """The next start: everything is as it was left, and empty rooms go."""
    server.start()
    ann = Client(server.line_port, "ann", "ann's new secret")
    again = Client(server.line_port)
    assert again.ask("#login", "regd", "bob", "bob's secret") == NO_USER
    assert again.ask("#login", "regd", "eve", "eve's secret") == NOT_OWNER
    rooms = ann.rooms()
    assert {"Home", "the den", "bob's place"} == set(rooms)
    assert rooms["bob's place"][0] == "-" and rooms["the den"][0] == "ann"
    soon(lambda: list(ann.rooms()) == ["Home"])
    assert ann.ask("#changeroom", "the den") == NO_ROOM
    assert ann.ask("#frobnicate") == WRONG_COMMAND
    ann.must("#quit")
    assert ann.is_closed()
