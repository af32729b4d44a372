"""All four codecs with ffmpeg and GStreamer, in both directions, and between endpoints that have no codec in common (docs/media-wire.md)."""

import pytest

from codec_clients import CodecParty, wait_for_people
from media_clients import wait_for_frames, wait_for_tones

ROOM = "studio"


@pytest.fixture
def studio(server):
    server.cli(
        "room", "create", ROOM, "--kind", "video", "--audio-bitrate", "64000", "--video-bitrate", "1000000", "--expiry", "never"
    )
    return server


@pytest.fixture
def parties(tmp_path):
    """Makes parties that end with the test: parties("ann", "gst", "opus", "vp8", tone=440)."""
    made = []

    def make(name, *arguments, **more):
        made.append(CodecParty(name, tmp_path / "parties", *arguments, **more))
        return made[-1]

    yield make
    for party in made:
        party.stop()


def join(party, server, **query):
    return party.join(server, ROOM, server.sign_in(guest=party.name), **query)


THEORA_GAP = pytest.mark.xfail(reason="known gap: ffmpeg does not always find its way into a Theora stream", strict=False)


@pytest.mark.parametrize("codec", ["opus", "speex8", "speex16", "speex32"])
@pytest.mark.parametrize("tools", [("ffmpeg", "gst"), ("gst", "ffmpeg")])
def test_two_tools_hear_each_other(studio, parties, codec, tools):
    ann = join(parties("ann", tools[0], codec, None, tone=600), studio)
    bob = join(parties("bob", tools[1], codec, None, tone=1000, packet_time=40 if codec != "opus" else 20), studio)
    wait_for_tones(ann, [1000], [600])
    wait_for_tones(bob, [600], [1000])


@pytest.mark.parametrize("codec", ["vp8", pytest.param("theora", marks=THEORA_GAP)])
@pytest.mark.parametrize("tools", [("ffmpeg", "gst"), ("gst", "ffmpeg"), ("ffmpeg", "ffmpeg"), ("gst", "gst")])
def test_two_tools_see_each_other(studio, parties, codec, tools):
    ann = join(parties("ann", tools[0], None, codec, tone=0), studio)
    bob = join(parties("bob", tools[1], None, codec, tone=1), studio)
    wait_for_people(bob, [ann], [ann, bob])
    wait_for_people(ann, [bob], [ann, bob])


@pytest.mark.xfail(reason="known gap: one of the four pictures does not always come through", strict=False)
def test_four_who_have_no_codecs_in_common(studio, parties):
    """Each hears and sees all the others, in the codecs that it has itself."""
    people = [
        parties("ann", "ffmpeg", "opus", "vp8", tone=480, sections=3),
        parties("bob", "gst", "speex16", "theora", tone=700, sections=3),
        parties("cleo", "gst", "opus", "theora", tone=1001, sections=3),
        parties("dan", "ffmpeg", "speex8", "vp8", tone=1501, sections=3),
    ]
    for person in people:
        join(person, studio)
    for person in people:
        others = [other for other in people if other is not person]
        wait_for_tones(person, [other.tone for other in others], [person.tone], timeout=60)
    for person in people:
        others = [other for other in people if other is not person]
        wait_for_people(person, others, people, timeout=60)


def test_a_player_hears_and_sees_in_what_it_asks_for(studio, parties, tmp_path):
    ann = join(parties("ann", "ffmpeg", "opus", "vp8", tone=600), studio)
    listener = parties("listener", "ffmpeg", "speex16", "theora", tone=1, sends=False)
    answer = studio.get(
        f"/api/v1/rooms/{ROOM}/listen.sdp?audio=speex&video=theora&port={listener.audio_port}",
        token=studio.sign_in(guest="listener"),
    )
    assert answer.status == 200, answer
    assert "speex/16000" in answer.text and "configuration=" in answer.text
    description = tmp_path / "listen.sdp"
    description.write_text(answer.text)
    listener.run_ffmpeg(description, ["-map", "0:a", "-f", "s16le", "-ac", "1", "-ar", "48000"], listener.heard_file)
    wait_for_tones(listener, [600], [900])
    assert ann.target_port("video")
