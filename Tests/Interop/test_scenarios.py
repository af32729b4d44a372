"""Performs the scenes in Tests/Scenarios; its README says how they are written."""

import pathlib
import re

import pytest

from line_client import Closed, LineClient, wait_until

SCENES = sorted((pathlib.Path(__file__).resolve().parents[1] / "Scenarios").glob("*.txt"))


def matches(pattern: str, line: str) -> bool:
    escaped = re.escape(pattern).replace("<number>", r"\d+").replace("<any>", ".*")
    return re.fullmatch(escaped, line) is not None


class Stage:
    """The server of a scene and who is connected to it."""

    def __init__(self, make_server, settings):
        self.server = make_server(settings)
        self.people: dict[str, LineClient] = {}

    def perform(self, words: str, answers: list[str]):
        if words == "the server is killed":
            self.server.kill9()
            self.server.start()
            return
        if until := re.fullmatch(r"until (\w+) > (.*)", words):
            name, line = until.groups()
            wait_until(lambda: self.answer(name, line, len(answers), answers), what=words)
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
        else:
            person.close()

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
        _, key, value = lines.pop(0)[1].split(" ", 2)
        settings[key] = int(value) if value.isdigit() else value
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
