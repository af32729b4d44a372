"""Four people with clients of four protocols on one server. Each sees exactly what its protocol can say."""

import random

import pytest

pytest.importorskip("PyQt5.QtCore")
pytest.importorskip("socketio")

import relay  # noqa: E402
from event_client import EventClient  # noqa: E402
from mim_client import MIMClient  # noqa: E402
from xml_client import XMLClient  # noqa: E402


@pytest.fixture
def server(make_server):
    first = random.randrange(33000, 59000)
    server = make_server({
        "xml.port": relay.free_port(), "xml.timeout": 600, "mim.port": relay.free_port(),
        "mim.bridgePorts": f"{first}-{first + 20}"})
    for name in ["web", "telnet", "desktop"]:
        server.add_account(name, "secret")
    return server


def test_four_protocols_meet(server):
    # They come: an app, a terminal, a desktop client of the XML protocol, and a MIM client.
    web = EventClient(server, {"user": "web", "password": "secret"})
    telnet = server.line("telnet", "secret")
    desktop = XMLClient(server)
    assert desktop.log_in("desktop", "secret") == "1"
    mimi = MIMClient(server, "mimi")

    # MIM's table has everybody, whatever they speak.
    mimi.wait(lambda: mimi.names() == ["desktop", "mimi", "telnet", "web"])

    # The app and the terminal share a room. (XML and MIM know no rooms.)
    assert telnet.ask("#createroom den") == "@status 0"
    assert telnet.ask("#changeroom den") == "@status 0"
    members = web.do("room:enter", {"room": "den"})["members"]
    assert sorted(member["user"] for member in members) == ["telnet", "web"]
    assert telnet.ask_rows("#listusers") == ["telnet regd", "web regd"]
    assert telnet.ask('#broadcast "hello den"') == "@status 0"
    assert telnet.message() == '@mess #broadcast telnet "hello den"'
    heard = web.wait_for("message", room="den")
    assert (heard["from"], heard["text"]) == ("telnet", "hello den")
    web.do("message:send", {"room": "den", "text": "two\nlines \"quoted\""})
    assert telnet.message() == '@mess #broadcast web "two"'
    assert telnet.message() == '@mess #broadcast web "lines \\"quoted\\""'

    # Whispers, from everyone to everyone who can hear them.
    assert web.do("message:send", {"to": "desktop", "text": "<psst> & é"})["delivered"] is True
    message = desktop.event()
    assert (message.attrib, message.text) == ({"from": "web", "to": "desktop"}, "<psst> & é")
    assert desktop.ask('<MESSAGE to="web" from="desktop">yes &lt;3</MESSAGE>').get("result") == "1"
    assert web.wait_for("message", to="web", **{"from": "desktop"})["text"] == "yes <3"
    assert desktop.ask('<MESSAGE to="telnet" from="desktop">hi</MESSAGE>').get("result") == "1"
    assert telnet.message() == '@mess #sendto desktop "hi"'
    assert telnet.ask('#sendto web "and you"') == "@status 0"
    assert web.wait_for("message", to="web", **{"from": "telnet"})["text"] == "and you"
    # Over the line protocol one whispers within the room.
    assert telnet.ask('#sendto desktop "no"') == "@status -3"

    # MIM's users too, across the bridge: they call, and are called.
    chat = mimi.chat("desktop")
    chat.sendall("mimi\nhello desktop é\n".encode())
    message = desktop.event()
    assert (message.attrib, message.text) == ({"from": "mimi", "to": "desktop"}, "hello desktop é")
    assert desktop.ask('<MESSAGE to="mimi" from="desktop">back</MESSAGE>').get("result") == "1"
    assert chat.recv(100) == b"back\n"
    web.do("message:send", {"to": "mimi", "text": "from the web"})
    called, lines = mimi.accept()
    assert [lines.readline(), lines.readline()] == ["web\n", "from the web\n"]
    called.sendall(b"to the web\n")
    assert web.wait_for("message", **{"from": "mimi"})["text"] == "to the web"

    # Presence: the app sees the desktop client go away and hide; so does MIM's table.
    web.do("contacts:add", {"user": "desktop"})
    assert desktop.ask('<STATUS user="desktop" type="set" code="1"/>').get("result") == "1"
    assert web.wait_for("presence", user="desktop")["status"] == "away"
    assert desktop.ask('<STATUS user="desktop" type="set" code="3"/>').get("result") == "1"
    assert web.wait_for("presence", user="desktop")["status"] == "offline"
    mimi.wait(lambda: "desktop" not in mimi.names())
    assert web.do("message:send", {"to": "desktop", "text": "where are you"})["delivered"] is False
    assert desktop.event().text == "where are you"
    assert desktop.ask('<STATUS user="desktop" type="set" code="0"/>').get("result") == "1"
    assert web.wait_for("presence", user="desktop")["status"] == "online"
    mimi.wait(lambda: "desktop" in mimi.names())

    # Friends: asked in one protocol, accepted in another.
    assert desktop.ask('<FRIEND user="desktop" type="add" friend="web"/>').get("result") == "1"
    assert web.wait_for("contact:request")["user"] == "desktop"
    web.do("friend:accept", {"user": "desktop"})
    web.do("presence:set", {"status": "busy"})
    friends = desktop.ask('<FRIEND user="desktop" type="request"/>')
    assert [(friend.get("status"), friend.text) for friend in friends] == [("2", "web")]
    web.do("presence:set", {"status": "online"})

    # Ignored is ignored everywhere.
    web.do("ignore:add", {"user": "telnet"})
    web.forget()
    assert telnet.ask('#sendto web "are you there"') == "@status 3103"
    assert telnet.ask('#broadcast "anybody"') == "@status 0"
    assert telnet.message() == '@mess #broadcast telnet "anybody"'
    web.do("room:members", {"room": "den"})
    assert not web.has_heard("message")
    web.do("ignore:remove", {"user": "telnet"})

    # Muted and kicked by whoever made the room, from a terminal's account in an app.
    owner = EventClient(server, {"user": "telnet", "password": "secret"})
    owner.do("room:mute", {"room": "den", "user": "web", "media": "text", "reason": "quiet"})
    assert web.wait_for("room:muted")["reason"] == "quiet"
    assert web.refused("message:send", {"room": "den", "text": "x"}) == "muted"
    assert web.do("message:send", {"to": "desktop", "text": "still here"})["delivered"] is True
    assert desktop.event().text == "still here"
    owner.do("room:kick", {"room": "den", "user": "web", "reason": "enough"})
    assert web.wait_for("room:kicked")["reason"] == "enough"
    assert web.refused("message:send", {"room": "den", "text": "x"}) in ("notFound", "forbidden")
    assert telnet.ask_rows("#listusers") == ["telnet regd"]
    owner.close()

    # They go: everybody who can be told is.
    desktop.send('<LOGOUT user="desktop"/>')
    assert desktop.read() == b'<LOGOUT user="desktop"/>'
    assert desktop.answer().get("result") == "1"
    assert web.wait_for("presence", user="desktop")["status"] == "offline"
    mimi.wait(lambda: mimi.names() == ["mimi", "telnet", "web"])
    mimi.close()
    relay.eventually(lambda: web.refused("message:send", {"to": "mimi", "text": "x"}) == "notFound")
    telnet.close()
    web.close()
