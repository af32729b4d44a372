"""The event API with the published client (python-socketio): each event with its answer and with what others hear."""

import asyncio
import time

import pytest

socketio = pytest.importorskip("socketio")

import relay  # noqa: E402
from event_client import EventClient  # noqa: E402

TRANSPORTS = [["polling"], ["websocket"], ["polling", "websocket"]]
MESSAGE = {"id", "number", "from", "text", "at"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = relay.Server(
        tmp_path_factory.mktemp("events"),
        {"admins": ["root"], "urls.support": "https://example.org/", "intervals.typing": 0}).start()
    for name in ["ann", "bob", "eve", "root"]:
        server.add_account(name, "secret")
    yield server
    server.stop()


@pytest.fixture
def sign_in(server):
    clients = []

    def connect(name=None, transports=None, **auth):
        auth = auth or {"user": name, "password": "secret"}
        clients.append(EventClient(server, auth, transports))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def ann(sign_in):
    return sign_in("ann")


@pytest.fixture
def bob(sign_in):
    return sign_in("bob")


@pytest.fixture
def room(ann, bob):
    """A room of ann's that both are in."""
    ann.do("room:create", {"room": "den", "kind": "audio"})
    ann.do("room:enter", {"room": "den"})
    bob.do("room:enter", {"room": "den"})
    ann.wait_for("room:entered", room="den", user="bob")
    for client in (ann, bob):
        client.forget()
    yield "den"
    for client in (ann, bob):
        client.call("room:leave", {"room": "den"})
    ann.call("room:delete", {"room": "den"})


class TestConnecting:
    @pytest.mark.parametrize("transports", TRANSPORTS)
    def test_the_welcome_is_the_first_event(self, sign_in, transports):
        client = sign_in("ann", transports)
        welcome = client.welcome
        assert set(welcome) == {"user", "role", "session", "now", "urls"}
        assert (welcome["user"], welcome["role"]) == ("ann", "user")
        assert abs(welcome["now"] - time.time() * 1000) < 60_000
        assert welcome["urls"] == {"support": "https://example.org/"}
        assert client.client.transport() == transports[-1]

    def test_guests_and_tokens(self, server, sign_in):
        assert sign_in(guest="gus").welcome["role"] == "guest"
        assert sign_in(guest=None).welcome["user"]
        assert sign_in(token=server.sign_in("ann", "secret")).welcome["user"] == "ann"

    @pytest.mark.parametrize(
        "auth, code",
        [({"user": "ann", "password": "wrong"}, "badCredentials"), ({"token": "x"}, "badCredentials"),
         ({}, "badCredentials"), ({"guest": "ann"}, "nameTaken")])
    def test_a_refusal_says_why(self, server, auth, code):
        client = socketio.Client(reconnection=False)
        refusals = []
        client.on("connect_error", refusals.append)
        with pytest.raises(socketio.exceptions.ConnectionError):
            client.connect(server.url("/"), auth=auth, transports=["websocket"], wait_timeout=5)
        relay.eventually(lambda: refusals)
        assert refusals[0]["data"]["code"] == code
        assert refusals[0]["message"]

    def test_many_rooms_at_once(self, ann):
        for room in ("one", "two", "three"):
            ann.do("room:create", {"room": room})
            ann.do("room:enter", {"room": room})
        for room in ("one", "two", "three"):
            sent = ann.do("message:send", {"room": room, "text": f"in {room}"})
            assert ann.wait_for("message", id=sent["id"])["room"] == room
            ann.do("room:leave", {"room": room})


class TestMessages:
    def test_in_a_room(self, ann, bob, room):
        sent = ann.do("message:send", {"room": room, "text": "héllo \"you\" \\ 😀\nnew line", "id": "1"})
        assert set(sent) == {"ok", "id", "at", "delivered"}
        for client in (ann, bob):
            message = client.wait_for("message", id=sent["id"])
            assert set(message) == MESSAGE | {"room"}
            assert message["text"] == "héllo \"you\" \\ 😀\nnew line"
            assert (message["from"], message["room"], message["at"]) == ("ann", room, sent["at"])
        # The same id again is the same message.
        again = ann.do("message:send", {"room": room, "text": "héllo \"you\" \\ 😀\nnew line", "id": "1"})
        assert again["id"] == sent["id"]
        assert bob.refused("message:send", {"room": "nowhere", "text": "x"}) == "notFound"

    def test_to_users(self, ann, bob):
        sent = ann.do("message:send", {"to": "bob", "text": "psst"})
        assert sent["delivered"] is True
        message = bob.wait_for("message", id=sent["id"])
        assert set(message) == MESSAGE | {"to"} and message["to"] == "bob"
        assert ann.do("message:send", {"to": ["bob"], "text": "x"})["delivered"] is True
        assert ann.refused("message:send", {"to": "nobody", "text": "x"}) == "notFound"

    def test_to_somebody_who_is_away_until_they_come(self, ann, sign_in):
        sent = [ann.do("message:send", {"to": "eve", "text": f"kept {n}"}) for n in range(3)]
        assert [one["delivered"] for one in sent] == [False] * 3
        eve = sign_in("eve")
        kept = [eve.wait_for("message") for _ in sent]
        assert [one["id"] for one in kept] == [one["id"] for one in sent]
        assert all(one["offline"] for one in kept)

    def test_editing_deleting_reading(self, ann, bob, room):
        sent = ann.do("message:send", {"room": room, "text": "frist"})
        ann.do("message:edit", {"id": sent["id"], "text": "first"})
        assert bob.wait_for("message:edited") == {"id": sent["id"], "room": room, "text": "first"}
        bob.do("message:read", {"room": room, "upTo": sent["id"]})
        assert bob.refused("message:delete", {"id": sent["id"]}) == "forbidden"
        ann.do("message:delete", {"id": sent["id"]})
        assert bob.wait_for("message:deleted") == {"id": sent["id"], "room": room}

    def test_reading_what_is_private(self, ann, bob):
        sent = ann.do("message:send", {"to": "bob", "text": "x"})
        bob.do("message:read", {"with": "ann", "upTo": sent["id"]})
        read = ann.wait_for("message:read")
        assert (read["upTo"], read["user"]) == (sent["id"], "bob")

    def test_typing(self, ann, bob, room):
        ann.do("typing", {"room": room, "typing": True})
        assert bob.wait_for("typing") == {"user": "ann", "room": room, "typing": True}
        ann.do("typing", {"to": "bob", "typing": True})
        assert bob.wait_for("typing") == {"user": "ann", "to": "bob", "typing": True}
        ann.do("typing", {"to": "bob", "typing": False})
        assert bob.wait_for("typing") == {"user": "ann", "to": "bob", "typing": False}

    def test_history(self, ann, bob, room):
        sent = [ann.do("message:send", {"room": room, "text": f"{n}"})["id"] for n in range(5)]
        messages = bob.do("history", {"room": room, "limit": 3})["messages"]
        assert [message["id"] for message in messages] == sent[2:]
        messages = bob.do("history", {"room": room, "limit": 2, "before": sent[2]})["messages"]
        assert [message["id"] for message in messages] == sent[:2]
        assert bob.refused("history", {"room": room, "limit": 201}) == "invalid"
        ann.do("message:send", {"to": "bob", "text": "for two"})
        assert bob.do("history", {"with": "ann"})["messages"][-1]["text"] == "for two"


class TestPeople:
    def test_contacts_and_presence(self, ann, bob):
        ann.do("contacts:groups", {"add": "Work"})
        listed = ann.do("contacts:add", {"user": "bob", "group": "Work"})
        contact = [c for group in listed["groups"] for c in group["contacts"] if c["user"] == "bob"][0]
        assert contact["status"] == "online" and contact["watched"] is False
        bob.do("presence:set", {"status": "busy"})
        assert ann.wait_for("presence", user="bob")["status"] == "busy"
        bob.do("presence:set", {"status": "hidden"})
        assert ann.wait_for("presence", user="bob")["status"] == "offline"
        bob.do("presence:set", {"status": "online"})
        ann.wait_for("presence", user="bob", status="online")
        for event, fields in [
            ("contacts:watch", {"user": "bob", "watch": True}), ("contacts:groups", {"add": "Home2"}),
            ("contacts:move", {"user": "bob", "group": "Home2", "position": 0}),
            ("contacts:groups", {"rename": "Home2", "to": "Kin"}), ("contacts:list", {}),
        ]:
            listed = ann.do(event, fields)
            assert "groups" in listed
        assert any(group["name"] == "Kin" and group["contacts"] for group in listed["groups"])
        ann.do("contacts:remove", {"user": "bob"})

    def test_friends(self, ann, bob):
        ann.do("friend:request", {"user": "bob"})
        assert bob.wait_for("contact:request")["from"] == "ann"
        bob.do("friend:accept", {"user": "ann"})
        contacts = [c for group in ann.do("contacts:list")["groups"] for c in group["contacts"]]
        assert any(c["user"] == "bob" and c["friend"] for c in contacts)
        ann.do("friend:remove", {"user": "bob"})
        assert bob.refused("friend:deny", {"user": "ann"}) == "notFound"

    def test_ignoring(self, ann, bob):
        bob.do("ignore:add", {"user": "ann"})
        assert bob.do("ignore:list")["users"] == ["ann"]
        bob.do("ignore:remove", {"user": "ann"})
        assert bob.do("ignore:list")["users"] == []

    def test_profiles_and_search(self, ann, bob):
        fields = {
            "name": "Ann A.", "gender": "female", "birthday": "1990-02-28", "country": "Chile", "city": "Arica",
            "about": "me", "avatar": "a.png", "settings": {"theme": "dark", "n": [1, 2.50]}}
        ann.do("profile:set", fields)
        shown = bob.do("profile:get", {"user": "ann"})
        for key, value in fields.items():
            if key != "settings":
                assert shown[key] == value
        assert ann.do("profile:get", {"user": "ann"})["settings"] == {"theme": "dark", "n": [1, 2.5]}
        found = bob.do("users:search", {"country": "chile", "age": [18, 99]})["users"]
        assert [user["user"] for user in found] == ["ann"]
        assert bob.refused("profile:get", {"user": "nobody"}) == "notFound"


class TestRooms:
    def test_a_rooms_life(self, ann, bob):
        ann.do("room:create", {"room": "lair", "password": "open", "topic": "t"})
        assert ann.refused("room:create", {"room": "lair"}) == "nameTaken"
        assert bob.refused("room:enter", {"room": "lair", "password": "shut"}) == "wrongPassword"
        entered = ann.do("room:enter", {"room": "lair"})
        assert {"members", "history", "topic", "media"} <= set(entered)
        assert entered["topic"] == "t"
        entered = bob.do("room:enter", {"room": "lair", "password": "open"})
        assert {member["user"] for member in entered["members"]} == {"ann", "bob"}
        assert ann.wait_for("room:entered") == {"room": "lair", "user": "bob"}
        assert ann.wait_for("room:count", users=2)["room"] == "lair"
        members = ann.do("room:members", {"room": "lair"})["members"]
        assert {(member["user"], member["roomRole"]) for member in members} >= {("ann", "owner")}
        ann.do("room:update", {"room": "lair", "topic": "new"})
        assert bob.wait_for("room:updated", room="lair", topic="new")["kind"] == "text"
        listed = [room for room in bob.do("room:list")["rooms"] if room["room"] == "lair"][0]
        assert listed["hasPassword"] is True and listed["users"] == 2 and listed["owner"] == "ann"
        bob.do("room:leave", {"room": "lair"})
        assert ann.wait_for("room:left") == {"room": "lair", "user": "bob"}
        assert bob.refused("room:delete", {"room": "lair"}) == "forbidden"
        ann.do("room:leave", {"room": "lair"})
        ann.do("room:delete", {"room": "lair"})

    def test_invitations(self, ann, bob):
        ann.do("room:create", {"room": "club", "access": "invited"})
        ann.do("room:enter", {"room": "club"})
        assert bob.refused("room:enter", {"room": "club"}) == "invitationOnly"
        ann.do("room:invite", {"room": "club", "user": "bob"})
        assert bob.wait_for("room:invited") == {"room": "club", "by": "ann"}
        bob.do("room:enter", {"room": "club"})
        bob.do("room:leave", {"room": "club"})
        ann.do("room:leave", {"room": "club"})

    def test_moderation(self, ann, bob, room):
        ann.do("room:mute", {"room": room, "user": "bob", "media": ["text"], "seconds": 60, "reason": "hush"})
        muted = bob.wait_for("room:muted")
        assert muted == {
            "room": room, "user": "bob", "by": "ann", "reason": "hush", "seconds": 60, "media": ["text"]}
        assert bob.refused("message:send", {"room": room, "text": "x"}) == "muted"
        ann.do("room:unmute", {"room": room, "user": "bob", "media": "text"})
        bob.wait_for("room:unmuted")
        bob.do("message:send", {"room": room, "text": "x"})
        ann.do("room:grant", {"room": room, "user": "bob", "role": "roomAdmin"})
        assert bob.wait_for("role:changed") == {"user": "bob", "room": room, "role": "roomAdmin"}
        ann.do("room:revoke", {"room": room, "user": "bob"})
        ann.do("room:kick", {"room": room, "user": "bob", "reason": "out"})
        assert bob.wait_for("room:kicked")["reason"] == "out"
        bob.do("room:enter", {"room": room})
        ann.do("room:ban", {"room": room, "user": "bob", "reason": "for good"})
        bob.wait_for("room:banned")
        assert bob.refused("room:enter", {"room": room}) == "banned"
        assert any(one["user"] == "bob" for one in ann.do("room:restrictions", {"room": room})["restrictions"])
        ann.do("room:unban", {"room": room, "user": "bob"})
        assert bob.refused("room:kick", {"room": room, "user": "ann"}) in ("forbidden", "outranked", "notFound")


class TestAdministration:
    def test_everywhere(self, server, ann, sign_in):
        server.cli("account", "role", "root", check=False)
        root = sign_in("root")
        if root.welcome["role"] != "superAdmin":
            pytest.skip("accounts under `admins` are made by the command line")
        root.do("admin:announce", {"text": "soon"})
        assert ann.wait_for("notice")["text"] == "soon"
        root.do("admin:mute", {"user": "ann", "media": "text", "seconds": 60})
        ann.wait_for("room:muted", room=None)
        root.do("admin:unmute", {"user": "ann"})
        assert root.do("admin:statistics")["users"] >= 2
        assert root.do("admin:audit", {"limit": 5})["entries"]
        assert ann.refused("admin:kick", {"user": "root"}) in ("forbidden", "outranked")
        root.do("admin:kick", {"user": "ann", "reason": "bye"})
        assert ann.wait_for("signedOut")["reason"]
        assert ann.disconnected.wait(10)


class TestBoards:
    def test_groups_and_messages(self, ann, bob):
        ann.do("board:create", {"group": "news", "openToGuests": True})
        assert any(group["group"] == "news" for group in bob.do("board:groups")["groups"])
        bob.do("board:join", {"group": "news"})
        posted = bob.do("board:post", {"name": "hello", "text": "one\ntwo"})
        messages = ann.do("board:messages", {"group": "news"})["messages"]
        assert [(one["name"], one["author"]) for one in messages] == [("hello", "bob")]
        shown = ann.do("board:message", {"group": "news", "id": posted["id"]})
        assert shown["parts"] == ["one", "two"]
        bob.do("board:remove", {"id": posted["id"]})
        bob.do("board:leave")
        ann.do("board:delete", {"group": "news"})


class TestCalls:
    def test_a_call(self, ann, bob):
        call = ann.do("call:invite", {"to": "bob", "media": ["audio"]})["call"]
        assert bob.wait_for("call:incoming") == {"call": call, "from": "ann", "media": ["audio"]}
        bob.do("call:accept", {"call": call})
        assert ann.wait_for("call:accepted") == {"call": call, "by": "bob"}
        bob.do("call:hangup", {"call": call})
        assert ann.wait_for("call:ended")["call"] == call
        call = ann.do("call:invite", {"to": "bob", "media": ["audio", "video"]})["call"]
        bob.wait_for("call:incoming", call=call)
        bob.do("call:decline", {"call": call})
        assert ann.wait_for("call:declined", call=call)["by"] == "bob"


class TestWhatIsWrong:
    @pytest.mark.parametrize("fields", [{}, {"room": 5}, {"room": ""}, {"room": "x" * 31}, {"room": {"a": 1}}])
    def test_fields(self, ann, fields):
        assert ann.refused("room:enter", fields) == "invalid"

    @pytest.mark.parametrize("event", ["nonsense", "room:explode", "welcome", "message"])
    def test_unknown_events(self, ann, event):
        assert ann.refused(event) == "invalid"

    def test_unknown_fields_and_binary_ones_are_ignored(self, ann):
        assert ann.do("room:list", {"more": [1, {"deep": None}], "blob": b"\x00\x01"})["rooms"]

    def test_an_event_without_a_wish_for_an_answer(self, ann, bob, room):
        ann.client.emit("message:send", {"room": room, "text": "no answer please"})
        assert bob.wait_for("message")["text"] == "no answer please"

    def test_something_that_is_no_object(self, ann):
        assert ann.refused("room:list", "text") == "invalid"


class TestConnections:
    def test_order_is_kept(self, ann, bob, room):
        for number in range(60):
            ann.client.emit("message:send", {"room": room, "text": str(number)})
        assert [bob.wait_for("message")["text"] for _ in range(60)] == [str(number) for number in range(60)]

    def test_the_client_comes_back_by_itself(self, tmp_path):
        server = relay.Server(tmp_path).start()
        server.add_account("ann", "secret")
        client = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.5)
        welcomes = []
        client.on("welcome", welcomes.append)
        client.connect(server.url("/"), auth={"user": "ann", "password": "secret"}, transports=["websocket"])
        relay.eventually(lambda: len(welcomes) == 1)
        server.kill9()
        server.start()
        relay.eventually(lambda: len(welcomes) == 2, timeout=30)
        client.disconnect()
        server.stop()

    @pytest.mark.parametrize("transports", TRANSPORTS)
    def test_the_asynchronous_client(self, server, transports):
        async def talk():
            heard = asyncio.Queue()
            clients = []
            for name in ("ann", "bob"):
                client = socketio.AsyncClient(reconnection=False)
                client.on("message", heard.put)
                await client.connect(
                    server.url("/"), auth={"user": name, "password": "secret"}, transports=transports,
                    wait_timeout=10)
                await client.call("room:create", {"room": "async"})
                entered = await client.call("room:enter", {"room": "async"})
                assert entered["ok"], entered
                clients.append(client)
            sent = await clients[0].call("message:send", {"room": "async", "text": "hello"})
            assert sent["ok"]
            texts = [(await asyncio.wait_for(heard.get(), 10))["text"] for _ in clients]
            assert texts == ["hello", "hello"]
            for client in clients:
                await client.disconnect()

        asyncio.run(talk())
