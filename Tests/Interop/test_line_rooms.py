"""Rooms over the line protocol (docs/line-protocol.md, "Commands" and "Life of rooms, groups and messages")."""

import pytest

from line_client import wait_until


@pytest.fixture
def account(line):
    def make(name):
        client = line().guest("accountmaker")
        client.ok(f'#createlogin {name} pw "" ""')
        client.ok("#quit")
        client.read_until_closed()
        return line().user(name, "pw")

    return make


def test_home(line):
    client = line().guest("alone")
    assert client.rooms() == {"Home": ["-", "1", "0", "pub", "anon"]}


def test_createroom(line):
    client = line().guest("creator")
    client.ok("#createroom open")
    client.ok('#createroom "two words" "pass word"')
    client.ok('#createroom members "" regd')
    client.ok("#createroom everybody pw anon")
    # Making a room moves nobody.
    assert client.whoami()[1] == "Home"
    assert client.status("#createroom open") == 3102
    assert client.status("#createroom Home") == 3102
    rooms = client.rooms()
    assert list(rooms) and rooms["open"][:2] == ["creator", "0"] and rooms["open"][3:] == ["pub", "anon"]
    assert rooms["two words"][3:] == ["priv", "anon"]
    assert rooms["members"][3:] == ["pub", "regd"]
    assert rooms["everybody"][3:] == ["priv", "anon"]
    # An empty room that will expire says when.
    assert 0 < int(rooms["open"][2]) <= 600
    # Names are case-sensitive.
    client.ok("#createroom OPEN")


def test_changeroom(line):
    owner, other = line().guest("owner"), line().guest("other")
    owner.ok("#createroom lounge")
    other.ok("#changeroom lounge")
    assert other.whoami()[1:3] == ["lounge", "1"]
    assert owner.whoami()[1:3] == ["Home", "1"]
    assert owner.rooms()["lounge"] == ["owner", "1", "0", "pub", "anon"]
    assert owner.users() == [["owner", "anon"]]
    owner.ok("#changeroom lounge")
    assert sorted(owner.users()) == [["other", "anon"], ["owner", "anon"]]
    owner.ok('#changeroom Home "" regd')
    owner.ok('#changeroom lounge "" anon')
    assert owner.status("#changeroom Lounge") == 3100
    assert owner.whoami()[1] == "lounge"
    # To the room one is in already.
    owner.ok("#changeroom lounge")
    assert owner.whoami()[1:3] == ["lounge", "2"]


def test_passwords(line):
    owner, other = line().guest("owner"), line().guest("other")
    owner.ok("#createroom den secret")
    assert other.status("#changeroom den") == 3101
    assert other.status("#changeroom den wrong") == 3101
    assert other.status('#changeroom den ""') == 3101
    assert other.whoami()[1] == "Home"
    other.ok("#changeroom den secret")
    # The owner needs none.
    owner.ok("#changeroom den")
    # A password for a room without one is no matter.
    owner.ok("#createroom hall")
    other.ok("#changeroom hall whatever")


def test_registered_only(line, account):
    user = account("regular")
    guest = line().guest("guest")
    user.ok('#createroom club "" regd')
    assert guest.status("#changeroom club") == 3501
    user.ok("#changeroom club")
    assert guest.whoami()[1] == "Home"


def test_rmroom(line, account):
    owner, other = account("remover"), line().guest("other")
    owner.ok("#createroom gone secret")
    assert other.status("#rmroom gone") == 3103
    assert other.status("#rmroom gone secret") == 3103
    assert owner.status("#rmroom nosuch") == 3100
    assert owner.status("#rmroom gone wrong") == 3101
    other.ok("#changeroom gone secret")
    assert owner.status("#rmroom gone") == -5
    other.ok("#changeroom Home")
    owner.ok("#rmroom gone secret")
    assert "gone" not in owner.rooms()
    assert owner.status("#changeroom gone") == 3100
    owner.ok("#createroom gone")
    owner.ok("#rmroom gone")
    assert owner.status("#rmroom Home") == 3103


def test_status_numbers(line):
    one, two = line().guest("one"), line().guest("two")

    def numbers(client):
        return [int(client.ret(command).words[1]) for command in ("#archstatus", "#roomstatus", "#userstatus")]

    before = numbers(one)
    assert numbers(one) == before
    two.ok("#createroom numbered")
    created = numbers(one)
    assert created[0] > before[0] and created[1:] == before[1:]
    two.ok("#changeroom numbered")
    moved = numbers(one)
    assert moved[0] == created[0] and moved[1] > created[1] and moved[2] > created[2]
    # What happens in other rooms changes roomstatus alone.
    three = line().guest("three")
    home = numbers(one)
    three.ok("#changeroom numbered")
    elsewhere = numbers(two)
    left = numbers(one)
    assert left[2] > home[2] and elsewhere[2] >= left[2]
    one_in_room = numbers(two)
    one.ok("#changeroom numbered")
    assert numbers(two)[2] > one_in_room[2]
    # They never fall, also when the caller changes rooms.
    last = numbers(one)
    for room in ["Home", "numbered", "Home"]:
        one.ok(f"#changeroom {room}")
        now = numbers(one)
        assert all(new >= old for new, old in zip(now, last))
        last = now
    archstatus = last[0]
    two.ok("#createroom short")
    two.ok("#rmroom short")
    assert numbers(one)[0] > archstatus


def test_an_empty_room_expires(make_server, connect):
    fast = make_server({"timeouts.emptyRoom": 1})
    client, other = connect(fast).guest("maker"), connect(fast).guest("watcher")
    client.ok("#createroom kept")
    client.ok("#changeroom kept")
    client.ok("#createroom brief")
    wait_until(lambda: "brief" not in other.rooms(), what="the room's expiry")
    rooms = other.rooms()
    assert rooms["kept"][1:3] == ["1", "0"]
    assert rooms["Home"][2] == "0"
    client.ok("#changeroom Home")
    wait_until(lambda: "kept" not in other.rooms(), what="the room's expiry")
    assert list(other.rooms()) == ["Home"]


def test_rooms_and_accounts_survive_a_kill(server, line, connect, account):
    owner = account("survivor")
    owner.ok('#createroom stays "pass word" regd')
    owner.ok("#createroom open")
    for index in range(50):
        owner.send(f"#createroom many{index}")
    acknowledged = [owner.read_reply().status for _ in range(50)]
    assert acknowledged == [0] * 50
    server.kill9()
    server.start()
    back = connect(server).user("survivor", "pw")
    rooms = back.rooms()
    assert rooms["stays"][0] == "survivor" and rooms["stays"][3:] == ["priv", "regd"]
    assert all(f"many{index}" in rooms for index in range(50))
    back.ok("#changeroom stays")
    assert connect(server).guest("survivorguest").status("#changeroom stays 'pass word'") in (3501, -1)
    assert back.status("#createroom open") == 3102
