"""The XML protocol against the real server: read by expat, sent whole and byte by byte."""

import pytest

import relay
from xml_client import XMLClient


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = relay.Server(
        tmp_path_factory.mktemp("xml"), {"xml.port": relay.free_port(), "xml.timeout": 15}).start()
    for name in ["ann", "bob", "eve"]:
        server.add_account(name, "secret")
    yield server
    server.stop()


@pytest.fixture(params=[0, 1], ids=["whole", "bytewise"])
def connect(request, server):
    clients = []

    def connect(user=None):
        client = XMLClient(server, pace=request.param)
        clients.append(client)
        if user is not None:
            assert client.log_in(user, "secret") == "1"
        return client

    yield connect
    for client in clients:
        client.close()
    # Whoever was online is not any more when the next test begins.
    relay.eventually(lambda: server.get("/readyz").status == 200)


def test_signing_in(connect):
    client = connect()
    assert client.log_in("ann", "wrong") == "0"
    assert client.log_in("nobody", "secret") == "0"
    answer = client.ask('<LOGIN user="ann" pass="5EBE2294ECD0E0F08EAB7690D2A6EE69"/>')
    assert (answer.tag, answer.attrib) == ("LOGIN", {"user": "ann", "result": "1"})
    assert client.log_in("ann", "secret") == "0"


def test_before_a_login_the_echo_is_all(connect):
    client = connect()
    client.send('<STATUS user="ann" type="list"/><ALIVE/>')
    assert client.read() == b'<STATUS user="ann" type="list"/>'
    assert client.read() == b"<ALIVE/>"


@pytest.mark.parametrize("document", [
    "<ALIVE/>", "<ALIVE\t\n></ALIVE >", "<?xml version='1.0' encoding=\"utf-8\"?>\n\n<ALIVE a='1'  b = \"&#65;\"/>",
    "<ALIVE>&lt;é😀<![CDATA[<&]]><!-- c --><B/></ALIVE>",
])
def test_the_echo_is_byte_for_byte(connect, document):
    client = connect("ann")
    client.send("\r\n  " + document + "\t")
    assert client.read() == document.encode()


def test_messages_and_statuses(connect):
    ann, bob = connect("ann"), connect("bob")
    assert ann.ask('<MESSAGE to="bob" from="ann">a &amp; b &lt;c&gt; é😀</MESSAGE>').get("result") == "1"
    message = bob.event()
    assert (message.tag, message.attrib, message.text) == ("MESSAGE", {"from": "ann", "to": "bob"}, "a & b <c> é😀")
    assert ann.ask('<MESSAGE to="nobody" from="ann">x</MESSAGE>').get("result") == "0"
    assert ann.ask('<MESSAGE to="bob" from="eve">x</MESSAGE>').get("result") == "0"
    for code in "1230":
        assert ann.ask(f'<STATUS user="ann" type="Set" code="{code}"/>').attrib == {"type": "set", "result": "1"}
        assert ann.ask('<STATUS user="ann" type="GET"/>').attrib == {"type": "get", "result": code}
    listed = ann.ask('<STATUS user="ann" type="list"/>')
    assert [(status.get("id"), status.text) for status in listed] == [
        ("0", "Online"), ("1", "Away"), ("2", "Busy"), ("3", "Hidden")]


def test_a_hidden_user_is_offline_and_gets_messages_at_once(connect):
    ann, bob = connect("ann"), connect("bob")
    bob.ask('<STATUS user="bob" type="set" code="3"/>')
    assert ann.ask('<MESSAGE to="bob" from="ann">psst</MESSAGE>').get("result") == "-1"
    assert bob.event().text == "psst"


def test_messages_for_later_then_invitations(connect, server):
    ann = connect("ann")
    for number in range(3):
        assert ann.ask(f'<MESSAGE to="eve" from="ann">{number}</MESSAGE>').get("result") == "-1"
    add = '<FRIEND user="ann" type="add" friend="eve"/>'
    assert ann.ask(add).attrib == {"type": "add", "result": "1"}
    assert ann.ask(add).get("result") == "1"
    eve = connect("eve")
    assert [eve.event().text for _ in range(3)] == ["0", "1", "2"]
    invitation = eve.event()
    assert invitation.attrib == {"type": "invite", "to": "eve", "from": "ann"}
    assert eve.ask('<FRIEND user="eve" type="accept" other="ann"/>').get("result") == "1"
    assert eve.ask('<FRIEND user="eve" type="accept" other="ann"/>').get("result") == "0"
    friends = eve.ask('<FRIEND user="eve" type="request"/>')
    assert [(friend.get("status"), friend.text) for friend in friends] == [("0", "ann")]
    assert ann.ask('<FRIEND user="ann" type="add" friend="eve"/>').get("result") == "0"
    assert eve.ask('<FRIEND user="eve" type="delete" friend="ann"/>').get("result") == "1"
    assert len(ann.ask('<FRIEND user="ann" type="request"/>')) == 0
    assert eve.ask('<FRIEND user="eve" type="deny" other="ann"/>').get("result") == "0"
    # Each message was told once.
    eve.close()
    eve = connect("eve")
    eve.send("<ALIVE/>")
    assert eve.read() == b"<ALIVE/>"


def test_inviting_each_other_is_accepting(connect):
    ann, bob = connect("ann"), connect("bob")
    assert ann.ask('<FRIEND user="ann" type="add" friend="bob"/>').get("result") == "1"
    assert bob.event().get("from") == "ann"
    assert bob.ask('<FRIEND user="bob" type="add" friend="ann"/>').get("result") == "1"
    friends = ann.ask('<FRIEND user="ann" type="request"/>')
    assert [friend.text for friend in friends] == ["bob"]
    assert ann.ask('<FRIEND user="ann" type="delete" friend="bob"/>').get("result") == "1"


def test_pipelined_documents_are_answered_in_order(connect):
    ann = connect("ann")
    documents = ['<STATUS user="ann" type="get"/>', "<NOPE/>", '<STATUS user="x" type="list"/>', "<ALIVE/>"] * 20
    ann.send("".join(documents))
    for document in documents:
        assert ann.read() == document.encode()
        if document != "<ALIVE/>":
            assert ann.answer().tag in ("STATUS", "ERROR", "STATUSLIST")


def test_logging_out(connect):
    ann = connect("ann")
    assert ann.ask('<LOGOUT user="bob"/>').attrib == {"result": "0"}
    ann.send('<LOGOUT user="ann"/><ALIVE/>')
    assert ann.read() == b'<LOGOUT user="ann"/>'
    assert ann.answer().attrib == {"result": "1"}
    assert ann.read() is None


@pytest.mark.parametrize("document", [
    "<A></B>", "nonsense", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a>&x;</a>", "<?php x?><a/>", b"<a>\xff</a>",
    "<a>" * 40, "<a b='" + "x" * 70_000 + "'/>", "<a b='1' b='2'/>", "<a>&#0;</a>",
    "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]><lolz>&lol2;</lolz>",
    "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
])
def test_what_is_refused_ends_the_connection_alone(connect, server, document):
    ann, bob = connect("ann"), connect("bob")
    try:
        ann.send(document)
    except OSError:
        pass
    assert ann.answer().tag == "ERROR"
    assert ann.is_closed()
    bob.send("<ALIVE/>")
    assert bob.read() == b"<ALIVE/>"


def test_unknown_elements_and_types_leave_the_connection(connect):
    ann = connect("ann")
    for document in ["<NOPE/>", "<login/>", '<STATUS user="ann"/>', '<FRIEND user="ann" type="marry"/>']:
        assert ann.ask(document).tag == "ERROR"


def test_silence_ends_the_connection(tmp_path):
    server = relay.Server(tmp_path, {"xml.port": relay.free_port(), "xml.timeout": 1}).start()
    try:
        client = XMLClient(server)
        client.send("<ALIVE/>")
        assert client.read() == b"<ALIVE/>"
        # Half a document does not keep it open.
        client.send("<ALI")
        assert client.read() is None
    finally:
        server.stop()
