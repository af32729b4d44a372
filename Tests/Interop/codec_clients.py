"""Endpoints that speak any of the four codecs, with ffmpeg or GStreamer at both ends, and what is needed to judge what they hear and see."""

import pathlib
import re
import subprocess

import numpy

from line_client import wait_until
from media_clients import FRAME_BYTES, FRAMES_PER_SECOND, HEIGHT, RATE, WIDTH, Party, Process, ffmpeg, free_port_pairs
from media_clients import gstreamer, is_bound, sections

# Name in descriptions, clock rate, payload type; and how the two programs are told of it.
AUDIO = {
    "opus": ("opus/48000/2", 96, 48_000),
    "speex8": ("speex/8000", 98, 8_000),
    "speex16": ("speex/16000", 99, 16_000),
    "speex32": ("speex/32000", 100, 32_000),
}
VIDEO = {"vp8": ("VP8/90000", 97), "theora": ("theora/90000", 101)}
VIDEO_ENCODERS = {
    "vp8": ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "250k", "-g", "15"],
    "theora": ["-c:v", "libtheora", "-b:v", "300k", "-g", "15", "-pix_fmt", "yuv420p"],
}
# Pictures that stand still, so that what arrives can be compared whenever it comes.
PATTERNS = {"ffmpeg": ["smptebars", "pal75bars", "rgbtestsrc"], "gst": ["smpte75", "checkers-8", "pinwheel"]}


class CodecParty(Party):
    """Somebody who speaks one codec of sound and one of pictures, sends a tone and a picture, and records what comes."""

    def __init__(self, name: str, folder: pathlib.Path, tool: str, audio: str | None, video: str | None, tone: int, **more):
        self.tool, self.audio_codec, self.video_codec = tool, audio, video
        self.video_sections = more.pop("sections", 1) if video else 0
        self.packet_time = more.pop("packet_time", 20)
        self.sends = more.pop("sends", True)
        super().__init__(name, folder, tone=tone, videos=self.video_sections)

    # Descriptions

    def media(self, kind: str, port: int, direction: str, answer: str | None = None) -> list[str]:
        """An m= section; with the answer's parameters where the description is to receive by."""
        if kind == "audio":
            name, number, _ = AUDIO[self.audio_codec]
            lines = [f"m=audio {port} RTP/AVP {number}", f"a=rtpmap:{number} {name}", f"a=ptime:{self.packet_time}"]
        else:
            name, number = VIDEO[self.video_codec]
            lines = [f"m=video {port} RTP/AVP {number}", f"a=rtpmap:{number} {name}"]
            if answer:
                lines += [line for line in answer.splitlines() if line.startswith(f"a=fmtp:{number} ")][:1]
            elif self.video_codec == "theora" and self.tool == "ffmpeg" and direction != "recvonly":
                lines += [f"a=fmtp:{number} {self.configuration()}"]
        return lines + [f"a={direction}"]

    def configuration(self) -> str:
        """What ffmpeg's own description says of its Theora."""
        path = self.folder / "theora.sdp"
        subprocess.run(
            ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", self.picture(), "-frames:v", "2", *VIDEO_ENCODERS["theora"]]
            + ["-payload_type", "101", "-f", "rtp", "-sdp_file", str(path), "rtp://127.0.0.1:9"],
            check=True, timeout=60,
        )
        return re.search(r"a=fmtp:101 (.*)", path.read_text()).group(1)

    def description(self, lines: list[str]) -> str:
        return "\r\n".join(["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", *lines]) + "\r\n"

    def offer(self, direction: str | None = None) -> str:
        own = direction or ("sendrecv" if self.sends else "recvonly")
        lines = self.media("audio", self.audio_port, own) if self.audio_codec else []
        for index, port in enumerate(self.video_ports):
            lines += self.media("video", port, own if index == 0 else "recvonly")
        return self.description(lines)

    def join(self, server, room: str, token: str, direction: str | None = None, **query) -> "CodecParty":
        answer = server.offer(room, self.offer(direction), token, **query)
        assert answer.status == 201, answer
        self.token, self.location, self.text = token, answer.headers["Location"], answer.text
        self.answer = sections(answer.text)
        self.receive_all()
        if self.sends:
            self.start()
        return self

    # The picture

    def picture(self) -> str:
        return f"{self.pattern}=s={WIDTH}x{HEIGHT}:r={FRAMES_PER_SECOND}"

    @property
    def pattern(self) -> str:
        return PATTERNS[self.tool][self.tone % len(PATTERNS[self.tool])]

    def original(self) -> numpy.ndarray:
        """The luma of the picture that is sent."""
        path = self.folder / "original.yuv"
        if not path.exists():
            if self.tool == "ffmpeg":
                command = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", self.picture(), "-frames:v", "1"]
                command += ["-pix_fmt", "yuv420p", "-f", "rawvideo", str(path)]
            else:
                pipeline = f"videotestsrc num-buffers=1 pattern={self.pattern} ! {self.caps()} ! filesink location={path}"
                command = ["gst-launch-1.0", "-q", *pipeline.split()]
            subprocess.run(command, check=True, timeout=60)
        return luma(path.read_bytes()[:FRAME_BYTES])

    @staticmethod
    def caps() -> str:
        return f"video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate={FRAMES_PER_SECOND}/1"

    # Processes

    def receive_all(self):
        if self.audio_codec:
            self.receive_audio()
        for number, port in enumerate(self.video_ports):
            self.receive_video(number, port)
        ports = ([self.audio_port] if self.audio_codec else []) + self.video_ports
        wait_until(lambda: all(is_bound(port) for port in ports), what=f"{self.tool}'s listening")

    def receive_audio(self):
        name, number, rate = AUDIO[self.audio_codec]
        if self.tool == "ffmpeg":
            path = self.folder / "heard.sdp"
            path.write_text(self.description(self.media("audio", self.audio_port, "sendrecv")))
            self.run_ffmpeg(path, ["-f", "s16le", "-ac", "1", "-ar", str(RATE)], self.heard_file)
            return
        depay = "rtpopusdepay ! opusdec plc=true" if self.audio_codec == "opus" else "rtpspeexdepay ! speexdec"
        self.processes.append(
            gstreamer(
                f"""udpsrc address=127.0.0.1 port={self.audio_port}
                    caps=application/x-rtp,media=audio,encoding-name={name.split("/")[0].upper()},clock-rate={rate},payload={number}
                    ! rtpjitterbuffer latency=100 ! {depay} ! audioconvert ! audioresample
                    ! audio/x-raw,format=S16LE,channels=1,rate={RATE}
                    ! filesink location={self.heard_file} buffer-mode=unbuffered sync=false""",
                self.folder / "receive_audio.log",
            )
        )

    def receive_video(self, index: int, port: int):
        _, number = VIDEO[self.video_codec]
        path = self.seen_file(index)
        if self.tool == "ffmpeg":
            description = self.folder / f"seen{index}.sdp"
            own = "m=" + self.text.split("\nm=")[index + 1 + (1 if self.audio_codec else 0)]
            description.write_text(self.description(self.media("video", port, "sendrecv", answer=own)))
            options = ["-vf", f"scale={WIDTH}:{HEIGHT}", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-fps_mode", "passthrough"]
            self.run_ffmpeg(description, options, path)
            return
        decode = "rtpvp8depay ! vp8dec" if self.video_codec == "vp8" else "rtptheoradepay ! theoradec"
        self.processes.append(
            gstreamer(
                f"""udpsrc address=127.0.0.1 port={port}
                    caps=application/x-rtp,media=video,encoding-name={self.video_codec.upper()},clock-rate=90000,payload={number}
                    ! rtpjitterbuffer latency=100 ! {decode} ! videoconvert ! videoscale
                    ! video/x-raw,format=I420,width={WIDTH},height={HEIGHT}
                    ! filesink location={path} buffer-mode=unbuffered sync=false""",
                self.folder / f"receive_video{index}.log",
            )
        )

    def run_ffmpeg(self, description: pathlib.Path, options: list[str], path: pathlib.Path):
        arguments = ["-protocol_whitelist", "file,udp,rtp", "-analyzeduration", "500000", "-reorder_queue_size", "0"]
        arguments += ["-i", str(description), *options, "-flush_packets", "1", str(path)]
        self.processes.append(ffmpeg(arguments, self.folder / f"{path.stem}.log"))

    def start(self):
        if self.audio_codec and self.target_port("audio"):
            self.processes.append(self.send_audio())
        if self.video_codec and self.target_port("video"):
            self.processes.append(self.send_video())

    def target_port(self, kind: str) -> int:
        return next((section.port for section in self.answer if section.kind == kind), 0)

    def send_audio(self) -> Process:
        _, number, rate = AUDIO[self.audio_codec]
        port = self.target_port("audio")
        log = self.folder / "send_audio.log"
        if self.tool == "ffmpeg":
            codec = ["-c:a", "libopus", "-ac", "2", "-b:a", "48k"]
            if self.audio_codec != "opus":
                codec = ["-c:a", "libspeex", "-ac", "1", "-frames_per_packet", str(self.packet_time // 20)]
            return ffmpeg(
                ["-re", "-f", "lavfi", "-i", f"sine=f={self.tone}:r={rate}", "-ar", str(rate), *codec]
                + ["-payload_type", str(number), "-f", "rtp", f"rtp://127.0.0.1:{port}?pkt_size=1200"],
                log,
            )
        encoder = f"opusenc frame-size={self.packet_time} bitrate=48000 ! rtpopuspay"
        if self.audio_codec != "opus":
            encoder = f"speexenc quality=8 nframes={self.packet_time // 20} ! rtpspeexpay"
        return gstreamer(
            f"""audiotestsrc is-live=true wave=sine freq={self.tone} volume=0.125
                ! audio/x-raw,rate={rate},channels=1 ! {encoder} pt={number} ! udpsink host=127.0.0.1 port={port}""",
            log,
        )

    def send_video(self) -> Process:
        _, number = VIDEO[self.video_codec]
        port = self.target_port("video")
        log = self.folder / "send_video.log"
        if self.tool == "ffmpeg":
            return ffmpeg(
                ["-re", "-f", "lavfi", "-i", self.picture(), "-pix_fmt", "yuv420p", *VIDEO_ENCODERS[self.video_codec]]
                + ["-payload_type", str(number), "-f", "rtp", f"rtp://127.0.0.1:{port}?pkt_size=1200"],
                log,
            )
        encoder = f"vp8enc deadline=1 cpu-used=8 target-bitrate=250000 keyframe-max-dist=15 ! rtpvp8pay pt={number} mtu=1200"
        if self.video_codec == "theora":
            encoder = f"theoraenc bitrate=300 keyframe-force=16 keyframe-freq=16 ! rtptheorapay pt={number} config-interval=1 mtu=1200"
        return gstreamer(
            f"""videotestsrc is-live=true pattern={self.pattern} ! {self.caps()} ! {encoder}
                ! udpsink host=127.0.0.1 port={port}""",
            log,
        )


def luma(frame: bytes) -> numpy.ndarray:
    """The luma of a frame."""
    return numpy.frombuffer(frame[: WIDTH * HEIGHT], dtype=numpy.uint8).astype(numpy.float64)


def quality(left: numpy.ndarray, right: numpy.ndarray) -> float:
    """How alike two pictures are, in dB."""
    error = float(numpy.mean((left - right) ** 2))
    return 99 if error == 0 else 10 * numpy.log10(255 * 255 / error)


def last_picture(party: CodecParty, section: int = 0) -> numpy.ndarray | None:
    """The luma of the last whole frame that a section showed."""
    path = party.seen_file(section)
    count = party.frames_seen(section)
    if count == 0:
        return None
    with open(path, "rb") as file:
        file.seek((count - 1) * FRAME_BYTES)
        return luma(file.read(FRAME_BYTES))


def people_seen(party: CodecParty, people: list[CodecParty], least: float = 24) -> set[str]:
    """Whose pictures a party's sections show now."""
    seen = set()
    for section in range(party.video_sections):
        picture = last_picture(party, section)
        if picture is None:
            continue
        best = max(people, key=lambda person: quality(picture, person.original()))
        if quality(picture, best.original()) >= least:
            seen.add(best.name)
    return seen


def wait_for_people(party: CodecParty, expected: list[CodecParty], everyone: list[CodecParty], timeout: float = 40):
    """Waits until a party sees all that it should, and nobody else."""
    names = {person.name for person in expected}
    last: set[str] = set()

    def holds():
        nonlocal last
        last = people_seen(party, everyone)
        return last == names

    try:
        wait_until(holds, timeout)
    except TimeoutError:
        best = [
            max(quality(picture, person.original()) for person in everyone)
            for picture in (last_picture(party, section) for section in range(party.video_sections))
            if picture is not None
        ]
        raise AssertionError(f"{party.name} sees {last} at {best}, expected {names}\n{party.log[-1500:]}") from None
