"""Endpoints and strangers that mean harm, and what must stop the moment that it is acknowledged."""

import base64
import os
import pathlib
import random
import socket
import struct
import subprocess
import time

import pytest

from line_client import wait_until
from media_clients import RTPReceiver, Viewer, check_sequence, ffmpeg, free_port_pairs, make_offer, sections

ROOM = "studio"
SO_TIMESTAMPNS = 35
HERE = pathlib.Path(__file__).parent


@pytest.fixture
def studio(server):
    server.cli("room", "create", ROOM, "--kind", "video", "--audio-bitrate", "128000", "--video-bitrate", "2000000", "--expiry", "never")
    server.add_account("root", "secret")
    server.cli("account", "role", "root", "admin")
    return server


def join(server, offer, name):
    answer = server.offer(ROOM, offer, server.sign_in(guest=name))
    assert answer.status == 201, answer
    return sections(answer.text), answer.headers["Location"]


def opus(sequence, ssrc=7, size=80):
    """A packet of a made-up Opus stream: a valid header, and a frame of which a decoder makes noise."""
    noise = random.Random(sequence).randbytes(size - 1)
    return struct.pack("!BBHII", 0x80, 96, sequence & 0xFFFF, sequence * 960 & 0xFFFFFFFF, ssrc) + b"\x78" + noise


class StampedReceiver:
    """A port whose packets are stamped by the kernel as they arrive."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("127.0.0.1", port))

    def read(self, seconds):
        """(time of arrival, packet) of what has come and comes within so many seconds."""
        result, end = [], time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                data, extra, _, _ = self.socket.recvmsg(4096, 64)
            except TimeoutError:
                break
            whole, part = struct.unpack("qq", extra[0][2])
            result.append((whole + part / 1e9, data))
        return result

    def close(self):
        self.socket.close()


def video_sender(section, folder, tone=None):
    return ffmpeg(
        ["-re", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=30", "-pix_fmt", "yuv420p", "-c:v", "libvpx", "-deadline", "realtime"]
        + ["-cpu-used", "8", "-b:v", "500k", "-g", "30", "-f", "rtp", "-payload_type", "97", f"rtp://127.0.0.1:{section.port}?pkt_size=1200"],
        folder / "send.log",
    )


@pytest.mark.parametrize("measure", ["mute", "kick", "ban"])
def test_not_one_packet_after_the_acknowledgement(studio, tmp_path, measure):
    ports = free_port_pairs(3)
    (video,), _ = join(studio, make_offer(None, [ports[0]], "sendonly"), "troll")
    join(studio, make_offer(None, [ports[1]], "recvonly"), "viewer")
    receiver = StampedReceiver(ports[1])
    process = video_sender(video, tmp_path)
    root = studio.sign_in("root", "secret")
    try:
        assert receiver.read(4), "nothing was sent before"
        body = {"user": "troll", "media": ["video"]} if measure == "mute" else {"user": "troll"}
        answer = studio.post(f"/api/v1/rooms/{ROOM}/{measure}", body, token=root)
        acknowledged = time.time()
        assert answer.status == 204, answer
        arrived = receiver.read(2)
        late = [at for at, data in arrived if at > acknowledged and not 192 <= data[1] <= 223]
        assert late == [], f"{len(late)} packets, up to {max(late) - acknowledged:.3f} s after it"
    finally:
        process.stop()
        receiver.close()


def test_spoofed_sources_change_nothing(studio, tmp_path):
    ports = free_port_pairs(2)
    (audio,), _ = join(studio, make_offer(ports[0], direction="sendonly"), "sender")
    receiver = RTPReceiver(ports[1])
    join(studio, make_offer(ports[1], direction="recvonly"), "listener")
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind(("127.0.0.9", 0))
    try:
        for sequence in range(300):
            sender.sendto(opus(sequence), ("127.0.0.1", audio.port))
            # From another host, and from the right one but another port, in the sender's name and in others.
            for liar in (stranger, other):
                liar.sendto(opus(sequence + 5_000), ("127.0.0.1", audio.port))
                liar.sendto(opus(sequence, ssrc=99), ("127.0.0.1", audio.port))
                liar.sendto(struct.pack("!BBHII", 0x81, 203, 1, 7, 7), ("127.0.0.1", audio.port + 1))
            time.sleep(0.02)
        token = studio.sign_in("root", "secret")
        statistics = studio.get(f"/api/v1/rooms/{ROOM}/statistics", token=token).json
    finally:
        receiver.close()
    check_sequence(list(receiver.packets))
    assert len(receiver.packets) > 200
    session = next(session for session in statistics["sessions"] if session["user"] == "sender")
    assert session["received"][0]["packets"] == 300
    assert session["received"][0]["lost"] == 0
    assert session["dropped"]["from a foreign address"] >= 1_200


def test_replayed_and_forged_srtp_is_dropped(studio, tmp_path):
    suite = "AES_CM_128_HMAC_SHA1_80"
    key = base64.b64encode(os.urandom(30)).decode()
    port = free_port_pairs(1)[0]
    offer = make_offer(port, direction="sendonly").replace("RTP/AVP ", "RTP/SAVP ") + f"a=crypto:1 {suite} inline:{key}\r\n"
    (audio,), _ = join(studio, offer, "secure")
    # ffmpeg protects; what it sends goes through our hands first.
    relay = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    relay.bind(("127.0.0.1", 0))
    relay.settimeout(10)
    process = ffmpeg(
        ["-re", "-f", "lavfi", "-i", "sine=f=440:r=48000", "-c:a", "libopus", "-ac", "2", "-b:a", "48k", "-payload_type", "96"]
        + ["-srtp_out_suite", suite, "-srtp_out_params", key, "-f", "rtp", f"srtp://127.0.0.1:{relay.getsockname()[1]}?pkt_size=1200"],
        tmp_path / "out.log",
    )
    packets = []
    try:
        while len(packets) < 100:
            data = relay.recv(4096)
            if 192 <= data[1] <= 223:
                continue
            packets.append(data)
            relay.sendto(data, ("127.0.0.1", audio.port))
        for data in packets:
            relay.sendto(data, ("127.0.0.1", audio.port))
            forged = bytearray(data)
            forged[20] ^= 1
            relay.sendto(bytes(forged), ("127.0.0.1", audio.port))
        time.sleep(0.5)
        token = studio.sign_in("root", "secret")
        statistics = studio.get(f"/api/v1/rooms/{ROOM}/statistics", token=token).json
    finally:
        process.stop()
        relay.close()
    [session] = statistics["sessions"]
    assert session["received"][0]["packets"] == 100
    assert session["dropped"] == {"not authentic": 200}


def test_a_flood_of_garbage_leaves_a_call_unharmed(studio, tmp_path):
    program = tmp_path / "flood"
    subprocess.run(["cc", "-O2", "-o", str(program), str(HERE / "flood.c")], check=True)
    ports = free_port_pairs(3)
    (audio,), _ = join(studio, make_offer(ports[0], direction="sendonly"), "sender")
    receiver = RTPReceiver(ports[1])
    join(studio, make_offer(ports[1], direction="recvonly"), "listener")
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def talk(count, start):
        begin = time.monotonic()
        for index in range(count):
            sender.sendto(opus(start + index), ("127.0.0.1", audio.port))
            time.sleep(max(0, begin + (index + 1) * 0.02 - time.monotonic()))

    first, last = (int(word) for word in studio.config["media.rtpPorts"].split("-"))
    try:
        talk(100, 0)
        # Every port of the range, those of the call among them; from hosts that are nobody's.
        flood = subprocess.Popen(
            [str(program), str(first), str(last), "6", "127.0.0.5", "127.0.0.6", "127.0.0.7"], stdout=subprocess.PIPE, text=True)
        before = len(receiver.packets)
        talk(300, 100)
        flooded = int(flood.communicate()[0])
        during = len(receiver.packets) - before
        talk(100, 400)
        token = studio.sign_in("root", "secret")
        statistics = studio.get(f"/api/v1/rooms/{ROOM}/statistics", token=token).json
    finally:
        receiver.close()
    session = next(session for session in statistics["sessions"] if session["user"] == "sender")
    print(f"{flooded / 6:,.0f} packets a second of garbage")
    assert flooded > 6 * 20_000, "too little to mean anything"
    assert session["received"][0]["lost"] <= 5, session
    assert during >= 290, "the mix has gaps"
    check_sequence(list(receiver.packets))
