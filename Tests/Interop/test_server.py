"""The program as its operator meets it: starting, settings, signals, files."""

import json
import os
import signal
import socket
import stat
import subprocess

import pytest

import relay


def run(*arguments, **more):
    return subprocess.run([relay.binary(), *arguments], capture_output=True, text=True, timeout=30, **more)


# Starting


def test_it_says_where_it_listens_and_is_ready(server):
    assert str(server.http_port) in server.ready_line
    assert str(server.line_port) in server.ready_line
    assert server.get("/healthz").status == 200
    assert server.get("/readyz").status == 200
    assert server.stop() == 0


def test_a_port_of_zero_is_no_door(make_server):
    server = make_server({"line.port": 0})
    assert "line" not in server.ready_line
    with socket.socket() as probe:
        probe.settimeout(5)
        assert probe.connect_ex(("127.0.0.1", 6500)) != 0


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("\nhttp:\n  prot: 7001\n", ":3: http.prot: unknown key, did you mean http.port?"),
        ("http.port: high\n", ":1: http.port: must be a whole number from 0 to 65535, not \"high\""),
        ("http:\n - 1\n", ":2: http: must be settings"),
        ("a: [\n", "is not YAML"),
    ],
)
def test_settings_that_cannot_be_used_end_it_with_78(tmp_path, text, complaint):
    path = tmp_path / "relay.yaml"
    path.write_text(text)
    done = run("serve", "--config", str(path), cwd=tmp_path)
    assert done.returncode == 78
    assert complaint in done.stderr
    assert str(path) in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_file_that_is_not_there(tmp_path):
    done = run("serve", "--config", str(tmp_path / "none.yaml"))
    assert done.returncode == 78
    assert "none.yaml" in done.stderr


@pytest.mark.parametrize("key", ["http.port", "line.port"])
def test_a_port_in_use_is_told_with_its_line(make_server, key):
    server = make_server(start=False)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        server.config[key] = other.getsockname()[1]
        server.write_config()
        line = list(server.config).index(key) + 1
        done = run("serve", "--config", str(server.config_path))
    assert done.returncode == 78
    assert f"relay.yaml:{line}: {key}: port {server.config[key]} is in use" in done.stderr


def test_a_data_folder_that_cannot_be_written(make_server):
    server = make_server({"data": "/proc/nowhere"}, start=False)
    server.write_config()
    done = run("serve", "--config", str(server.config_path))
    assert done.returncode == 78
    assert "relay.yaml:2: data: " in done.stderr


def test_a_second_server_on_the_same_data_is_refused(server, make_server):
    second = make_server({"data": server.config["data"]}, start=False)
    second.write_config()
    done = run("serve", "--config", str(second.config_path))
    assert done.returncode == 78
    assert "in use by another media-relay" in done.stderr
    assert server.get("/readyz").status == 200


def test_the_environment_and_flags_override_the_file(make_server):
    server = make_server(start=False)
    server.write_config()
    by_environment, by_flag = relay.free_port(), relay.free_port()
    process = subprocess.Popen(
        [relay.binary(), "serve", "--config", str(server.config_path), "--set", f"line.port={by_flag}"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, "MEDIA_RELAY_HTTP_PORT": str(by_environment)})
    try:
        ready = process.stdout.readline().decode()
        assert str(by_environment) in ready
        assert str(by_flag) in ready
    finally:
        process.terminate()
        assert process.wait(20) == 0
        process.stdout.close()


# Signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_everyone_is_told_before_it_ends(server, number):
    with server.line(guest="ann") as ann:
        server.process.send_signal(number)
        message = ann.message()
        assert message.startswith('@mess #server "'), message
        assert ann.is_closed()
    assert server.process.wait(20) == 0


def test_a_reload_takes_what_can_be_taken(server):
    assert server.post("/api/v1/sign-in", {"guest": "ann"}).status == 200
    port = server.http_port
    server.reload(guests__canEnter=False, http__port=relay.free_port())
    relay.eventually(lambda: "settings read again" in server.log)
    answer = server.request_at(port, "POST", "/api/v1/sign-in", {"guest": "bob"})
    assert answer.status == 403
    assert answer.json["code"] == "guestsNotAllowed"
    assert "http.port takes effect at the next start" in server.log
    server.config["http.port"] = port


def test_a_reload_of_rubbish_changes_nothing(server):
    server.config_path.write_text("guests.canEnter: false\nhttp.prot: 1\n")
    server.process.send_signal(signal.SIGHUP)
    relay.eventually(lambda: "did you mean http.port?" in server.log)
    assert server.post("/api/v1/sign-in", {"guest": "ann"}).status == 200


# Commands


def test_accounts_with_and_without_a_server(make_server):
    server = make_server(start=False)
    server.write_config()
    server.add_account("before", "secret one")
    server.start()
    server.add_account("beside", "secret two")
    for user, password in [("before", "secret one"), ("beside", "secret two")]:
        assert server.sign_in(user, password)
    accounts = json.loads(server.cli("account", "list", "--json").stdout)
    assert [(a["name"], a["role"]) for a in accounts] == [("before", "user"), ("beside", "user")]
    server.cli("account", "role", "beside", "admin")
    server.cli("account", "password", "before", "--password-stdin", input="other\n")
    assert server.post("/api/v1/sign-in", {"user": "before", "password": "secret one"}).status == 401
    assert server.post("/api/v1/sign-in", {"user": "beside", "password": "secret two"}).json["role"] == "admin"
    server.cli("account", "remove", "before")
    assert server.post("/api/v1/sign-in", {"user": "before", "password": "other"}).status == 401
    assert server.stop() == 0
    assert "beside" in server.cli("account", "list").stdout
    assert "before" not in server.cli("account", "list").stdout


def test_commands_at_the_same_time_wait_for_each_other(make_server):
    server = make_server(start=False)
    server.write_config()
    processes = [
        subprocess.Popen(
            [relay.binary(), "room", "create", f"room{number}", "--expiry", "never", "--config", str(server.config_path)])
        for number in range(6)
    ]
    assert [process.wait(60) for process in processes] == [0] * 6
    rooms = json.loads(server.cli("room", "list", "--json").stdout)
    assert {f"room{number}" for number in range(6)} < {room["name"] for room in rooms}


def test_rooms_with_and_without_a_server(make_server):
    server = make_server(start=False)
    server.write_config()
    server.cli("room", "create", "attic", "--kind", "video", "--expiry", "never", "--password", "x",
               "--access", "registered", "--audio-bitrate", "20000", "--video-bitrate", "80000")
    server.start()
    server.cli("room", "create", "cellar", "--expiry", "sticky")
    rooms = {room["name"]: room for room in json.loads(server.cli("room", "list", "--json").stdout)}
    assert set(rooms) == {"Home", "attic", "cellar"}
    assert rooms["attic"]["kind"] == "video"
    assert rooms["attic"]["access"] == "registered"
    assert rooms["attic"]["hasPassword"] is True
    server.cli("room", "delete", "cellar")
    assert "cellar" not in server.cli("room", "list").stdout


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("account", "remove", "nobody"), "nobody"),
        (("account", "role", "nobody", "admin"), ""),
        (("room", "delete", "nowhere"), ""),
        (("room", "delete", "x" * 31), "30"),
    ],
)
def test_what_the_server_refuses_is_one_sentence_and_1(server, arguments, said):
    done = server.cli(*arguments, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert len(done.stderr) > 10
    assert done.stdout == ""


def test_the_same_name_twice_is_refused(server):
    server.add_account("ann", "secret")
    done = server.cli("account", "add", "ann", "--password-stdin", input="other", check=False)
    assert done.returncode == 1
    assert server.sign_in("ann", "secret")


def test_a_password_is_never_an_argument(server):
    done = server.cli("account", "add", "ann", input="secret", check=False)
    assert done.returncode == 64
    assert "--password-stdin" in done.stderr


def test_an_empty_password_is_refused(server):
    done = server.cli("account", "add", "ann", "--password-stdin", input="", check=False)
    assert done.returncode == 1


def test_admin_names_are_made_by_the_command_line_only(make_server):
    server = make_server({"admins": ["root"]})
    with server.line(guest="ann") as ann:
        assert ann.ask("#createlogin root secret Root root@example.org") != "@status 0"
    server.add_account("root", "secret")
    assert server.post("/api/v1/sign-in", {"user": "root", "password": "secret"}).json["role"] == "superAdmin"


# What is kept


def test_accounts_rooms_and_tokens_outlive_a_crash(server):
    server.add_account("ann", "secret")
    server.cli("room", "create", "studio", "--kind", "video", "--expiry", "never")
    with server.line("ann", "secret") as ann:
        assert ann.ask("#createroom den") == "@status 0"
    token = server.sign_in("ann", "secret")
    server.kill9()
    server.start()
    assert server.sign_in("ann", "secret")
    rooms = {room["name"]: room for room in json.loads(server.cli("room", "list", "--json").stdout)}
    assert rooms["den"]["owner"] == "ann"
    assert rooms["studio"]["kind"] == "video"
    # The token still says who one is: the room is judged, not the token.
    assert server.offer("nowhere", "v=0\r\n", token).status == 404


def test_secrets_and_the_control_socket_are_the_owners_only(server):
    server.add_account("ann", "secret")
    data = server.config["data"]
    assert stat.S_IMODE(os.stat(data).st_mode) == 0o700
    for name in ("token.key", "control.sock"):
        assert stat.S_IMODE(os.stat(os.path.join(data, name)).st_mode) == 0o600
    assert "secret" not in server.log


def test_the_control_socket_is_gone_with_the_server(server):
    path = os.path.join(server.config["data"], "control.sock")
    assert os.path.exists(path)
    server.stop()
    assert not os.path.exists(path)


def test_the_control_socket_survives_rubbish(server):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        folder = os.open(server.config["data"], os.O_RDONLY)
        try:
            client.connect(f"/proc/self/fd/{folder}/control.sock")
        finally:
            os.close(folder)
        client.sendall(b"rubbish\n")
        assert json.loads(client.makefile().readline())["failure"]["code"] == "unsupported"
        client.sendall(b"x" * 100_000)
        client.recv(65536)
    assert server.cli("room", "list").returncode == 0
