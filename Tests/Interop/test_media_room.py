"""Endpoints that nobody here wrote meet in a room: ffmpeg and GStreamer, over plain RTP (docs/http.md, "A media session")."""

import subprocess
import time

import pytest

from line_client import wait_until
from media_clients import (
    FFmpegParty,
    GStreamerParty,
    Viewer,
    check_sequence,
    decode,
    ffmpeg,
    is_run_of,
    ivf_frames,
    level,
    vp8_frames,
    wait_for_frames,
    wait_for_sound,
    wait_for_tones,
    write_ivf,
)

ROOM = "studio"


@pytest.fixture
def studio(make_server):
    """A server with a room for video, and what joins it."""

    def make(**config):
        server = make_server({key.replace("__", "."): value for key, value in config.items()})
        # More than the parties send, so that nothing is held back to fit.
        server.cli(
            "room", "create", ROOM, "--kind", "video", "--audio-bitrate", "128000", "--video-bitrate", "2000000",
            "--expiry", "never",
        )
        return server

    return make


@pytest.fixture
def parties(tmp_path):
    """Makes parties and viewers that end with the test: parties(FFmpegParty, "ann", tone=440)."""
    made = []

    def make(kind, *arguments, **more):
        made.append(kind(*arguments, **more) if kind is Viewer else kind(arguments[0], tmp_path / "parties", **more))
        return made[-1]

    yield make
    for party in made:
        party.close() if isinstance(party, Viewer) else party.stop()


def join(party, server, name=None, **query):
    return party.join(server, ROOM, server.sign_in(guest=name or party.name), **query)


def test_three_parties_and_a_chat(studio, parties, connect):
    server = studio()
    tones = {"ann": 440, "bob": 700, "cleo": 1100}
    kinds = {"ann": GStreamerParty, "bob": FFmpegParty, "cleo": GStreamerParty}
    people = {name: join(parties(kinds[name], name, tone=tones[name]), server) for name in tones}

    # Somebody in the same room chats through netcat meanwhile.
    reader = connect(server).guest("reader")
    reader.ok(f"#changeroom {ROOM}")
    assert sorted(row[0] for row in reader.users()) == ["ann", "bob", "cleo", "reader"]
    chat = subprocess.run(
        ["nc", "-N", "127.0.0.1", str(server.line_port)],
        input=f'#login anon chatter\n#changeroom {ROOM}\n#broadcast "can you hear me?"\n#quit\n'.encode(),
        capture_output=True, timeout=20,
    )
    assert chat.stdout.count(b"@status 0\r\n") == 4
    assert reader.message() == '@mess #broadcast chatter "can you hear me?"'

    for name, party in people.items():
        others = [tone for other, tone in tones.items() if other != name]
        wait_for_tones(party, others, [tones[name]])
        wait_for_frames(party)
    for party in people.values():
        party.stop()
    sent = {name: set(party.sent_frames()) for name, party in people.items()}
    for name, party in people.items():
        seen = set(party.seen())
        others = set().union(*(frames for other, frames in sent.items() if other != name))
        # Whoever speaks is seen, whole and undamaged, and never oneself.
        assert seen <= others, f"{name} saw {len(seen - others)} of {len(seen)} frames that nobody else sent"


@pytest.mark.parametrize("kind", [GStreamerParty, FFmpegParty])
def test_what_arrives_is_what_was_sent(studio, parties, tmp_path, kind):
    server = studio()
    sender = join(parties(kind, "sender", tone=440), server)
    watchers = [join(parties(FFmpegParty, "watcher1"), server), join(parties(GStreamerParty, "watcher2"), server)]
    wait_for_frames(watchers[0])
    wait_for_frames(watchers[1])
    # The fourth comes late, and can show a picture within a second.
    viewer = join(parties(Viewer), server, "late")
    [receiver] = viewer.videos
    wait_until(lambda: receiver.packets, what="the first packet of video")
    assert receiver.packets[0].is_vp8_key_frame_start
    assert receiver.packets[0].at - viewer.began <= 1
    wait_until(lambda: len(vp8_frames(receiver.packets)) >= 45, what="three seconds of video")
    wait_until(lambda: len(viewer.audio.packets) >= 100, what="two seconds of sound")
    sender.stop()
    for watcher in watchers:
        watcher.stop()
    packets = list(receiver.packets)
    check_sequence(packets)
    check_sequence(list(viewer.audio.packets))
    # The last frame may be cut off by the sender's end.
    frames = vp8_frames(packets)[:-1]
    assert is_run_of(frames, ivf_frames(sender.sent)), "the bitstream that arrived is not the one that was sent"
    received = tmp_path / "received.ivf"
    write_ivf(received, frames)
    sent = sender.sent_frames()
    assert is_run_of(decode(received), sent)
    for watcher in watchers:
        seen = watcher.seen()
        assert len(seen) >= 15
        assert is_run_of(seen, sent), f"what {watcher.name} saw is not what was sent"


def test_two_sections_show_two_senders(studio, parties):
    server = studio()
    first = join(parties(FFmpegParty, "first", tone=440), server)
    second = join(parties(FFmpegParty, "second", tone=700), server)
    viewer = join(parties(Viewer, videos=2), server, "viewer")
    wait_until(lambda: all(len(vp8_frames(video.packets)) >= 20 for video in viewer.videos), what="two pictures")
    first.stop()
    second.stop()
    sent = {party.name: set(ivf_frames(party.sent)) for party in (first, second)}
    shown = []
    for video in viewer.videos:
        check_sequence(list(video.packets))
        frames = vp8_frames(video.packets)[:-1]
        assert all(frame in sent["first"] | sent["second"] for frame in frames)
        shown.append(["first" if frame in sent["first"] else "second" for frame in frames])
    # At each moment the two sections show different people, the second one the one who is not in the first.
    assert {shown[0][-1], shown[1][-1]} == {"first", "second"}


def test_the_first_section_follows_who_speaks(studio, parties):
    server = studio()
    # One speaks in the even spans of six seconds, the other in the odd ones.
    even = join(parties(FFmpegParty, "even", tone=440, speaks="if(lt(mod(t,12),6),1,0)"), server)
    odd = join(parties(FFmpegParty, "odd", tone=700, speaks="if(lt(mod(t,12),6),0,1)"), server)
    watcher = join(parties(GStreamerParty, "watcher"), server)
    viewer = join(parties(Viewer), server, "viewer")
    [receiver] = viewer.videos
    # What the watcher hears and sees at the same moments.
    moments = []

    def look():
        if watcher.heard_seconds() > 1 and watcher.frames_seen():
            sound = watcher.heard(0.2)
            moments.append((time.monotonic(), level(sound, 440) > level(sound, 700), watcher.frames_seen() - 1))
        return len({packet.timestamp for packet in list(receiver.packets)}) >= 14 * 15

    wait_until(look, timeout=60, what="two changes of the speaker")
    for party in (even, odd, watcher):
        party.stop()
    packets = list(receiver.packets)
    # A change of sender is seamless: one stream, without a gap, that goes on with a key frame.
    check_sequence(packets)
    sent = {party.name: set(ivf_frames(party.sent)) for party in (even, odd)}
    frames = vp8_frames(packets)[:-1]
    strange = [index for index, frame in enumerate(frames) if frame not in sent["even"] | sent["odd"]]
    assert strange == [], f"of {len(frames)} frames"
    shown = ["even" if frame in sent["even"] else "odd" for frame in frames]
    changes = [index for index in range(1, len(shown)) if shown[index] != shown[index - 1]]
    assert len(changes) >= 2, "the picture did not follow who spoke"
    # The first bit of a VP8 frame is 0 for a key frame (RFC 6386, section 9.1).
    assert [index for index in changes if frames[index][0] & 1] == [], f"changes at {changes}"
    # Nobody is shown themselves, however loud they are.
    assert set(even.seen()) <= set(odd.sent_frames())
    assert set(odd.seen()) <= set(even.sent_frames())
    # The one who has been heard for a while is the one who is seen: a change waits for a key frame, a second at most.
    seen, even_frames = watcher.seen(), set(even.sent_frames())
    agrees, since = [], moments[0][0]
    for (_, before, _), (at, is_even, index) in zip(moments, moments[1:]):
        since = at if is_even != before else since
        if at - since > 2.5:
            agrees.append((seen[index] in even_frames) == is_even)
    assert len(agrees) >= 10
    assert sum(agrees) >= 0.7 * len(agrees), f"{sum(agrees)} of {len(agrees)} moments"


def test_a_party_that_is_killed(studio, parties, connect):
    server = studio(media__timeout=3)
    tones = {"ann": 440, "bob": 700, "cleo": 1100}
    people = {
        name: join(parties(FFmpegParty if name == "bob" else GStreamerParty, name, tone=tone, videos=0), server)
        for name, tone in tones.items()
    }
    reader = connect(server).guest("reader")
    reader.ok(f"#changeroom {ROOM}")
    wait_for_tones(people["ann"], [700, 1100], [440])
    wait_for_tones(people["bob"], [440, 1100], [700])
    people["bob"].kill9()
    wait_for_tones(people["ann"], [1100], [440, 700])
    wait_for_tones(people["cleo"], [440], [700, 1100])
    wait_until(lambda: sorted(row[0] for row in reader.users()) == ["ann", "cleo", "reader"], what="the end of the dead session")
    wait_for_sound(people["ann"])
    wait_for_sound(people["cleo"])
    people["ann"].leave(server)
    wait_until(lambda: sorted(row[0] for row in reader.users()) == ["cleo", "reader"], what="the end of the session")


@pytest.mark.parametrize("address", ["127.0.0.2", "127.0.0.1"], ids=["another address", "another port"])
def test_strangers_are_not_heard(studio, parties, tmp_path, address):
    server = studio()
    ann = join(parties(GStreamerParty, "ann", tone=440, videos=0), server)
    bob = join(parties(GStreamerParty, "bob", tone=700, videos=0), server)
    wait_for_tones(bob, [440], [700])
    target = ann.target("audio")
    stranger = ffmpeg(
        ["-re", "-f", "lavfi", "-i", "sine=f=1500:r=48000", "-c:a", "libopus", "-ac", "2", "-b:a", "48k", "-payload_type", "96"]
        + ["-f", "rtp", f"rtp://{target.address}:{target.port}?localaddr={address}&pkt_size=1200"],
        tmp_path / "stranger.log",
    )
    try:
        for _ in range(4):
            wait_for_sound(bob)
            assert level(bob.heard(1), 1500) < level(bob.heard(1), 440) - 30
            assert stranger.is_running, (tmp_path / "stranger.log").read_text()
    finally:
        stranger.stop()
    wait_for_tones(bob, [440], [700, 1500])


def test_bad_offers_disturb_nobody(studio, parties):
    server = studio()
    ann = join(parties(GStreamerParty, "ann", tone=440, videos=0), server)
    bob = join(parties(GStreamerParty, "bob", tone=700, videos=0), server)
    token = server.sign_in(guest="eve")
    for sdp in ["", "v=0", "nonsense\r\n", "v=0\r\n" * 1000, ann.offer().replace("opus/48000/2", "nosuch/8000")]:
        answer = server.offer(ROOM, sdp, token)
        assert 400 <= answer.status < 500, answer
        assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert server.offer("nosuch", ann.offer(), token).status == 404
    assert server.offer(ROOM, ann.offer(), "no token").status == 401
    wait_for_tones(bob, [440], [700])
    wait_for_tones(ann, [700], [440])
