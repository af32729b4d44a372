"""Logins, accounts and names (docs/line-protocol.md, "Commands")."""

import pytest

from line_client import wait_until


@pytest.fixture
def account(line):
    """Makes an account through a guest's connection."""

    def make(name, password="secret word"):
        client = line().guest("maker")
        client.ok(f'#createlogin {name} "{password}" "Real Name" {name}@example.org')
        client.ok("#quit")
        return name, password

    return make


def test_anonymous_login(line):
    client = line()
    assert client.status("#login anon bob") == 0
    assert client.whoami() == ["bob", "Home", "1", "-", "0"]
    assert client.users() == [["bob", "anon"]]


@pytest.mark.parametrize(
    "command, status",
    [
        ("#login", 3000),
        ("#login bob", 3000),
        ("#login Anon bob", 3000),
        ("#login anon", -4),
        ("#login regd", -4),
        ("#login regd bob", -1),
        ('#login anon ""', -4),
        ("#login anon " + "x" * 31, -4),
        ('#login anon "a\tb"', -4),
        ("#login regd " + "x" * 31 + " pw", -4),
        ("#login regd nobody pw", 3001),
        ("#login anon bob surplus", -1),
        ("#login regd bob pw surplus", -1),
    ],
)
def test_logins_that_fail(line, command, status):
    client = line()
    assert client.status(command) == status
    assert client.status("#whoami") == 3500
    client.guest("then")


def test_names_of_one_and_thirty_bytes(line):
    line().guest("x")
    line().guest("y" * 30)
    line().guest("ö" * 15)
    assert ["ö" * 15, "anon"] in line().guest("z").users()


def test_a_second_login_is_refused(line, account):
    account("second")
    client = line().guest("first")
    for command in ["#login anon other", "#login regd second 'secret word'", "#login anon first", "#login", "#login x"]:
        assert client.status(command) == -1
    assert client.whoami()[0] == "first"


def test_registered_login(line, account):
    name, password = account("carol")
    client = line()
    assert client.status("#login regd carol wrong") == 3002
    assert client.status('#login regd carol ""') == 3002
    assert client.status("#login regd Carol 'x'") == 3001
    client.user(name, password)
    assert client.users() == [["carol", "regd"]]


def test_an_account_is_on_several_connections(line, account):
    name, password = account("dora")
    one, two = line().user(name, password), line().user(name, password)
    # A user counts once in a room, however many connections are in it.
    assert one.whoami()[:3] == ["dora", "Home", "1"]
    assert one.users() == [["dora", "regd"]]
    one.ok("#createroom dorasroom")
    two.ok("#changeroom dorasroom")
    assert one.whoami()[1:3] == ["Home", "1"]
    assert two.whoami()[1:3] == ["dorasroom", "1"]
    # Each connection gets what is said in its own room.
    two.ok("#broadcast there")
    assert two.message() == '@mess #broadcast dora "there"'
    one.ok("#broadcast here")
    assert one.drain() == ['@mess #broadcast dora "here"']
    assert two.drain() == []


def test_all_connections_in_a_room_get_what_is_said_there(line, account):
    name, password = account("ella")
    one, two, other = line().user(name, password), line().user(name, password), line().guest("other")
    one.ok("#broadcast all")
    for client in (one, two, other):
        assert client.drain() == ['@mess #broadcast ella "all"']
    other.ok("#sendto ella private")
    assert one.drain() == two.drain() == ['@mess #sendto other "private"']


def test_anonymous_names(line, account):
    account("frank")
    first = line().guest("gast")
    other = line()
    assert other.status("#login anon gast") == 3003
    assert other.status("#login anon frank") == 3004
    # Names that only look like an account's are refused as well.
    assert other.status("#login anon Frank") == 3004
    first.ok("#quit")
    first.read_until_closed()
    wait_until(lambda: line().status("#login anon gast") == 0, what="the name's being free again")


def test_createlogin(line):
    client = line().guest("maker")
    client.ok('#createlogin greta pw "Greta G" greta@example.org')
    assert client.whoami()[0] == "maker"
    assert client.status('#createlogin greta pw "Greta G" greta@example.org') == 3004
    assert client.status("#createlogin " + "x" * 31 + " pw n e@x") == -4
    assert client.status('#createlogin "" pw n e@x') == -4
    line().user("greta", "pw").ok('#createlogin greta2 pw "" ""')
    line().user("greta2", "pw")


def test_changepass(line, account):
    assert line().guest("nopass").status("#changepass new old") == 3501
    name, password = account("henry")
    client = line().user(name, password)
    assert client.status("#changepass new wrong") == 3002
    client.ok(f'#changepass "new one" "{password}"')
    assert line().status(f'#login regd {name} "{password}"') == 3002
    line().user(name, "new one")


def test_rmlogin(line, account):
    assert line().guest("norm").status("#rmlogin") == 3501
    name, password = account("iris")
    one, two = line().user(name, password), line().user(name, password)
    one.ok("#createroom irisroom")
    one.ok("#rmlogin")
    assert one.status("#whoami") == 3500
    lines = two.read_until_closed()
    assert len(lines) == 1 and lines[0].startswith('@mess #server "')
    one.guest("iris2")
    assert one.rooms()["irisroom"][0] == "-"
    assert line().status(f'#login regd {name} "{password}"') == 3001
    # A name that is registered anew is somebody else.
    one.ok(f'#createlogin {name} other "" ""')
    again = line().user(name, "other")
    assert again.rooms()["irisroom"][0] == "-"
    assert again.status("#rmroom irisroom") == 3103


def test_a_guests_room_belongs_to_nobody_after_they_leave(line):
    guest, other = line().guest("guestowner"), line().guest("onlooker")
    guest.ok("#createroom guestroom")
    assert other.rooms()["guestroom"][0] == "guestowner"
    guest.ok("#quit")
    wait_until(lambda: other.rooms()["guestroom"][0] == "-", what="the room's being nobody's")


def test_quit(line):
    client, other = line().guest("quitter"), line().guest("stayer")
    client.ok("#quit")
    assert client.read_until_closed() == []
    wait_until(lambda: other.whoami()[2] == "1", what="the user's being gone")


def test_a_connection_that_breaks_leaves_the_room(line):
    client, other = line().guest("broken"), line().guest("stays")
    assert other.whoami()[2] == "2"
    client.close()
    wait_until(lambda: other.users() == [["stays", "anon"]], what="the user's being gone")
