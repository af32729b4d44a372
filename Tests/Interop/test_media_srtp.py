"""SRTP with keys from SDP (RFC 4568): ffmpeg, secure both ways, in a room with an endpoint that speaks plain RTP."""

import base64
import os
import re
import subprocess

import numpy
import pytest

from media_clients import ffmpeg, free_port_pairs, is_bound, level, sections
from line_client import wait_until
from relay import binary

SUITE = "AES_CM_128_HMAC_SHA1_80"
RATE = 48_000


def description(port, key, direction="sendrecv"):
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", f"m=audio {port} RTP/SAVP 96"]
    lines += [f"a=crypto:1 {SUITE} inline:{key}", "a=rtpmap:96 opus/48000/2", f"a={direction}"]
    return "\r\n".join(lines) + "\r\n"


@pytest.fixture
def studio(server):
    server.cli("room", "create", "studio", "--kind", "audio")
    return server


def test_secure_and_plain_meet(studio, tmp_path):
    key = base64.b64encode(os.urandom(30)).decode()
    port = free_port_pairs(1)[0]
    answer = studio.offer("studio", description(port, key), studio.sign_in(guest="secure"))
    assert answer.status == 201, answer
    assert "RTP/SAVP" in answer.text
    own = re.search(rf"a=crypto:1 {SUITE} inline:([A-Za-z0-9+/=]+)", answer.text)
    assert own and own.group(1) != key, answer.text
    processes = []
    try:
        # The receiver opens what the relay protects with its own key.
        (tmp_path / "in.sdp").write_text(description(port, own.group(1)))
        processes.append(
            ffmpeg(
                ["-protocol_whitelist", "file,udp,rtp,srtp,crypto", "-analyzeduration", "500000", "-i", str(tmp_path / "in.sdp")]
                + ["-f", "s16le", "-ac", "1", "-ar", str(RATE), "-flush_packets", "1", str(tmp_path / "heard.pcm")],
                tmp_path / "in.log",
            )
        )
        wait_until(lambda: is_bound(port), what="ffmpeg's listening")
        target = sections(answer.text)[0]
        processes.append(
            ffmpeg(
                ["-re", "-f", "lavfi", "-i", "sine=f=440:r=48000", "-c:a", "libopus", "-ac", "2", "-b:a", "48k", "-payload_type", "96"]
                + ["-srtp_out_suite", SUITE, "-srtp_out_params", key, "-f", "rtp", f"srtp://127.0.0.1:{target.port}?pkt_size=1200"],
                tmp_path / "out.log",
            )
        )
        call = subprocess.run(
            [binary(), "call", "studio", "--guest", "plain", "--send", "tone:1000", "--receive", str(tmp_path / "plain.ogg")]
            + ["--seconds", "8", "--server", studio.url("").rstrip("/")],
            capture_output=True, text=True, timeout=60,
        )
        assert call.returncode == 0, call.stderr
        wait_until(lambda: (tmp_path / "heard.pcm").exists() and (tmp_path / "heard.pcm").stat().st_size > 3 * 2 * RATE, what="sound")
    finally:
        for process in processes:
            process.stop()

    heard = numpy.frombuffer((tmp_path / "heard.pcm").read_bytes()[: 2 * 2 * RATE * 2], dtype="<i2")[-RATE:] / 32_768
    assert level(heard, 1_000) > level(heard, 440) + 30
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(tmp_path / "plain.ogg"), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"],
        capture_output=True, check=True,
    ).stdout
    plain = numpy.frombuffer(decoded, dtype="<i2")[-3 * RATE : -RATE] / 32_768
    assert level(plain, 440) > level(plain, 1_000) + 30


def test_a_key_of_the_wrong_length_is_no_key(studio):
    short = base64.b64encode(os.urandom(12)).decode()
    answer = studio.offer("studio", description(free_port_pairs(1)[0], short), studio.sign_in(guest="secure"))
    assert answer.status in (415, 422), answer
