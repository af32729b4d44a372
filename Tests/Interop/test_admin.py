"""What an operator does with `media-relay admin` and `media-relay account`, beside a running server and without one."""

import hashlib
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import pytest

import relay
from line_client import LineClient, Closed


def query(server, *words):
    return json.loads(server.cli("admin", "query", *words, "--json").stdout)


def files(server):
    return {path.name for path in pathlib.Path(server.config["data"]).iterdir()}


# Asking


def test_status_with_and_without_a_server(server):
    server.add_account("ann", "secret")
    with server.line("ann", "secret"), server.line(guest="bob") as bob:
        assert bob.ask('#broadcast "one"') == "@status 0"
        status = query(server, "status")
        assert status["running"] is True
        assert status["pid"] == server.pid
        assert abs(status["started"] / 1000 - time.time()) < 60
        assert (status["connections"], status["users"], status["guests"], status["accounts"]) == (2, 2, 1, 1)
        assert (status["rooms"], status["mediaSessions"], status["messages"]) == (1, 0, 1)
    text = server.cli("admin", "query").stdout
    assert f"process: {server.pid}\n" in text
    assert server.stop() == 0
    status = query(server)
    assert status["running"] is False
    assert status["accounts"] == 1
    assert "pid" not in status


def test_users_and_one_user(server):
    server.add_account("ann", "secret")
    server.add_account("root", "secret")
    server.cli("account", "role", "root", "admin")
    assert query(server, "user", "ann")["status"] == "offline"
    with server.line("ann", "secret") as ann, server.line(guest="bob"):
        assert ann.ask("#createroom den") == "@status 0"
        assert ann.ask("#changeroom den") == "@status 0"
        users = query(server, "users")
        assert [user["name"] for user in users] == ["ann", "bob"]
        assert users[0]["connections"] == [{"door": "line", "address": "127.0.0.1", "rooms": ["den"]}]
        assert users[1]["role"] == "guest"
        token = server.sign_in("root", "secret")
        mute = {"user": "ann", "media": ["text"], "seconds": 600, "reason": "too loud"}
        assert server.post("/api/v1/rooms/den/mute", mute, token=token).status == 204
        one = query(server, "user", "ann")
        assert one["role"] == "user" and one["status"] == "online"
        (restriction,) = one["restrictions"]
        assert restriction["kind"] == "text" and restriction["room"] == "den" and restriction["by"] == "root"
        text = server.cli("admin", "query", "user", "ann").stdout
        assert "connection: line 127.0.0.1 in den\n" in text and "too loud" in text
        assert "bob" in server.cli("admin", "query", "users").stdout
    rooms = query(server, "rooms")
    assert [room["name"] for room in rooms] == ["Home", "den"]
    nobody = server.cli("admin", "query", "user", "nobody", check=False)
    assert nobody.returncode == 1 and nobody.stderr == "There is no user nobody.\n"
    assert server.cli("admin", "query", "user", check=False).returncode == 64


def test_announcing(server):
    with server.line(guest="bob") as bob:
        server.cli("admin", "announce", "The cake is in the kitchen.")
        assert bob.message() == '@mess #server "The cake is in the kitchen."'


# Ending


def test_stop_tells_everyone_and_waits(server):
    bob = server.line(guest="bob")
    server.cli("admin", "stop")
    assert server.process.wait(5) == 0
    assert bob.message().startswith('@mess #server "')
    assert bob.is_closed()
    again = server.cli("admin", "stop", check=False)
    assert again.returncode == 69
    assert again.stderr == f"No server runs on {server.config['data']}.\n"


def test_restart_keeps_the_process_and_reads_the_settings(server):
    server.add_account("ann", "secret")
    pid, before = server.pid, query(server)["started"]
    bob = server.line(guest="bob")
    server.config["guests.canEnter"] = False
    server.write_config()
    server.cli("admin", "restart")
    assert bob.is_closed()
    after = query(server)
    assert after["pid"] == pid and after["started"] > before
    with relay.Line(server.line_port) as guest:
        assert guest.ask("#login anon bob") == "@status 3501"
    server.line("ann", "secret").close()
    # It still listens to signals.
    server.process.send_signal(signal.SIGHUP)
    relay.eventually(lambda: "settings read again" in server.log)
    assert server.stop() == 0


def test_kill_ends_a_server_that_hangs(server):
    with server.line(guest="bob") as bob:
        assert bob.ask("#createroom kept") == "@status 0"
        server.process.send_signal(signal.SIGSTOP)
        server.cli("admin", "kill")
        assert server.process.wait(5) == -signal.SIGKILL
    server.process.stdout.close()
    server.start()
    assert [room["name"] for room in query(server, "rooms")] == ["Home", "kept"]


def test_reset_needs_a_word_and_forgets_everything(server):
    server.add_account("ann", "secret")
    token = server.sign_in("ann", "secret")
    done = server.cli("admin", "reset", check=False)
    assert done.returncode == 64 and "--yes" in done.stderr
    server.line("ann", "secret").close()
    pid = server.pid
    server.cli("admin", "reset", "--yes")
    status = query(server)
    assert status["running"] and status["pid"] == pid and status["accounts"] == 0
    # The next account has the number of the one before; the old token does not stand for it.
    server.add_account("eve", "secret")
    assert server.get("/api/v1/rooms", token=token).status == 401
    assert server.stop() == 0
    server.cli("admin", "reset", "--yes")
    assert query(server)["accounts"] == 0
    assert "sealing.key" in files(server)


# Copies


def test_backup_restore_and_who_may(server, tmp_path):
    server.add_account("ann", "secret")
    token = server.sign_in("ann", "secret")
    copy = tmp_path / "copy.db"
    server.cli("admin", "backup", str(copy))
    assert copy.stat().st_mode & 0o777 == 0o600
    server.add_account("later", "secret")
    again = server.cli("admin", "backup", str(copy), check=False)
    assert again.returncode == 1
    assert again.stderr == f"{copy} exists already.\n"
    nowhere = server.cli("admin", "backup", str(tmp_path / "no" / "copy.db"), check=False)
    assert nowhere.returncode == 1 and "cannot be written: No such file or directory" in nowhere.stderr

    running = server.cli("admin", "restore", str(copy), check=False)
    assert running.returncode == 69
    assert "stop it before" in running.stderr
    assert server.stop() == 0
    server.cli("admin", "restore", str(copy))
    assert [account["name"] for account in json.loads(server.cli("account", "list", "--json").stdout)] == ["ann"]
    server.start()
    # Tokens of before could stand for accounts that are made only now.
    assert server.get("/api/v1/rooms", token=token).status == 401
    server.line("ann", "secret").close()
    assert server.stop() == 0

    wrong = tmp_path / "wrong.db"
    wrong.write_bytes(os.urandom(10_000))
    refused = server.cli("admin", "restore", str(wrong), check=False)
    assert refused.returncode == 69 and str(wrong) in refused.stderr
    assert server.cli("admin", "restore", str(tmp_path / "none.db"), check=False).returncode == 69
    # Without a server a backup can be made too.
    server.cli("admin", "backup", str(tmp_path / "second.db"))


def test_a_backup_under_load_is_one_moment(make_server, tmp_path):
    """Every message of a sender up to some number, and none after it, is in a copy that was made while they came."""
    server = make_server({"limits.messagesPerSecond": 0, "limits.roomHistory": 1_000_000})
    server.add_account("ann", "secret")
    server.cli("room", "create", "log", "--expiry", "never")
    stop = threading.Event()
    acknowledged = [0] * 4

    def talk(place):
        with server.line(guest=f"talker{place}") as talker:
            assert talker.ask("#changeroom log") == "@status 0"
            while not stop.is_set():
                assert talker.ask(f'#broadcast "{place}:{acknowledged[place] + 1}"') == "@status 0"
                acknowledged[place] += 1

    talkers = [threading.Thread(target=talk, args=(place,)) for place in range(4)]
    for talker in talkers:
        talker.start()
    copies = []
    for number in range(3):
        time.sleep(0.7)
        before = list(acknowledged)
        path = tmp_path / f"copy{number}.db"
        server.cli("admin", "backup", str(path))
        copies.append((path, before, list(acknowledged)))
    stop.set()
    for talker in talkers:
        talker.join()
    assert min(acknowledged) > 20
    assert server.stop() == 0
    for path, before, after in copies:
        server.cli("admin", "restore", str(path))
        server.start()
        with server.line("ann", "secret") as ann:
            assert ann.ask("#changeroom log") == "@status 0"
            said = [row.split(" ", 2)[2].strip('"') for row in ann.ask_rows("#history 200")]
        assert server.stop() == 0
        for place in range(4):
            numbers = [int(text.split(":")[1]) for text in said if text.startswith(f"{place}:")]
            # What is there of one sender is a stretch without a hole, ending between what was acknowledged before the copy
            # was asked for and what was after it was made.
            assert numbers == list(range(numbers[0], numbers[-1] + 1))
            assert before[place] <= numbers[-1] <= after[place] + 1


# Keys


def sealed_text(server):
    return b"the secret of the sea" in pathlib.Path(server.config["data"], "relay.db").read_bytes()


def test_rekey(server):
    server.add_account("ann", "secret")
    server.add_account("bob", "secret")
    token = server.sign_in("ann", "secret")
    message = {"to": "bob", "text": "the secret of the sea"}
    assert server.post("/api/v1/messages", message, token=token).json["delivered"] is False
    running = server.cli("admin", "rekey", check=False)
    assert running.returncode == 69 and "stop it before" in running.stderr
    assert server.stop() == 0
    path = pathlib.Path(server.config["data"], "sealing.key")
    before = path.read_text()
    server.cli("admin", "rekey")
    assert path.read_text() != before and path.stat().st_mode & 0o777 == 0o600
    given = hashlib.sha256(b"given").hexdigest()
    server.cli("admin", "rekey", "--key-stdin", input=given)
    assert path.read_text().strip() == given
    assert not sealed_text(server)
    wrong = server.cli("admin", "rekey", "--key-stdin", input="short", check=False)
    assert wrong.returncode == 1 and "64 hexadecimal digits" in wrong.stderr
    server.start()
    with server.line("bob", "secret") as bob:
        assert bob.message().endswith('"the secret of the sea"')


# What is kept of a person


def test_export(server):
    with server.line(guest="maker") as maker:
        assert maker.ask("#createlogin ann secret \"Ann A\" ann@example.org") == "@status 0"
        assert maker.ask("#createlogin bob secret \"\" \"\"") == "@status 0"
    with server.line("ann", "secret") as ann, server.line("bob", "secret") as bob:
        assert ann.ask('#sendto bob "between us"') == "@status 0"
        assert ann.ask("#createroom den") == "@status 0"
        assert ann.ask("#ignore bob") == "@status 0"
        assert bob.ask("#whoami").startswith("@ret")
    for _ in range(2):
        document = json.loads(server.cli("account", "export", "ann").stdout)
        assert document["account"]["email"] == "ann@example.org"
        assert document["account"]["realName"] == "Ann A"
        text = json.dumps(document)
        assert "between us" in text and "den" in text and "bob" in text
        assert "scrypt" not in text
        # Once more without a server.
        if server.process:
            assert server.stop() == 0
    assert server.cli("account", "export", "nobody", check=False).returncode == 1


def test_a_mistyped_folder_is_not_made(make_server, tmp_path):
    server = make_server(start=False)
    server.write_config()
    for command in [["account", "list"], ["account", "remove", "ann"], ["admin", "query"], ["room", "list"],
                    ["account", "export", "ann"], ["admin", "backup", str(tmp_path / "b")], ["admin", "rekey"],
                    ["admin", "reset", "--yes"]]:
        done = server.cli(*command, check=False)
        assert done.returncode == 78, (command, done)
        assert "relay.yaml:2: data: there is no data folder" in done.stderr
        assert not pathlib.Path(server.config["data"]).exists(), command
    server.add_account("ann", "secret")
    assert pathlib.Path(server.config["data"]).exists()


# Testing


def test_the_server_tests_itself(server):
    outcomes = json.loads(server.cli("admin", "test", "--json").stdout)
    assert {outcome["test"]: outcome["passed"] for outcome in outcomes} == {
        "http": True, "line": True, "line login": True, "media round trip": True}, outcomes
    # It leaves nothing behind.
    assert json.loads(server.cli("account", "list", "--json").stdout) == []
    assert [room["name"] for room in query(server, "rooms")] == ["Home"]


def test_the_test_fails_where_something_does_not_work(server):
    server.config["line.port"] = relay.free_port()
    server.write_config()
    done = server.cli("admin", "test", check=False)
    assert done.returncode == 1
    lines = [line for line in done.stdout.splitlines() if line.startswith("line")]
    assert len(lines) == 2 and all("NO" in line for line in lines)
    assert server.stop() == 0
    assert server.cli("admin", "test", check=False).returncode == 69


# Help


@pytest.mark.parametrize("words", [
    [], ["serve"], ["account"], ["room"], ["admin"], ["account", "export"], ["admin", "query"], ["admin", "announce"],
    ["admin", "stop"], ["admin", "restart"], ["admin", "kill"], ["admin", "test"], ["admin", "backup"],
    ["admin", "restore"], ["admin", "rekey"], ["admin", "reset"], ["call"], ["codec"]])
def test_help_everywhere(words):
    done = subprocess.run([relay.binary(), *words, "--help"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    assert "USAGE: media-relay" in done.stdout and "OVERVIEW:" in done.stdout
