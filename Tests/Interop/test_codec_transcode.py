"""`media-relay codec` against ffmpeg, opusdec, speexdec: time, quality, damage."""

import json
import os
import pathlib
import random
import shutil
import struct
import subprocess

import numpy as np
import pytest

BINARY = os.environ.get(
    "MEDIA_RELAY_BIN", str(pathlib.Path(__file__).parents[2] / ".build/release/media-relay"))


def run(*arguments, check=True):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, timeout=280)
    assert not check or done.returncode == 0, done.stderr
    return done


def transcode(source, target, *options):
    return run(BINARY, "codec", "transcode", source, target, *options)


def probe(path):
    return json.loads(run(BINARY, "codec", "probe", path, "--json").stdout)


def ffmpeg(*arguments):
    run("ffmpeg", "-v", "error", "-nostdin", "-y", *arguments)


def assert_plays(path):
    """ffmpeg plays it to the end without a complaint."""
    done = run("ffmpeg", "-v", "warning", "-nostdin", "-i", path, "-f", "null", "-")
    complaints = [line for line in done.stderr.splitlines() if "Guessed Channel Layout" not in line]
    assert complaints == []


def durations(path):
    """Seconds at which each stream ends, by ffprobe."""
    text = run("ffprobe", "-v", "error", "-show_entries", "stream=codec_type,start_time,duration", "-of", "json", path)
    return {s["codec_type"]: float(s.get("start_time") or 0) + float(s["duration"])
            for s in json.loads(text.stdout)["streams"]}


def drop_pages(path, share, seed=1):
    """Takes out a share of an Ogg file's pages, headers and last pages excepted."""
    data, pages, offset = path.read_bytes(), [], 0
    while offset < len(data):
        segments = data[offset + 26]
        size = 27 + segments + sum(data[offset + 27:offset + 27 + segments])
        pages.append(data[offset:offset + size])
        offset += size
    generator = random.Random(seed)
    kept = [page for page in pages
            if page[5] & 6 or struct.unpack("<q", page[6:14])[0] <= 0 or generator.random() >= share]
    path.write_bytes(b"".join(kept))
    return len(pages) - len(kept)


@pytest.fixture(scope="session")
def speech(tmp_path_factory):
    """About 20 s of speech, 48 kHz mono WAV."""
    folder = tmp_path_factory.mktemp("speech")
    text = ("The relay passes what it hears to everyone in the room. How much can you understand at eight kilobits? "
            "She sells sea shells by the sea shore. A quick brown fox jumps over the lazy dog. ") * 2
    run("espeak-ng", "-w", folder / "raw.wav", text)
    ffmpeg("-i", folder / "raw.wav", "-ar", "48000", "-ac", "1", folder / "speech.wav")
    return folder / "speech.wav"


AUDIO = [
    ("opus", "spx", ["-c:a", "libopus", "-b:a", "24k", "-page_duration", "20000"], ["--audio", "speex", "--rate", 8000]),
    ("opus", "spx", ["-c:a", "libopus", "-b:a", "24k", "-page_duration", "60000"], ["--audio", "speex", "--rate", 32000]),
    ("spx", "opus", ["-c:a", "libspeex", "-ar", "16000", "-page_duration", "20000"], ["--audio", "opus", "--frame", 60]),
    ("spx", "opus", ["-c:a", "libspeex", "-ar", "8000", "-page_duration", "20000"],
     ["--audio", "opus", "--rate", 48000, "--frame", 10]),
]


@pytest.mark.parametrize("source, target, encoder, options", AUDIO)
def test_ten_minutes_of_audio_with_loss(tmp_path, speech, source, target, encoder, options):
    """Ten minutes with one packet in a hundred missing end within 20 ms of where they should."""
    before, after = tmp_path / f"in.{source}", tmp_path / f"out.{target}"
    ffmpeg("-stream_loop", "-1", "-t", "600", "-i", speech, "-compression_level", "1", *encoder, before)
    whole = tmp_path / f"whole.{source}"
    shutil.copy(before, whole)
    assert drop_pages(before, 0.01) > 50
    transcode(before, after, *options)
    assert_plays(after)
    assert abs(durations(after)["audio"] - 600) < 0.02
    report = probe(after)
    assert report["errors"] == []
    assert abs(report["streams"][0]["duration"] - durations(after)["audio"]) < 0.02
    # What was said near the end is heard there: the envelopes of the last minute fit best without a shift. They are compared
    # with the whole stream, by the codecs' own decoders: players do not agree on what they do about a gap.
    one, two = [ending(path, tmp_path) for path in (whole, after)]
    best = max(range(-60, 61), key=lambda shift: np.dot(one[100:-100], np.roll(two, shift)[100:-100]))
    assert abs(best) <= 2, f"{best * 5} ms"


def ending(path, folder):
    """The envelope of the tenth minute, in steps of 5 ms."""
    wav = folder / "ending.wav"
    run(*(["opusdec", "--quiet", path, wav] if path.suffix == ".opus" else ["speexdec", path, wav]))
    pcm = subprocess.run(["ffmpeg", "-v", "error", "-ss", "540", "-i", str(wav), "-t", "60", "-ar", "8000", "-ac", "1",
                          "-f", "s16le", "-"], capture_output=True, check=True).stdout
    pcm = np.abs(np.frombuffer(pcm, dtype="<i2").astype(float))
    envelope = np.pad(pcm, (0, 60 * 8000 - len(pcm))).reshape(-1, 40).mean(axis=1)
    return envelope - envelope.mean()


VIDEO = [
    ("ogv", "ivf", ["-c:v", "libtheora", "-b:v", "200k", "-g", "30"], ["--video", "vp8"]),
    ("ogg", "ogv", ["-c:v", "libvpx", "-b:v", "200k", "-g", "30", "-deadline", "realtime"], ["--video", "theora"]),
]


@pytest.mark.parametrize("source, target, encoder, options", VIDEO)
def test_ten_minutes_of_video_with_loss(tmp_path, source, target, encoder, options):
    before, after = tmp_path / f"in.{source}", tmp_path / f"out.{target}"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x80:r=10", "-t", "600", *encoder, "-pix_fmt", "yuv420p",
           "-page_duration", "20000", before)
    assert drop_pages(before, 0.01) > 30
    transcode(before, after, *options, "--video-bitrate", 60000)
    assert_plays(after)
    assert abs(durations(after)["video"] - 600) < 0.02
    assert abs(durations(before)["video"] - 600) < 0.2


def test_audio_and_video_change_size_and_rate(tmp_path, speech):
    before = tmp_path / "in.ogv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:r=15", "-i", speech, "-t", "10", "-c:v", "libtheora", "-q:v", "6",
           "-c:a", "libopus", "-pix_fmt", "yuv420p", before)
    after = tmp_path / "out.ogg"
    transcode(before, after, "--video", "vp8", "--size", "160x120", "--fps", 5, "--video-bitrate", 16000,
              "--audio", "speex", "--audio-bitrate", 8000)
    assert_plays(after)
    ends = durations(after)
    assert abs(ends["video"] - 10) < 0.02 and abs(ends["audio"] - 10) < 0.02
    streams = {s["kind"]: s for s in probe(after)["streams"]}
    assert (streams["video"]["width"], streams["video"]["framesPerSecond"]) == (160, 5)
    assert streams["audio"]["codec"] == "speex"
    # Every window of two seconds and of one, by the probe's own account of what the file holds.
    seconds = streams["video"]["bitrates"]
    assert all(a + b <= 2 * 16000 * 1.05 for a, b in zip(seconds, seconds[1:]))
    assert max(streams["audio"]["bitrates"]) <= 8000 * 1.05


def samples(path, rate):
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-ar", str(rate), "-ac", "1", "-f", "s16le", "-"],
                          capture_output=True, check=True)
    return np.frombuffer(done.stdout, dtype="<i2").astype(float)


def segmental_snr(reference, other, rate):
    """In dB, over stretches of 20 ms that are not silent, at the shift that fits best within 30 ms."""
    length = rate // 50
    best = -99.0
    for shift in range(-rate * 3 // 100, rate * 3 // 100):
        a, b = reference[max(0, -shift):], other[max(0, shift):]
        count = min(len(a), len(b)) // length * length
        a, b = a[:count].reshape(-1, length), b[:count].reshape(-1, length)
        power = (a ** 2).mean(axis=1)
        loud = power > 1e4
        ratio = 10 * np.log10(power[loud] / np.maximum(((a - b) ** 2).mean(axis=1)[loud], 1e-3))
        best = max(best, float(np.clip(ratio, -10, 35).mean()))
    return best


def test_audio_quality_is_the_codecs_own(tmp_path, speech):
    """Opus to Speex loses no more than ffmpeg's decoding and speexenc's encoding by hand."""
    source = tmp_path / "in.opus"
    ffmpeg("-i", speech, "-c:a", "libopus", "-b:a", "32k", source)
    ours, theirs = tmp_path / "ours.spx", tmp_path / "theirs.spx"
    transcode(source, ours, "--audio", "speex", "--rate", 8000, "--bitrate", 15000)
    ffmpeg("-c:a", "libopus", "-i", source, "-ar", "8000", "-ac", "1", tmp_path / "mid.wav")
    run("speexenc", "-n", "--bitrate", 15000, "--nframes", 2, "--comp", 3, tmp_path / "mid.wav", theirs)
    reference = samples(speech, 8000)
    results = []
    for name in (ours, theirs):
        run("speexdec", name, tmp_path / "back.wav")
        results.append(segmental_snr(reference, samples(tmp_path / "back.wav", 8000), 8000))
    assert results[0] >= results[1] - 0.3, results


def psnr(path, reference):
    text = run("ffmpeg", "-v", "info", "-nostdin", "-i", path, "-i", reference, "-lavfi",
               "[0:v]fps=10[a];[1:v]fps=10[b];[a][b]psnr", "-f", "null", "-").stderr
    return float(text.split("average:")[-1].split()[0])


@pytest.mark.parametrize("codec, name", [("vp8", "out.ivf"), ("theora", "out.ogv")])
def test_video_quality_is_the_codecs_own(tmp_path, codec, name):
    """At the same number of bytes our films are as good as ffmpeg's by the same library, within half a dB."""
    film = tmp_path / "film.y4m"
    ffmpeg("-f", "lavfi", "-i", "mandelbrot=s=176x144:r=10", "-t", "12", "-pix_fmt", "yuv420p", film)
    ours = tmp_path / name
    transcode(film, ours, "--video", codec, "--video-bitrate", 200000, "--speed", 8 if codec == "vp8" else 1)
    rate = ours.stat().st_size * 8 / 12
    theirs = tmp_path / f"ffmpeg-{name}"
    encoder = (["libvpx", "-deadline", "realtime", "-cpu-used", "-8", "-static-thresh", "1"] if codec == "vp8"
               else ["libtheora", "-g", "64"])
    ffmpeg("-i", film, "-c:v", *encoder, "-b:v", int(rate), theirs)
    share = theirs.stat().st_size / ours.stat().st_size
    # Six dB for each doubling of the rate, where ffmpeg took more or less.
    assert psnr(ours, film) >= psnr(theirs, film) - 6 * max(0.0, np.log2(share)) - 0.5


def test_damage_is_reported_and_read_over(tmp_path, speech):
    source = tmp_path / "in.opus"
    run("opusenc", "--quiet", speech, source)
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 0xFF
    del data[-500:]
    source.write_bytes(data)
    report = probe(source)
    assert report["errorCount"] >= 3
    assert any("missing" in error for error in report["errors"])
    done = transcode(source, tmp_path / "out.wav")
    assert "missing" in done.stderr
    full = len(samples(speech, 8000)) / 8000
    assert durations(tmp_path / "out.wav")["audio"] > full - 1.5


def test_chained_recordings_follow_one_another(tmp_path, speech):
    parts = []
    for index, (name, encoder) in enumerate([("a.opus", ["libopus"]), ("b.spx", ["libspeex", "-ar", "16000"]),
                                             ("c.opus", ["libopus", "-ac", "2"])]):
        ffmpeg("-t", "3", "-i", speech, "-c:a", *encoder, "-serial_offset", index * 10, tmp_path / name)
        parts.append((tmp_path / name).read_bytes())
    (tmp_path / "chain.ogg").write_bytes(b"".join(parts))
    transcode(tmp_path / "chain.ogg", tmp_path / "out.opus")
    assert abs(durations(tmp_path / "out.opus")["audio"] - 9) < 0.06


@pytest.mark.parametrize("bytes_", [b"", b"OggS", b"RIFF" + bytes(60), b"DKIF" + bytes(60), b"nothing of the kind", bytes(5000)])
def test_no_media_file_is_a_sentence(tmp_path, bytes_):
    (tmp_path / "in.ogg").write_bytes(bytes_)
    done = run(BINARY, "codec", "transcode", tmp_path / "in.ogg", tmp_path / "out.wav", check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and done.stderr.strip().endswith(".")


def test_output_is_never_the_input(tmp_path, speech):
    path = tmp_path / "a.wav"
    path.write_bytes(speech.read_bytes())
    done = run(BINARY, "codec", "transcode", path, path, check=False)
    assert done.returncode == 1
    assert path.read_bytes() == speech.read_bytes()


def test_chained_films_change_size_rate_and_codec(tmp_path):
    parts = []
    for index, (size, rate, codec) in enumerate([("160x120", 10, "libtheora"), ("320x240", 15, "libtheora"),
                                                 ("96x80", 25, "libvpx")]):
        name = tmp_path / f"{index}.ogg"
        ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}", "-t", "4", "-c:v", codec, "-b:v", "300k",
               "-pix_fmt", "yuv420p", "-serial_offset", index * 10 + 1, name)
        parts.append(name.read_bytes())
    (tmp_path / "chain.ogg").write_bytes(b"".join(parts))
    for name in ("out.ogv", "out.ivf"):
        assert transcode(tmp_path / "chain.ogg", tmp_path / name, "--video-bitrate", 200000).stderr == ""
        assert_plays(tmp_path / name)
        assert abs(durations(tmp_path / name)["video"] - 12) < 0.11
        assert abs(probe(tmp_path / name)["streams"][0]["duration"] - durations(tmp_path / name)["video"]) < 0.11


def test_pictures_of_ten_bits_are_a_sentence(tmp_path):
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:r=5", "-t", "1", "-pix_fmt", "yuv420p10le", "-strict", "-1",
           tmp_path / "in.y4m")
    done = run(BINARY, "codec", "transcode", tmp_path / "in.y4m", tmp_path / "out.ogv", check=False)
    assert done.returncode == 1
    assert "420p10 cannot be read" in done.stderr and done.stderr.count("\n") == 1
