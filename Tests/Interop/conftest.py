"""Fixtures for all tests with real clients."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import line_client  # noqa: E402
import relay  # noqa: E402


@pytest.fixture
def make_server(tmp_path):
    """Makes servers that end with the test: make_server({"line.port": 0})."""
    servers = []

    def make(config=None, start=True):
        server = relay.Server(tmp_path / f"server{len(servers)}", config)
        servers.append(server)
        return server.start() if start else server

    yield make
    for server in servers:
        if server.process is not None:
            server.stop()


@pytest.fixture
def server(make_server):
    """A running server with the settings for tests."""
    return make_server()


@pytest.fixture
def connect():
    """Opens connections of the line protocol to a server: connect(server). They end with the test."""
    clients = []

    def open_client(server):
        clients.append(line_client.LineClient(server.line_port))
        return clients[-1]

    yield open_client
    for client in clients:
        client.close()


@pytest.fixture
def line(server, connect):
    """Opens connections of the line protocol to the running server: line()."""
    return lambda: connect(server)
