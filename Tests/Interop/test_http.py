"""The HTTP door, spoken to by curl, by Python's client and by hand."""

import base64
import json
import re
import socket
import subprocess

import pytest

import relay


def raw(server, data, timeout=15):
    """Sends bytes and reads until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=timeout) as client:
        client.sendall(data)
        received = b""
        while chunk := client.recv(65536):
            received += chunk
        return received.decode()


def problem(answer, status, code):
    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json
    assert document["status"] == status
    assert document["code"] == code
    assert document["title"] and document["detail"] and document["type"]


def test_an_account_signs_in(server):
    server.add_account("ann", "secret")
    answer = server.post("/api/v1/sign-in", {"user": "ann", "password": "secret"})
    assert answer.status == 200
    assert set(answer.json) == {"token", "user", "role", "expires"}
    assert answer.json["user"] == "ann"
    assert answer.json["role"] == "user"
    assert answer.headers["Cache-Control"] == "no-store"
    header, payload, signature = answer.json["token"].split(".")
    decoded = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    assert decoded == {"alg": "HS256", "typ": "JWT"}
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["sub"] == "ann"
    assert claims["exp"] * 1000 == answer.json["expires"]


def test_what_clients_show_before_anybody_signs_in(make_server):
    server = make_server({"branding.title": "Ann's house", "urls.support": "https://example.org/help"})
    assert server.get("/api/v1/welcome").json == {
        "branding": {"title": "Ann's house"}, "urls": {"support": "https://example.org/help"}}
    server.reload(urls__support="", urls__registration="https://example.org/new")
    relay.eventually(
        lambda: server.get("/api/v1/welcome").json["urls"] == {"registration": "https://example.org/new"})


def test_a_guest_signs_in(make_server):
    server = make_server({"guests.prefix": "guest-"})
    answer = server.post("/api/v1/sign-in", {"guest": "guest-bob"})
    assert answer.status == 200
    assert answer.json["user"] == "guest-bob"
    assert answer.json["role"] == "guest"
    made_up = server.post("/api/v1/sign-in", {"guest": ""})
    assert made_up.status == 200
    assert made_up.json["user"].startswith("guest-")


def test_wrong_credentials(server):
    server.add_account("ann", "secret")
    for body in (
        {"user": "ann", "password": "wrong"},
        {"user": "nobody", "password": "secret"},
        {"user": "", "password": "secret"},
        {"user": "x" * 31, "password": "secret"},
    ):
        answer = server.post("/api/v1/sign-in", body)
        problem(answer, 401, "badCredentials")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    problem(server.post("/api/v1/sign-in", {"guest": "ann"}), 409, "nameTaken")


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", "{}", '{"user":"ann"}', '{"user":1,"password":"x"}', '{"user":"a","password":"b","guest":"c"}',
     '{"guest":"a\\u0007b"}', "[" * 100_000, '{"guest":' + "[" * 100_000],
    ids=range(11),
)
def test_a_body_that_is_none(server, body):
    problem(server.post("/api/v1/sign-in", body, headers={"Content-Type": "application/json"}), 422, "invalid")


def test_json_is_taken_whatever_it_is_called(server):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.post("/api/v1/sign-in", '{"guest": "ann"}', headers=form).status == 200
    problem(server.post("/api/v1/sign-in", "guest=bob", headers=form), 422, "invalid")


def test_methods_and_addresses(server):
    problem(server.get("/nowhere"), 404, "notFound")
    problem(server.get("/api/v1/"), 404, "notFound")
    answer = server.get("/api/v1/sign-in")
    problem(answer, 405, "unsupported")
    assert answer.headers["Allow"] == "POST"
    assert server.request("DELETE", "/healthz").headers["Allow"] == "GET, HEAD"
    head = server.request("HEAD", "/healthz")
    assert head.status == 200
    assert head.body == b""
    assert int(head.headers["Content-Length"]) > 0


def test_a_body_beyond_the_limit(server):
    problem(server.post("/api/v1/sign-in", "x" * 300_000, headers={"Content-Type": "application/json"}), 413, "tooLarge")


@pytest.mark.parametrize(
    "request_, status",
    [
        (b"rubbish\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\n\r\n", "400"),
        (b"GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
        (b"GET /%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 200_000 + b"\r\n\r\n", "431"),
        (b"POST /api/v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", "413"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
    ],
    ids=range(8),
)
def test_what_is_not_a_request_of_ours(server, request_, status):
    try:
        answer = raw(server, request_)
    except ConnectionResetError:
        # The rest of what was sent may still have been on its way.
        answer = None
    assert answer is None or answer.startswith(f"HTTP/1.1 {status} "), answer
    assert server.get("/healthz").status == 200


def test_a_connection_is_kept_and_closed_on_request(server):
    answer = raw(
        server,
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert re.findall(r"HTTP/1\.1 (\d+)", answer) == ["200", "404", "200"]


def test_curl_speaks_it(server):
    def curl(*arguments):
        return subprocess.run(
            ["curl", "-sS", "--noproxy", "*", "--max-time", "20", *arguments], capture_output=True, text=True, check=True).stdout

    assert curl(server.url("/healthz")) == "ok\n"
    body = json.dumps({"guest": "ann", "padding": "x" * 2000})
    assert json.loads(curl("-H", "Content-Type: application/json", "-d", body, server.url("/api/v1/sign-in")))["user"] == "ann"


def test_tokens(server):
    token = server.sign_in(guest="ann")
    header, payload, signature = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    for bad in (None, "x", token[:-2], f"{none}.{payload}.", f"{none}.{payload}.{signature}", "a" * 5000):
        problem(server.offer("Home", "v=0\r\n", bad), 401, "badCredentials")


def test_a_token_ends_with_its_account_and_password(server):
    server.cli("room", "create", "studio", "--kind", "video")
    server.add_account("ann", "secret")
    token = server.sign_in("ann", "secret")
    problem(server.offer("studio", "rubbish", token), 422, "invalid")
    server.cli("account", "password", "ann", "--password-stdin", input="other")
    problem(server.offer("studio", "rubbish", token), 401, "badCredentials")
    token = server.sign_in("ann", "other")
    server.cli("account", "remove", "ann")
    # Whoever registers the name anew is somebody else.
    server.add_account("ann", "third")
    problem(server.offer("studio", "rubbish", token), 401, "badCredentials")


def test_the_media_door_refuses_by_the_rooms_rules(server):
    server.cli("room", "create", "studio", "--kind", "video", "--password", "open", "--access", "registered")
    server.add_account("ann", "secret")
    ann, guest = server.sign_in("ann", "secret"), server.sign_in(guest="bob")
    problem(server.offer("nowhere", "v=0\r\n", ann), 404, "notFound")
    problem(server.offer("Home", "v=0\r\n", ann), 403, "wrongKind")
    problem(server.offer("studio", "v=0\r\n", ann), 403, "wrongPassword")
    problem(server.offer("studio", "v=0\r\n", ann, password="shut"), 403, "wrongPassword")
    problem(server.offer("studio", "v=0\r\n", guest, password="open"), 403, "registeredOnly")
    problem(server.offer("studio", "rubbish", ann, password="open"), 422, "invalid")
    problem(server.offer("studio", "v=0\r\n", ann, password="open", audio="loud"), 422, "invalid")
    answer = server.post("/api/v1/rooms/studio/sessions", "v=0\r\n", token=ann, headers={"Content-Type": "text/plain"})
    problem(answer, 415, "unsupported")
    problem(server.request("DELETE", "/api/v1/rooms/studio/sessions/0", token=ann), 404, "notFound")
    problem(server.get("/api/v1/rooms/studio/listen.sdp", token=ann), 422, "invalid")


OFFER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {port} RTP/AVP 96
a=rtpmap:96 opus/48000/2
a=sendrecv
""".replace("\n", "\r\n")


def test_a_session_is_opened_and_left(server):
    server.cli("room", "create", "a studio/ü", "--kind", "audio")
    server.add_account("ann", "secret")
    server.add_account("bob", "secret")
    ann, bob = server.sign_in("ann", "secret"), server.sign_in("bob", "secret")
    offer = OFFER.format(port=relay.free_udp_range(2))
    answer = server.offer("a studio/ü", offer, ann)
    assert answer.status == 201, answer
    assert answer.headers["Content-Type"] == "application/sdp"
    assert answer.text.startswith("v=0\r\n")
    location = answer.headers["Location"]
    assert location.startswith("/api/v1/rooms/a%20studio%2F%C3%BC/sessions/")

    def users():
        rooms = json.loads(server.cli("room", "list", "--json").stdout)
        return {room["name"]: room["users"] for room in rooms}["a studio/ü"]

    assert users() == 1
    problem(server.request("DELETE", location), 401, "badCredentials")
    problem(server.request("DELETE", location, token=bob), 403, "forbidden")
    assert users() == 1
    assert server.request("DELETE", location, token=ann).status == 204
    assert users() == 0
    problem(server.request("DELETE", location, token=ann), 404, "notFound")


def test_a_description_to_listen_with(server):
    server.cli("room", "create", "studio", "--kind", "video")
    token = server.sign_in(guest="ann")
    port = relay.free_udp_range(4)
    path = f"/api/v1/rooms/studio/listen.sdp?audio=opus&video=VP8&port={port}"
    problem(server.get(path), 401, "badCredentials")
    answer = server.get(path + "&token=" + token)
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"] == "application/sdp"
    assert f"m=audio {port} " in answer.text
    assert f"m=video {port + 2} " in answer.text
    assert server.request("HEAD", path + "&token=" + token).status == 405


def test_connections_from_one_address_are_bounded(make_server):
    # Without the HTTP door, whose connection of the start might still be counted.
    server = make_server({"limits.connectionsPerAddress": 2, "http.port": 0})
    with relay.Line(server.line_port) as one, relay.Line(server.line_port) as two:
        assert one.ask("#whoami") == "@status 3500"
        assert two.ask("#whoami") == "@status 3500"
        with relay.Line(server.line_port) as three:
            assert three.read() == '@mess #server "too many connections from this address"'
            assert three.read() is None

    def is_admitted():
        with relay.Line(server.line_port) as four:
            return four.ask("#whoami") == "@status 3500"

    relay.eventually(is_admitted)
