"""Bitrates are kept to: senders that send far more than a room allows, and what arrives of it."""

import re
import subprocess
import time

import pytest

from line_client import wait_until
from media_clients import OPUS, RTPReceiver, Viewer, check_sequence, ffmpeg, free_port_pairs, make_offer, sections, vp8_frames, write_ivf

ROOM = "studio"


def create(server, kind, **bitrates):
    options = [word for name, value in bitrates.items() for word in (f"--{name}-bitrate", str(value))]
    server.cli("room", "create", ROOM, "--kind", kind, "--expiry", "never", *options)


def worst(packets, seconds):
    """The most payload bits that came within any so many seconds."""
    most, start, total = 0, 0, 0
    for packet in packets:
        total += 8 * len(packet.payload)
        while packet.at - packets[start].at >= seconds:
            total -= 8 * len(packets[start].payload)
            start += 1
        most = max(most, total)
    return most


def join(server, offer, name):
    answer = server.offer(ROOM, offer, server.sign_in(guest=name))
    assert answer.status == 201, answer
    return sections(answer.text)


def send_video(target, folder, *, size, bitrate, seconds_between_keys, rate=15):
    return ffmpeg(
        ["-re", "-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}", "-pix_fmt", "yuv420p", "-c:v", "libvpx", "-deadline", "realtime"]
        + ["-cpu-used", "8", "-b:v", bitrate, "-minrate", bitrate, "-maxrate", bitrate, "-g", str(rate * seconds_between_keys)]
        + ["-f", "rtp", "-payload_type", "97", f"rtp://127.0.0.1:{target.port}?pkt_size=1200"],
        folder / "send.log",
    )


def decodes(frames, folder):
    path = folder / "received.ivf"
    write_ivf(path, frames)
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "null", "-"], capture_output=True, text=True, timeout=60)
    return done.returncode == 0 and done.stderr == ""


@pytest.mark.xfail(
    reason="known gap: over the change to the encoding at the limit more than one window's bits may pass, or under five frames", strict=False)
@pytest.mark.parametrize("size, bitrate", [("640x480", "1M"), ("320x240", "120k")])
def test_video_is_brought_under_the_limit(server, tmp_path, size, bitrate):
    limit = 80_000
    create(server, "video", video=limit)
    server.add_account("root", "secret")
    offer = make_offer(None, [free_port_pairs(1)[0]], "sendonly")
    target = join(server, offer, "sender")[0]
    assert f"b=TIAS:" in "\n".join(target.lines)
    viewer = Viewer(audio=False).join(server, ROOM, server.sign_in(guest="viewer"))
    process = send_video(target, tmp_path, size=size, bitrate=bitrate, seconds_between_keys=2)
    [receiver] = viewer.videos
    try:
        wait_until(lambda: receiver.packets, 20, "the first picture")
        time.sleep(20)
        statistics = server.get(f"/api/v1/rooms/{ROOM}/statistics", token=server.sign_in(guest="stranger"))
        assert statistics.status == 403, statistics
        metrics = server.get("/metrics")
    finally:
        process.stop()
        viewer.close()
    packets = list(receiver.packets)
    assert worst(packets, 2) <= 2 * limit * 1.05
    check_sequence(packets)
    frames = vp8_frames(packets)[:-1]
    assert decodes(frames, tmp_path)
    # Once it has settled, it moves: five frames a second and more, in every second.
    times = sorted({packet.timestamp: packet.at for packet in reversed(packets)}.values())
    settled = [at for at in times if at > times[0] + 6]
    for second in range(int(settled[-1] - settled[0]) - 1):
        shown = [at for at in settled if second <= at - settled[0] < second + 1]
        assert len(shown) >= 5, f"{len(shown)} frames in second {second} of {[round(at - times[0], 2) for at in times]}"
    assert re.search(r"sends \d+ bit/s of video and is held to 80000", server.log), "nobody was told"
    assert metrics.status == 200 and "media_relay_rtp_packets_total{direction=\"in\",kind=\"video\"}" in metrics.text


def test_a_sender_within_the_limit_loses_nothing(server, tmp_path):
    create(server, "video", video=300_000)
    target = join(server, make_offer(None, [free_port_pairs(1)[0]], "sendonly"), "sender")[0]
    viewer = Viewer(audio=False).join(server, ROOM, server.sign_in(guest="viewer"))
    process = send_video(target, tmp_path, size="160x120", bitrate="150k", seconds_between_keys=2)
    [receiver] = viewer.videos
    try:
        wait_until(lambda: receiver.packets, 20, "the first picture")
        time.sleep(10)
    finally:
        process.stop()
        viewer.close()
    check_sequence(list(receiver.packets))
    steps = {
        (later.timestamp - earlier.timestamp) & 0xFFFFFFFF
        for earlier, later in zip(receiver.packets, receiver.packets[1:])
    }
    assert steps <= {0, 6_000}, "frames are missing"
    assert "is held to" not in server.log


@pytest.mark.parametrize(
    "codec, mapping, options",
    [
        ("opus", "opus/48000/2", ["-c:a", "libopus", "-ar", "48000", "-ac", "2", "-b:a", "64k"]),
        ("speex", "speex/32000", ["-c:a", "libspeex", "-ar", "32000", "-ac", "1", "-b:a", "44k", "-frames_per_packet", "1"]),
    ],
)
def test_audio_is_encoded_again_at_the_limit(server, tmp_path, codec, mapping, options):
    limit = 20_000
    create(server, "audio", audio=limit)
    ports = free_port_pairs(2)
    offer = make_offer(ports[0], direction="sendonly").replace("opus/48000/2", mapping)
    target = join(server, offer, "sender")[0]
    receiver = RTPReceiver(ports[1])
    join(server, make_offer(ports[1], direction="recvonly").replace("opus/48000/2", mapping), "listener")
    # Noise, so that the codec uses all that it is given.
    process = ffmpeg(
        ["-re", "-f", "lavfi", "-i", "anoisesrc=r=48000:a=0.3:c=pink", *options]
        + ["-f", "rtp", "-payload_type", str(OPUS), f"rtp://127.0.0.1:{target.port}?pkt_size=1200"],
        tmp_path / "send.log",
    )
    try:
        wait_until(lambda: len(receiver.packets) >= 500, 40, "ten seconds of sound")
    finally:
        process.stop()
        receiver.close()
    packets = list(receiver.packets)
    check_sequence(packets)
    # By the time of the sound, so that a machine that stood still for a moment does not count as too much.
    for packet in packets:
        packet.at = ((packet.timestamp - packets[0].timestamp) & 0xFFFFFFFF) / (48_000 if codec == "opus" else 32_000)
    assert worst(packets, 1) <= limit * 1.05
    # It is sound all the same, and most of what is allowed is used.
    seconds = packets[-1].at - packets[0].at
    assert sum(8 * len(packet.payload) for packet in packets) / seconds > limit * 0.5
    assert re.search(r"sends \d+ bit/s of sound and is held to 20000", server.log), "nobody was told"


def test_limits_of_a_room_change_while_it_is_in_use(server, tmp_path):
    create(server, "video", video=600_000)
    server.add_account("owner", "secret")
    target = join(server, make_offer(None, [free_port_pairs(1)[0]], "sendonly"), "sender")[0]
    viewer = Viewer(audio=False).join(server, ROOM, server.sign_in(guest="viewer"))
    process = send_video(target, tmp_path, size="320x240", bitrate="300k", seconds_between_keys=1)
    [receiver] = viewer.videos
    try:
        wait_until(lambda: len(receiver.packets) > 100, 20, "video")
        server.cli("account", "role", "owner", "admin")
        token = server.sign_in("owner", "secret")
        answer = server.request("PATCH", f"/api/v1/rooms/{ROOM}", body={"videoBitrate": 100_000}, token=token)
        assert answer.status in (200, 204), answer
        # What is in the window of the old limit has gone by after two seconds.
        time.sleep(3)
        changed = time.monotonic()
        time.sleep(8)
        statistics = server.get(f"/api/v1/rooms/{ROOM}/statistics", token=token)
    finally:
        process.stop()
        viewer.close()
    packets = [packet for packet in receiver.packets if packet.at > changed]
    assert packets and worst(packets, 2) <= 200_000 * 1.05
    check_sequence(list(receiver.packets))
    assert statistics.status == 200, statistics
    sessions = {session["user"]: session for session in statistics.json["sessions"]}
    assert sessions["sender"]["received"][0]["limit"] == 100_000
    assert sessions["sender"]["received"][0]["framesLeftOut"] > 0
    assert sessions["viewer"]["sent"][0]["packets"] > 100
