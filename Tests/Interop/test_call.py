"""The command-line endpoint: what one sends, the others hear."""

import json
import os
import signal
import subprocess
import time

import numpy
import pytest

import relay

RATE = 48000


def start_call(server, room, *arguments):
    """Starts `media-relay call` against the server."""
    command = [relay.binary(), "call", room, "--server", f"http://127.0.0.1:{server.http_port}", "--json", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end_call(process, timeout=30):
    """Waits for the end of a call: its report."""
    out, err = process.communicate(timeout=timeout)
    assert process.returncode == 0, err
    return json.loads(out)


def decode(path):
    """The samples of a file, decoded by ffmpeg, which must find nothing wrong with it."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "f32le", "-ac", "1", "-ar", str(RATE), "-"]
    result = subprocess.run(command, capture_output=True, timeout=60)
    assert result.returncode == 0 and result.stderr == b"", result.stderr
    return numpy.frombuffer(result.stdout, dtype="<f4")


def level(samples, frequency):
    """The level at a frequency in the middle second of the samples, in dB below full scale."""
    middle = samples[len(samples) // 2 - RATE // 2 :][:RATE]
    spectrum = numpy.abs(numpy.fft.rfft(middle * numpy.hanning(len(middle)))) * 4 / len(middle)
    return 20 * numpy.log10(max(spectrum[frequency - 5 : frequency + 6].max(), 1e-9))


@pytest.fixture
def room(server):
    """An audio room on a running server."""
    server.cli("room", "create", "lobby", "--kind", "audio", "--expiry", "never")
    return "lobby"


def test_each_hears_the_other_and_not_itself(server, room, tmp_path):
    tones = {"a": 500, "b": 1100}
    calls = {
        name: start_call(
            server, room, "--guest", name, "--send", f"tone:{tone}", "--receive", str(tmp_path / name), "--seconds", "5"
        )
        for name, tone in tones.items()
    }
    reports = {name: end_call(call) for name, call in calls.items()}
    for name, other in (("a", "b"), ("b", "a")):
        assert reports[name]["sentPackets"] >= 240
        assert reports[name]["lostPackets"] == 0
        heard = decode(tmp_path / name)
        assert level(heard, tones[other]) > -20
        assert level(heard, tones[name]) < level(heard, tones[other]) - 30


def test_a_file_is_sent_to_its_end(server, room, tmp_path):
    source = tmp_path / "source.opus"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=f=700:r=48000:d=3", "-c:a", "libopus", str(source)],
        check=True, timeout=60, stdin=subprocess.DEVNULL)
    listener = start_call(server, room, "--guest", "listener", "--receive", str(tmp_path / "heard"))
    time.sleep(1)
    report = end_call(start_call(server, room, "--guest", "speaker", "--send", str(source)))
    assert 145 <= report["sentPackets"] <= 155
    listener.send_signal(signal.SIGINT)
    end_call(listener)
    heard = decode(tmp_path / "heard")
    assert 2.5 < len(heard) / RATE
    assert level(heard, 700) > -30


def test_what_is_heard_plays_after_a_kill(server, room, tmp_path):
    listener = start_call(server, room, "--guest", "listener", "--receive", str(tmp_path / "heard"))
    time.sleep(1)
    end_call(start_call(server, room, "--guest", "speaker", "--send", "tone:900", "--seconds", "3"))
    os.kill(listener.pid, signal.SIGKILL)
    listener.communicate(timeout=10)
    command = ["ffmpeg", "-v", "quiet", "-i", str(tmp_path / "heard"), "-f", "f32le", "-ac", "1", "-ar", str(RATE), "-"]
    result = subprocess.run(command, capture_output=True, timeout=60)
    heard = numpy.frombuffer(result.stdout, dtype="<f4")
    assert len(heard) / RATE > 2
    assert level(heard, 900) > -20


@pytest.mark.parametrize(
    "arguments, status, sentence",
    [
        (["nowhere", "--send", "tone"], 1, "There is no room"),
        (["Home", "--send", "tone"], 1, "text only"),
        (["lobby", "--send", "/nowhere/at/all.opus"], 1, "No such file"),
        (["lobby", "--send", "/dev/null"], 1, "no Opus track"),
        (["lobby", "--send", "tone:5"], 64, "20 to 20000"),
        (["lobby"], 64, "--receive"),
    ],
)
def test_what_cannot_be_is_a_sentence(server, room, arguments, status, sentence):
    process = start_call(server, *arguments)
    _, err = process.communicate(timeout=30)
    assert process.returncode == status
    assert sentence in err


def test_a_server_that_is_not_there(server, room):
    server.stop()
    process = start_call(server, room, "--send", "tone")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 69
    assert "does not answer: Connection refused" in err
