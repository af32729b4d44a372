"""The servers that the loads of messages are run against: each a process of its own, in a folder of its own."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "Tests/Interop"))

from relay import Server, free_port  # noqa: E402

INSPIRCD = """
<server name="load.test" description="load" network="load">
<admin name="load" nick="load" email="load@load.test">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect allow="*" timeout="30" pingfreq="600" hardsendq="64M" softsendq="32M" recvq="1M" threshold="100000" commandrate="100000000"
    fakelag="no" localmax="100000" globalmax="100000" resolvehostnames="no" useident="no" maxchans="20">
<performance netbuffersize="65536" somaxconn="1024" softlimit="100000" clonesonconnect="no" quietbursts="yes">
<class name="none"><type name="none"><dns server="127.0.0.1" timeout="1">
<options splitwhois="no" defaultmodes="nt" cyclehostsfromuser="no">
<security maxtargets="20">
<pid file="{folder}/inspircd.pid">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="{folder}/inspircd.log">
"""

NGIRCD = """
[Global]
Name = load.test
Info = load
Listen = 127.0.0.1
Ports = {port}
PidFile = {folder}/ngircd.pid
ServerUID = root
ServerGID = root
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxPenaltyTime = 0
MaxListSize = 100
PingTimeout = 600
[Options]
DNS = no
Ident = no
PAM = no
"""


class Peer:
    """A server that is no media-relay. `command` may name {port} and {folder}."""

    protocol = "line"

    def __init__(self, name, protocol, command, config=None):
        self.name, self.protocol, self.command, self.config = name, protocol, command, config

    @property
    def is_there(self):
        return shutil.which(self.command[0]) is not None

    def start(self, folder):
        self.port = free_port()
        places = {"port": self.port, "folder": folder}
        if self.config:
            (folder / "config").write_text(self.config.format(**places))
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [part.format(**places) for part in self.command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=folder)
        self.pid = self.process.pid
        end = time.monotonic() + 20
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port)):
                    return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"{self.name} did not start:\n{(folder / 'log').read_text(errors='replace')}")
                time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Relay:
    """The program of this project."""

    is_there = True

    def __init__(self, name="media-relay", protocol="line", accounts=0, **settings):
        self.name, self.protocol, self.accounts, self.settings = name, protocol, accounts, settings

    def start(self, folder):
        config = {
            "storage": {"history": False},
            "limits": {"messagesPerSecond": 0, "connectionsPerAddress": 0},
            "log.level": "error",
        }
        config.update(self.settings)
        self.server = Server(folder, config=config)
        self.server.start()
        self.port, self.pid = self.server.line_port, self.server.pid
        if self.accounts:
            self.make_accounts()

    def make_accounts(self):
        with self.server.line(guest="maker") as line:
            for number in range(self.accounts):
                assert line.ask(f"#createlogin u{number} password load load@load.test") == "@status 0"

    def stop(self):
        self.server.stop()


def floor(folder):
    """The C server that does the least, built into a folder."""
    program = folder / "floor"
    subprocess.run(["cc", "-O2", "-std=gnu17", "-o", program, HERE.parent / "floors/messages.c"], check=True)
    return Peer("C floor", "line", [str(program), "{port}"])


def redis():
    return Peer("Redis", "redis", [
        "redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxclients", "20000",
        "--client-output-buffer-limit", "pubsub 0 0 0"])


def inspircd():
    return Peer("InspIRCd", "irc", ["inspircd", "--nofork", "--runasroot", "--config", "{folder}/config"], INSPIRCD)


def ngircd():
    return Peer("ngIRCd", "irc", ["ngircd", "--nodaemon", "--config", "{folder}/config"], NGIRCD)


def cores():
    """A core for the server and one for the load, where there are two."""
    available = sorted(os.sched_getaffinity(0))
    return available[0], available[-1]
