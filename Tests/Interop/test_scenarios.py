"""Performs the scenes in Tests/Scenarios; its README says how they are written."""

import hashlib
import json
import pathlib
import re
import time

import pytest

from line_client import Closed, LineClient, split_words, wait_until

SCENES = sorted((pathlib.Path(__file__).resolve().parents[1] / "Scenarios").glob("*.txt"))


def matches(pattern: str, line: str) -> bool:
    escaped = re.escape(pattern).replace("<number>", r"\d+").replace("<any>", ".*")
    return re.fullmatch(escaped, line) is not None


def value(text: str):
    """A setting as it is written in a scene: a number, JSON, or plain words."""
    try:
        return json.loads(text)
    except ValueError:
        return text


class Stage:
    """The server of a scene and who is connected to it."""

    def __init__(self, make_server, settings):
        self.server = make_server(settings)
        self.people: dict[str, LineClient] = {}
        self.tokens: dict[str, str] = {}
        self.counters: dict[tuple[str, str], int] = {}

    def perform(self, words: str, answers: list[str]):
        if words == "the server is killed":
            self.server.kill9()
            self.server.start()
            return
        if words == "the server is stopped":
            assert self.server.stop() == 0
            self.server.start()
            return
        if setting := re.fullmatch(r"the operator sets (\S+) (.*)", words):
            self.server.config[setting[1]] = value(setting[2])
            before = self.server.log.count("settings read again")
            self.server.reload()
            wait_until(lambda: self.server.log.count("settings read again") > before, what=words)
            return
        if command := re.fullmatch(r"the operator runs (.*)", words):
            self.server.cli(*split_words(command[1]))
            return
        if account := re.fullmatch(r"(\w+) has an account", words):
            self.server.add_account(account[1], "secret")
            return
        if pause := re.fullmatch(r"(\d+) seconds pass", words):
            time.sleep(int(pause[1]))
            return
        if until := re.fullmatch(r"until (\w+) > (.*)", words):
            name, line = until.groups()
            wait_until(lambda: self.answer(name, line, len(answers), answers), what=words)
            return
        if asking := re.fullmatch(r"(\w+) asks (\w+) (\S+) ?(.*)", words):
            self.ask(*asking.groups(), answers)
            return
        if proof := re.fullmatch(r"(\w+) proves (\S+) as (\w+)", words):
            name, account = proof[1], proof[3]
            password = proof[2].replace("_", " ")
            nonce = self.people[name].ask("#challenge").words[1]
            digest = hashlib.md5((nonce + password).encode()).hexdigest()
            self.people[name].send(f"#login regd {account} md5:{digest}")
            return
        if counter := re.fullmatch(r"(\w+) (remembers|sees no change of|sees a change of) (#\w+)", words):
            self.look(*counter.groups())
            return
        name, action, rest = re.fullmatch(r"(\w+) (connects|leaves|is closed|hears|>|<) ?(.*)", words).groups()
        if action == "connects":
            self.people[name] = LineClient(self.server.line_port)
            return
        person = self.people[name]
        if action == ">":
            person.send(rest)
        elif action == "<":
            line = person.read_line()
            assert matches(rest, line), f"{name} got {line!r}"
        elif action == "hears" and rest == "nothing":
            # What was sent to them before now would stand before the answer to this.
            person.send("#nonsense")
            assert person.read_line() == "@status 3502"
        elif action == "hears":
            while not matches(rest, line := person.read_line()):
                assert line.startswith("@mess "), f"{name} got {line!r}"
        elif action == "is closed":
            with pytest.raises(Closed):
                person.read_line()
            person.close()
        else:
            person.close()

    def look(self, name: str, action: str, counter: str):
        """A counter, against what it was when this person last looked."""
        number = int(self.people[name].ret(counter).words[1])
        before = self.counters.get((name, counter))
        self.counters[name, counter] = number
        assert action == "remembers" or number >= before, f"{counter} fell from {before} to {number}"
        assert action == "remembers" or (number != before) == (action == "sees a change of"), f"{before}, {number}"

    def ask(self, name: str, method: str, path: str, body: str, answers: list[str]):
        """A request over HTTP; the answer is its status, with the code of a refusal."""
        who = {"user": name, "password": "secret"} if not name.startswith("guest") else {"guest": name}
        if name not in self.tokens:
            self.tokens[name] = self.server.sign_in(**who)
        answer = self.server.request(method, f"/api/v1/{path}", body or None, token=self.tokens[name])
        got = str(answer.status)
        if answer.status >= 400:
            got += f" {answer.json['code']}"
        for pattern in answers[1:]:
            assert matches(f"<any>{pattern}<any>", answer.text), f"{name} got {answer}"
        assert answers and matches(answers[0], got), f"{name} got {answer}"

    def answer(self, name: str, line: str, least: int, answers: list[str]) -> bool:
        person = self.people[name]
        reply = person.ask(line)
        first = f"@status {reply.status}" if reply.status is not None else f"@ret {' '.join(reply.words)}"
        got = [first, *reply.lines]
        return len(got) == least and all(matches(pattern, text) for pattern, text in zip(answers, got))

    def close(self):
        for person in self.people.values():
            person.close()


@pytest.mark.parametrize("scene", SCENES, ids=[scene.stem for scene in SCENES])
def test_scene(make_server, scene):
    lines = [(number, line.rstrip()) for number, line in enumerate(scene.read_text().splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    settings = {}
    while lines[0][1].startswith("set "):
        _, key, text = lines.pop(0)[1].split(" ", 2)
        settings[key] = value(text)
    stage = Stage(make_server, settings)
    try:
        while lines:
            number, line = lines.pop(0)
            answers = []
            while lines and lines[0][1].startswith("    < "):
                answers.append(lines.pop(0)[1].removeprefix("    < "))
            try:
                stage.perform(line, answers)
            except (AssertionError, TimeoutError, Closed, pytest.fail.Exception) as error:
                pytest.fail(f"{scene.name}:{number}: {line}: {error!r}")
    finally:
        stage.close()
