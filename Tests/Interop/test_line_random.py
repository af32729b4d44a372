"""Random commands of several users against the real server, on its real port: whatever they do, what always holds goes on
holding. A line connection is in exactly one room, counts equal members, each command gets one answer that it can get, and a
crash changes nothing that was acknowledged."""

import random

import pytest

from line_client import Closed, LineClient

NAMES = ["ann", "bob", "cleo", "dan"]
GUESTS = ["gus", "hal"]
ROOMS = ["Home", "den", "hall", "the attic"]
GROUPS = ["tea", "news"]
PASSWORDS = ["", "key", "wrong"]

# What each command may be answered with beside what it returns. The numbers are those of the specification.
STATUSES = {
    "#login": {0, -1, 3001, 3002, 3003, 3004, 3103}, "#createlogin": {0, 3004}, "#changepass": {0, 3002, 3501},
    "#rmlogin": {0, 3501}, "#createroom": {0, 3102}, "#rmroom": {0, 3100, 3101, 3103, 3503, -5},
    "#changeroom": {0, 3100, 3101, 3501, 3503, 3103}, "#broadcast": {0, 3103}, "#sendto": {0, -3, 3103},
    "#peer2peer": {0, -3, 3103}, "#typing": {0, -3}, "#creategroup": {0, 3102, 3501},
    "#joingroup": {0, -3, 3201, 3501, 3503}, "#leavegroup": {0}, "#listmessages": {-3, 3200, 3503},
    "#getmessage": {-3, 3200, 3503}, "#postmessage": {0, -3, 3200, 3501, 3503}, "#messagestatus": {3200},
    "#ignore": {0, -3, -1}, "#unignore": {0, -3},
}


class Crowd:
    def __init__(self, server, seed):
        self.server = server
        self.random = random.Random(seed)
        self.passwords = {name: "first" for name in NAMES}
        for name in NAMES:
            server.add_account(name, "first")
        self.clients = []
        for name in NAMES + NAMES[:2]:
            self.enter(name)
        for name in GUESTS:
            self.enter(name, guest=True)

    def enter(self, name, guest=False):
        client = LineClient(self.server.line_port)
        client.name, client.is_guest = name, guest
        if guest:
            client.ok(f"#login anon {name}")
        else:
            client.ok(f"#login regd {name} {self.passwords[name]}")
        self.clients.append(client)

    def act(self):
        client = self.random.choice(self.clients)
        command, body = self.command(client)
        name = command.split(" ")[0]
        client.send_raw("".join(f"{line}\r\n" for line in [command, *body]).encode())
        reply = client.read_reply()
        if reply.status is None:
            assert reply.words[0] == name
        else:
            if reply.status == 0 and name == "#changepass":
                self.passwords[client.name] = command.split(" ")[1]
            expected = STATUSES.get(name, set()) | {3500}
            assert reply.status in expected, f"{command}: {reply}"
            # Nobody here is without a login.
            assert reply.status != 3500, command

    def command(self, client):
        pick, number = self.random.choice, self.random.randrange
        room = pick(ROOMS)
        quoted = f'"{room}"'
        user, group, password = pick(NAMES + GUESTS), pick(GROUPS), pick(PASSWORDS)
        body = [f"line {number(100)}" for _ in range(number(1, 4))]
        return pick([
            (f'#createroom {quoted} "{password}" {pick(["anon", "regd"])}', []), (f"#createroom {quoted}", []),
            (f'#rmroom {quoted} "{password}"', []), (f"#rmroom {quoted}", []),
            (f'#changeroom {quoted} "{password}"', []), (f"#changeroom {quoted}", []), (f"#changeroom {quoted}", []),
            (f'#broadcast "{number(1000)}"', []), (f"#sendto {user} hello", []),
            (f"#peer2peer {user} {number(1, 65536)} 192.0.2.{number(256)}", []), (f"#typing {user}", []),
            (f'#creategroup {group} "{password}" {pick(["anon", "regd"])} {number(1, 100)}', []),
            (f'#joingroup {group} "{password}"', []), ("#leavegroup", []), ("#listmessages", []),
            (f"#listmessages {number(6)}", []), (f"#getmessage {number(6)}", []),
            (f"#postmessage p{number(9)} {number(6)} {len(body)}", body), (f"#postmessage p 0 {len(body)}", body),
            ("#messagestatus", []), ("#listgroups", []), ("#history 5", []), ("#listrooms", []), ("#whoami", []),
            (f"#ignore {user}", []), (f"#unignore {user}", []), ("#listignored", []),
            (f"#changepass {pick(['first', 'second'])} {self.passwords.get(client.name, 'x')}", []),
        ])

    def check(self):
        """Everything at rest: what each connection says of itself against what the lists say."""
        places = {}
        for client in self.clients:
            name, room, count, group, number = client.whoami()
            assert name == client.name
            places.setdefault(room, set()).add(name)
            client.room, client.count, client.group = room, int(count), group
        rooms = self.clients[0].rooms()
        for client in self.clients:
            members = {row[0]: row[1] for row in client.users()}
            # The room of every connection exists, and its members are those whose connections say that they are in it.
            assert client.room in rooms, (client.name, client.room)
            assert set(members) == places[client.room]
            assert client.count == len(members) == int(rooms[client.room][1])
            assert members[client.name] == ("anon" if client.is_guest else "regd")
        for room, row in rooms.items():
            assert int(row[1]) == len(places.get(room, ())), (room, row)
        groups = {row[0]: row[1:] for row in self.clients[0].ret("#listgroups").rows}
        for client in self.clients:
            if client.group == "-":
                continue
            posts = client.ret("#listmessages").rows
            assert int(groups[client.group][2]) == len(posts)
            users = {other.name for other in self.clients if other.group == client.group}
            assert int(groups[client.group][3]) == len(users)
            ids = {row[2] for row in posts}
            for row in posts:
                # No orphan in a thread, and the replies are counted.
                assert row[3] == "0" or row[3] in ids
                assert int(row[4]) == len([other for other in posts if other[3] == row[2]])
        return {room: row[0] for room, row in rooms.items()}, {
            group: row[2] for group, row in groups.items()}

    def crash(self):
        rooms, groups = self.check()
        guests_rooms = {room for room, owner in rooms.items() if owner in GUESTS}
        self.server.kill9()
        for client in self.clients:
            with pytest.raises(Closed):
                while True:
                    client.read_line()
            client.close()
        self.clients = []
        self.server.start()
        for name in NAMES:
            self.enter(name)
        for name in GUESTS:
            self.enter(name, guest=True)
        after_rooms, after_groups = self.check()
        assert set(rooms) == set(after_rooms)
        for room, owner in rooms.items():
            assert after_rooms[room] == ("-" if room in guests_rooms else owner)
        # A group whose time came meanwhile is gone; those that are there have what they had.
        assert set(after_groups) <= set(groups)
        for group, messages in after_groups.items():
            assert groups[group] == messages

    def close(self):
        for client in self.clients:
            client.close()


@pytest.mark.parametrize("seed", range(4))
def test_nothing_breaks_what_always_holds(make_server, seed):
    server = make_server({
        "limits.messagesPerSecond": 0, "intervals.typing": 0, "limits.failedSignIns": 0, "log.level": "warning",
        "boards.messageSeconds": 600,
    })
    crowd = Crowd(server, seed)
    try:
        for round in range(3):
            for step in range(250):
                crowd.act()
                if step % 25 == 24:
                    crowd.check()
            crowd.crash()
    finally:
        crowd.close()
    assert "error" not in server.log
