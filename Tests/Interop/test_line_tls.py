"""The line protocol and HTTP under TLS: with Python's ssl and with openssl's own client."""

import re
import socket
import ssl
import subprocess
import urllib.request

import pytest

import certificates
import relay
from line_client import LineClient


def secure_server(make_server, folder, **settings):
    certificate, key = certificates.make(folder)
    config = {
        "line.tlsPort": relay.free_port(), "http.tlsPort": relay.free_port(),
        "tls.certificate": str(certificate), "tls.key": str(key), **settings,
    }
    return make_server(config), certificate


def connect(server, context):
    return LineClient(
        server.config["line.tlsPort"], wrap=lambda plain: context.wrap_socket(plain, server_hostname="localhost"))


def test_the_same_protocol_behind_tls(make_server, tmp_path):
    server, certificate = secure_server(make_server, tmp_path)
    assert f"line+tls 127.0.0.1:{server.config['line.tlsPort']}" in server.ready_line
    with connect(server, certificates.trusting(certificate)) as ann, server.line(guest="bob") as bob:
        assert ann.socket.version() in ("TLSv1.2", "TLSv1.3")
        assert ann.ask("#login anon ann").status == 0
        assert bob.ask('#broadcast "from the clear"') == "@status 0"
        assert ann.read_line() == '@mess #broadcast bob "from the clear"'
        assert ann.ask('#sendto bob "sealed on the way"').status == 0
        assert bob.message() == '@mess #broadcast bob "from the clear"'
        assert bob.message() == '@mess #sendto ann "sealed on the way"'
        assert ann.ask("#quit").status == 0
        # The server says goodbye properly, so that nobody can cut the conversation short unnoticed.
        assert ann.socket.recv(10) == b""


def test_many_messages_behind_tls(make_server, tmp_path):
    server, certificate = secure_server(make_server, tmp_path, **{"limits.messagesPerSecond": 0})
    text = "x" * 800
    with connect(server, certificates.trusting(certificate)) as ann:
        assert ann.ask("#login anon ann").status == 0
        ann.send_raw(b"".join(f'#broadcast "{number} {text}"\r\n'.encode() for number in range(500)))
        for number in range(500):
            lines = {ann.read_line(), ann.read_line()}
            assert lines <= {"@status 0"} | {f'@mess #broadcast ann "{n} {text}"' for n in range(500)}


def test_a_slow_reader_behind_tls_is_cut_off_with_the_reason(make_server, tmp_path):
    server, certificate = secure_server(
        make_server, tmp_path, **{"limits.messagesPerSecond": 0, "limits.messageQueue": 65536})
    with connect(server, certificates.trusting(certificate)) as slow, server.line(guest="talker") as talker:
        assert slow.ask("#login anon slow").status == 0
        said = 0
        while "slow anon" in talker.ask_rows("#listusers"):
            for _ in range(100):
                talker.send('#broadcast "' + "x" * 900 + '"')
                assert talker.reply() == "@status 0"
                said += 1
            talker.messages.clear()
            assert said < 40_000, "it was not cut off"
        lines = slow.read_until_closed()
        assert lines[-1] == '@mess #server "message queue overflow"'
        assert 0 < len(lines) - 1 < said


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_versions_that_are_taken(make_server, tmp_path, version):
    server, certificate = secure_server(make_server, tmp_path)
    context = certificates.trusting(certificate, minimum_version=version, maximum_version=version)
    with connect(server, context) as ann:
        assert ann.ask("#login anon ann").status == 0


def test_older_versions_are_not(make_server, tmp_path):
    server, certificate = secure_server(make_server, tmp_path)
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.config['line.tlsPort']}", "-tls1_1",
         "-cipher", "ALL:@SECLEVEL=0"], input=b"", capture_output=True, timeout=20)
    assert b"alert protocol version" in done.stderr, done.stderr


def test_openssl_s_client(make_server, tmp_path):
    server, certificate = secure_server(make_server, tmp_path)
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.config['line.tlsPort']}", "-quiet",
         "-CAfile", str(certificate), "-verify_return_error"],
        input=b"#login anon script\n#whoami\n#quit\n", capture_output=True, timeout=20)
    assert done.stdout.decode().split("\r\n") == [
        "@status 0", "@ret #whoami script Home 1 - 0", "@status 0", ""], done


def test_who_speaks_in_the_clear_is_not_heard(make_server, tmp_path):
    server, _ = secure_server(make_server, tmp_path)
    with socket.create_connection(("127.0.0.1", server.config["line.tlsPort"]), timeout=15) as plain:
        plain.sendall(b"#login anon ann\r\n")
        received = b""
        while chunk := plain.recv(1000):
            received += chunk
        assert b"@status" not in received
    with server.line(guest="bob") as bob:
        assert bob.ask_rows("#listusers") == ["bob anon"]


def test_http_behind_tls(make_server, tmp_path):
    server, certificate = secure_server(make_server, tmp_path)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=certificates.trusting(certificate)))
    url = f"https://localhost:{server.config['http.tlsPort']}"
    with opener.open(url + "/readyz", timeout=15) as answer:
        assert answer.status == 200
    request = urllib.request.Request(url + "/api/v1/sign-in", data=b'{"guest": "ann"}', method="POST")
    with opener.open(request, timeout=15) as answer:
        assert b'"token"' in answer.read()


# The certificate's files


def test_a_renewed_certificate_is_shown_after_sighup(make_server, tmp_path):
    server, old = secure_server(make_server, tmp_path)
    old_text = old.read_text()
    with connect(server, certificates.trusting(old)) as before:
        assert before.ask("#login anon before").status == 0
        renewed, _ = certificates.make(tmp_path)
        assert renewed.read_text() != old_text
        server.reload()

        def shown():
            try:
                connect(server, certificates.trusting(renewed)).close()
                return True
            except ssl.SSLCertVerificationError:
                return False

        relay.eventually(shown)
        # Who was there stays there.
        assert before.ask("#whoami").status is None


def test_a_broken_certificate_at_sighup_changes_nothing(make_server, tmp_path):
    server, certificate = secure_server(make_server, tmp_path)
    trusted = certificates.trusting(certificate)
    certificate.write_text("nonsense")
    server.reload()
    relay.eventually(lambda: "the settings stay as they are" in server.log)
    assert "holds no certificate" in server.log
    connect(server, trusted).close()


def refused(make_server, config):
    """The one line that a server with these settings ends with."""
    server = make_server(config, start=False)
    server.write_config()
    done = subprocess.run(
        [relay.binary(), "serve", "--config", str(server.config_path)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 78, done
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr, list(server.config)


def test_what_is_wrong_with_the_files_is_told_with_its_line(make_server, tmp_path):
    port = relay.free_port()
    certificate, key = certificates.make(tmp_path)
    _, other_key = certificates.make(tmp_path, "other")
    encrypted = tmp_path / "encrypted.key"
    subprocess.run(
        ["openssl", "pkey", "-in", str(key), "-aes256", "-passout", "pass:x", "-out", str(encrypted)], check=True)
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    for settings, key_at_fault, words in [
        ({}, "line.tlsPort", "needs a certificate: set tls.certificate and tls.key"),
        ({"tls.key": str(key)}, "tls.key", "needs the certificate that it belongs to"),
        ({"tls.certificate": str(tmp_path / "none.pem"), "tls.key": str(key)}, "tls.certificate",
         "none.pem cannot be read: No such file or directory"),
        ({"tls.certificate": str(nonsense), "tls.key": str(key)}, "tls.certificate", "holds no certificate"),
        ({"tls.certificate": str(certificate), "tls.key": str(tmp_path / "none.key")}, "tls.key",
         "none.key cannot be read"),
        ({"tls.certificate": str(certificate), "tls.key": str(nonsense)}, "tls.key", "holds no private key"),
        ({"tls.certificate": str(certificate), "tls.key": str(encrypted)}, "tls.key",
         "that opens without a password"),
        ({"tls.certificate": str(certificate), "tls.key": str(other_key)}, "tls.key",
         "is not the key of the certificate in"),
        ({"tls.certificate": str(certificate)}, "tls.certificate", "and tls.key is not set"),
    ]:
        said, keys = refused(make_server, {"line.tlsPort": port, **settings})
        assert f"relay.yaml:{keys.index(key_at_fault) + 1}: {key_at_fault}: " in said, said
        assert words in said, said


def test_one_file_for_both_and_an_rsa_key(make_server, tmp_path):
    certificate, key = certificates.make(tmp_path, key_type="rsa")
    both = tmp_path / "both.pem"
    both.write_text(certificate.read_text() + key.read_text())
    server = make_server({"line.tlsPort": relay.free_port(), "tls.certificate": str(both)})
    with connect(server, certificates.trusting(certificate)) as ann:
        assert ann.ask("#login anon ann").status == 0


def test_what_is_odd_about_the_files_is_a_warning(make_server, tmp_path):
    certificate, key = certificates.make(tmp_path, days=3)
    key.chmod(0o644)
    server = make_server(
        {"line.tlsPort": relay.free_port(), "tls.certificate": str(certificate), "tls.key": str(key)})
    assert "others may read" in server.log
    assert re.search("is valid for [23] days only", server.log)


def test_several_addresses(make_server, tmp_path):
    server = make_server({"listen": ["127.0.0.1", "127.0.0.2", "::1"]})
    assert f"[::1]:{server.line_port}" in server.ready_line
    for host in ["127.0.0.1", "127.0.0.2", "::1"]:
        with LineClient(server.line_port, host) as client:
            assert client.ask(f"#login anon at{host[-1]}").status == 0


def test_all_addresses_of_both_kinds(make_server, tmp_path):
    server = make_server({"listen": ["0.0.0.0", "::"]})
    for host in ["127.0.0.1", "::1"]:
        with LineClient(server.line_port, host) as client:
            assert client.ask(f"#login anon at{host[-1]}").status == 0
