"""Media endpoints that nobody here wrote (ffmpeg, GStreamer), a raw RTP receiver, and what is needed to judge what arrived.

A *party* takes part in a room: it sends a tone and a moving picture, keeps a copy of the bitstream that it sent, and writes
what it receives: sound as PCM, video as raw frames.
"""

import hashlib
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field

import numpy

from line_client import wait_until

OPUS, VP8 = 96, 97
RATE = 48_000
WIDTH, HEIGHT, FRAMES_PER_SECOND = 160, 120, 15
FRAME_BYTES = WIDTH * HEIGHT * 3 // 2


# Ports and descriptions


def free_port_pairs(count: int) -> list[int]:
    """Even UDP ports whose odd neighbours are free as well."""
    ports: list[int] = []
    while len(ports) < count:
        port = 2 * int.from_bytes(os.urandom(2), "big")
        if not 40_000 <= port < 60_000 or port in ports:
            continue
        try:
            for number in (port, port + 1):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                    probe.bind(("127.0.0.1", number))
        except OSError:
            continue
        ports.append(port)
    return ports


def make_offer(audio: int | None, videos: list[int] = (), direction: str = "sendrecv", address: str = "127.0.0.1") -> str:
    """An offer of plain RTP with feedback on video; 0 is no port, None is no audio section."""
    lines = ["v=0", f"o=- 1 1 IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0"]
    if audio is not None:
        lines += [f"m=audio {audio} RTP/AVP {OPUS}", f"a=rtpmap:{OPUS} opus/48000/2", f"a=fmtp:{OPUS} useinbandfec=0"]
        lines += ["a=ptime:20", f"a={direction}"]
    for number, port in enumerate(videos):
        lines += [f"m=video {port} RTP/AVPF {VP8}", f"a=rtpmap:{VP8} VP8/90000", f"a=rtcp-fb:{VP8} nack pli"]
        # Only the first section sends; the others are there to see more people.
        lines += [f"a={direction if number == 0 or direction == 'recvonly' else 'recvonly'}"]
    return "\r\n".join(lines) + "\r\n"


def is_bound(port: int) -> bool:
    """Whether a process listens on a UDP port of 127.0.0.1."""
    local = f"0100007F:{port:04X}"
    everywhere = f"00000000:{port:04X}"
    return any(line.split()[1] in (local, everywhere) for line in open("/proc/net/udp") if ":" in line)


@dataclass
class Section:
    """One m= section of a description."""

    kind: str
    port: int
    address: str
    lines: list[str] = field(default_factory=list)

    @property
    def direction(self) -> str:
        names = {"a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"}
        return next((line[2:] for line in self.lines if line in names), "sendrecv")


def sections(sdp: str) -> list[Section]:
    """The m= sections of a description, with the address that counts in each."""
    result: list[Section] = []
    address = ""
    for line in sdp.splitlines():
        if line.startswith("m="):
            words = line[2:].split()
            result.append(Section(words[0], int(words[1]), address))
        elif line.startswith("c="):
            if result:
                result[-1].address = line.split()[-1]
            else:
                address = line.split()[-1]
        if result:
            result[-1].lines.append(line)
    return result


# Processes


class Process:
    """A program of somebody else's, with its output in a file."""

    def __init__(self, command: list[str], log: pathlib.Path):
        self.command = command
        self.log = log
        with open(log, "wb") as output:
            self.popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None

    def stop(self, timeout: float = 2):
        """Ends it; what it wrote is not buffered, so one that does not listen is killed."""
        self.interrupt()
        try:
            self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.popen.kill()
        self.popen.wait()

    def interrupt(self):
        if self.is_running:
            self.popen.send_signal(signal.SIGINT)

    def kill9(self):
        self.popen.kill()
        self.popen.wait()


def ffmpeg(arguments: list[str], log: pathlib.Path) -> Process:
    return Process(["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "warning", "-y", *arguments], log)


def gstreamer(pipeline: str, log: pathlib.Path) -> Process:
    return Process(["gst-launch-1.0", "-q", *pipeline.split()], log)


def run(command: list[str]) -> bytes:
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def decode(ivf: pathlib.Path) -> list[str]:
    """The fingerprints of the frames of an IVF file."""
    command = ["ffmpeg", "-loglevel", "error", "-i", str(ivf), "-f", "rawvideo", "-pix_fmt", "yuv420p"]
    return fingerprints(run([*command, "-fps_mode", "passthrough", "-"]))


# Parties


class Party:
    """Somebody in a room: where they receive, and what was sent and received."""

    def __init__(self, name: str, folder: pathlib.Path, tone: int | None = None, videos: int = 1, speaks: str = "1"):
        self.name = name
        self.tone = tone
        # An expression of ffmpeg's in t, the seconds since the start: when the tone sounds.
        self.speaks = speaks
        self.folder = folder / name
        self.folder.mkdir(parents=True)
        self.audio_port, *self.video_ports = free_port_pairs(1 + videos)
        self.sent = self.folder / "sent.ivf"
        self.processes: list[Process] = []
        self.location: str | None = None
        self.token: str | None = None

    @property
    def hue(self) -> int:
        """A number from 0 to 359 for the picture's colour, so that no two parties send the same."""
        return (self.tone or 0) * 37 % 360

    def offer(self, direction: str | None = None) -> str:
        return make_offer(self.audio_port, self.video_ports, direction or ("sendrecv" if self.tone else "recvonly"))

    def join(self, server, room: str, token: str, direction: str | None = None, **query) -> "Party":
        """Enters the room: posts the offer, starts to receive, then to send."""
        self.token = token
        self.prepare()
        answer = server.offer(room, self.offer(direction), token, **query)
        assert answer.status == 201, answer
        self.location = answer.headers["Location"]
        self.answer = sections(answer.text)
        self.start()
        return self

    def leave(self, server):
        answer = server.request("DELETE", self.location, token=self.token)
        assert answer.status in (200, 204), answer

    def target(self, kind: str) -> Section:
        return next(section for section in self.answer if section.kind == kind and section.port)

    # What arrived

    @property
    def heard_file(self) -> pathlib.Path:
        return self.folder / "heard.pcm"

    def seen_file(self, section: int = 0) -> pathlib.Path:
        return self.folder / f"seen{section}.yuv"

    def heard_seconds(self) -> float:
        return self.heard_file.stat().st_size / 2 / RATE if self.heard_file.exists() else 0

    def heard(self, seconds: float) -> numpy.ndarray:
        """The last seconds of sound."""
        wanted = 2 * int(seconds * RATE)
        size = self.heard_file.stat().st_size // 2 * 2
        samples = numpy.fromfile(self.heard_file, dtype="<i2", offset=max(0, size - wanted), count=min(size, wanted) // 2)
        return samples.astype(numpy.float64) / 32768

    def frames_seen(self, section: int = 0) -> int:
        path = self.seen_file(section)
        return path.stat().st_size // FRAME_BYTES if path.exists() else 0

    def seen(self, section: int = 0) -> list[str]:
        """The fingerprints of the frames that arrived."""
        return fingerprints(self.seen_file(section).read_bytes())

    def sent_frames(self) -> list[str]:
        """The fingerprints of the frames that were sent, from the copy of the bitstream."""
        return decode(self.sent)

    # Processes

    def prepare(self):
        """Starts what must be there before the offer is posted."""

    def start(self):
        raise NotImplementedError

    def stop(self):
        for process in self.processes:
            process.interrupt()
        for process in self.processes:
            process.stop()
        self.processes = []

    def kill9(self):
        for process in self.processes:
            process.kill9()
        self.processes = []

    @property
    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


class FFmpegParty(Party):
    """ffmpeg at both ends: a key frame each second, since it cannot answer a request for one."""

    def prepare(self):
        # One process for each section: a demultiplexer that waits for one medium holds up the other.
        self.receive("audio", self.audio_port, ["-f", "s16le", "-ac", "1", "-ar", str(RATE)], self.heard_file)
        for number, port in enumerate(self.video_ports):
            options = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-fps_mode", "passthrough"]
            self.receive("video", port, options, self.seen_file(number))
        ports = [self.audio_port, *self.video_ports]
        wait_until(lambda: all(is_bound(port) for port in ports), what="ffmpeg's listening")

    def receive(self, kind: str, port: int, options: list[str], path: pathlib.Path):
        description = self.folder / f"{path.stem}.sdp"
        offer = make_offer(port if kind == "audio" else None, [port] if kind == "video" else [])
        description.write_text(offer.replace("RTP/AVPF", "RTP/AVP"))
        # Packets that come while the input is looked at are kept: the first key frame may be the only one.
        arguments = ["-protocol_whitelist", "file,udp,rtp", "-analyzeduration", "500000"]
        arguments += ["-reorder_queue_size", "0", "-i", str(description), *options, "-flush_packets", "1", str(path)]
        self.processes.append(ffmpeg(arguments, self.folder / f"{path.stem}.log"))

    def start(self):
        if self.tone is None:
            return
        audio = self.target("audio")
        self.processes.append(
            ffmpeg(
                ["-re", "-f", "lavfi", "-i", f"sine=f={self.tone}:r=48000,volume='{self.speaks}':eval=frame", "-c:a", "libopus", "-ac", "2", "-b:a", "48k"]
                + ["-payload_type", str(OPUS), "-f", "rtp", f"rtp://{audio.address}:{audio.port}?pkt_size=1200"],
                self.folder / "send_audio.log",
            )
        )
        if any(section.kind == "video" and section.port for section in self.answer):
            video = self.target("video")
            output = f"[f=ivf]{self.sent}|[f=rtp:payload_type={VP8}]rtp://{video.address}:{video.port}?pkt_size=1200"
            self.processes.append(
                ffmpeg(
                    ["-re", "-f", "lavfi", "-i", f"testsrc2=s={WIDTH}x{HEIGHT}:r={FRAMES_PER_SECOND},hue=h={self.hue}"]
                    + ["-pix_fmt", "yuv420p"]
                    + ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "150k", "-g", "15"]
                    + ["-flags", "+global_header", "-map", "0:v", "-flush_packets", "1", "-f", "tee", output],
                    self.folder / "send_video.log",
                )
            )


class GStreamerParty(Party):
    """GStreamer at both ends, with RTCP: it answers PLI, and sends no key frame but the first otherwise."""

    def prepare(self):
        # Receiving and sending are processes of their own: the receiving one must be there before the first key frame is.
        self.receive(
            "audio",
            f"""udpsrc address=127.0.0.1 port={self.audio_port}
                caps=application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload={OPUS}
                ! rtpjitterbuffer latency=100 ! rtpopusdepay ! opusdec plc=true ! audioconvert
                ! audio/x-raw,format=S16LE,channels=1,rate={RATE}
                ! filesink location={self.heard_file} buffer-mode=unbuffered sync=false""",
        )
        for number, port in enumerate(self.video_ports):
            self.receive(
                f"video{number}",
                f"""udpsrc address=127.0.0.1 port={port}
                    caps=application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload={VP8}
                    ! rtpjitterbuffer latency=100 ! rtpvp8depay wait-for-keyframe=true ! vp8dec ! videoconvert
                    ! video/x-raw,format=I420,width={WIDTH},height={HEIGHT}
                    ! filesink location={self.seen_file(number)} buffer-mode=unbuffered sync=false""",
            )
        ports = [self.audio_port, *self.video_ports]
        wait_until(lambda: all(is_bound(port) for port in ports), what="GStreamer's listening")

    def receive(self, name: str, pipeline: str):
        self.processes.append(gstreamer(pipeline, self.folder / f"receive_{name}.log"))

    def start(self):
        if self.tone is None:
            return
        audio = f"""audiotestsrc is-live=true wave=sine freq={self.tone} volume=0.25 samplesperbuffer=960
            ! audio/x-raw,rate={RATE},channels=1 ! opusenc frame-size=20 bitrate=48000 ! rtpopuspay pt={OPUS}"""
        audio += self.sending(self.target("audio"), self.audio_port)
        self.processes.append(gstreamer(audio, self.folder / "send_audio.log"))
        if self.video_ports:
            colour = 0xFF00FF00 + self.hue * 0x10001 % 0xFF00FF
            video = f"""videotestsrc is-live=true pattern=ball foreground-color={colour}
                ! video/x-raw,width={WIDTH},height={HEIGHT},framerate={FRAMES_PER_SECOND}/1
                ! vp8enc deadline=1 cpu-used=8 target-bitrate=150000 keyframe-max-dist=100000 ! tee name=copy
                copy. ! queue ! avmux_ivf ! filesink location={self.sent} buffer-mode=unbuffered sync=false async=false
                copy. ! queue ! rtpvp8pay pt={VP8} mtu=1200 picture-id-mode=2"""
            video += self.sending(self.target("video"), self.video_ports[0])
            self.processes.append(gstreamer(video, self.folder / "send_video.log"))

    def sending(self, section: Section, port: int) -> str:
        """The end of a pipeline that sends RTP with RTCP both ways; a PLI that comes makes the encoder send a key frame."""
        return f""" ! bin.send_rtp_sink_0
            rtpbin name=bin rtp-profile=avpf
            bin.send_rtp_src_0 ! udpsink host={section.address} port={section.port} sync=false async=false
            bin.send_rtcp_src_0 ! udpsink host={section.address} port={section.port + 1} sync=false async=false
            udpsrc address=127.0.0.1 port={port + 1} ! bin.recv_rtcp_sink_0"""


# Raw RTP


@dataclass
class RTPPacket:
    """An RTP packet (RFC 3550, section 5.1) and when it came."""

    at: float
    marker: bool
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes

    @staticmethod
    def parse(data: bytes, at: float) -> "RTPPacket | None":
        if len(data) < 12 or data[0] >> 6 != 2:
            return None
        second, sequence, timestamp, ssrc = struct.unpack("!BHII", data[1:12])
        start = 12 + 4 * (data[0] & 15)
        if data[0] & 16:
            start += 4 + 4 * struct.unpack("!H", data[start + 2 : start + 4])[0]
        end = len(data) - (data[-1] if data[0] & 32 else 0)
        return RTPPacket(at, second & 128 != 0, second & 127, sequence, timestamp, ssrc, data[start:end])

    @property
    def is_vp8_key_frame_start(self) -> bool:
        """Whether a VP8 key frame begins in this packet (RFC 7741, section 4)."""
        data = self.payload
        if not data or data[0] & 0x17 != 0x10:
            return False
        index = 1
        if data[0] & 0x80:
            flags, index = data[1], 2
            if flags & 0x80:
                index += 2 if data[index] & 0x80 else 1
            index += 1 if flags & 0x40 else 0
            index += 1 if flags & 0x30 else 0
        return len(data) > index and data[index] & 1 == 0


class RTPReceiver:
    """Keeps every RTP and RTCP packet that comes to a pair of ports."""

    def __init__(self, port: int, address: str = "127.0.0.1"):
        self.port = port
        self.packets: list[RTPPacket] = []
        self.reports: list[bytes] = []
        self.sockets = []
        self.isOpen = True
        for number in (port, port + 1):
            receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            receiver.bind((address, number))
            receiver.settimeout(0.1)
            self.sockets.append(receiver)
        self.threads = [threading.Thread(target=self.read, args=(receiver,), daemon=True) for receiver in self.sockets]
        for thread in self.threads:
            thread.start()

    def read(self, receiver: socket.socket):
        while self.isOpen:
            try:
                data = receiver.recv(65536)
            except socket.timeout:
                continue
            # RTCP's packet types, as RFC 5761, section 4, tells them from RTP.
            if len(data) >= 2 and 192 <= data[1] <= 223:
                self.reports.append(data)
            elif packet := RTPPacket.parse(data, time.monotonic()):
                self.packets.append(packet)

    def close(self):
        self.isOpen = False
        for thread in self.threads:
            thread.join()
        for receiver in self.sockets:
            receiver.close()

    def send(self, data: bytes, section: Section, isReport: bool = False):
        self.sockets[1 if isReport else 0].sendto(data, (section.address, section.port + (1 if isReport else 0)))


class Viewer:
    """Somebody who only receives, packet by packet."""

    def __init__(self, videos: int = 1, audio: bool = True):
        audio_port, *video_ports = free_port_pairs(1 + videos)
        self.audio = RTPReceiver(audio_port) if audio else None
        self.videos = [RTPReceiver(port) for port in video_ports]

    def join(self, server, room: str, token: str, **query) -> "Viewer":
        offer = make_offer(self.audio.port if self.audio else None, [video.port for video in self.videos], "recvonly")
        self.began = time.monotonic()
        answer = server.offer(room, offer, token, **query)
        assert answer.status == 201, answer
        self.location = answer.headers["Location"]
        self.answer = sections(answer.text)
        return self

    def close(self):
        for receiver in [self.audio, *self.videos]:
            if receiver:
                receiver.close()


def check_sequence(packets: list[RTPPacket]):
    """No packet was lost, repeated or reordered, and it is one stream whose time goes on."""
    assert packets
    assert len({packet.ssrc for packet in packets}) == 1
    steps = [(later.timestamp - earlier.timestamp) & 0xFFFFFFFF for earlier, later in zip(packets, packets[1:])]
    assert [step for step in steps if step >= 1 << 31] == [], "timestamps that go back"
    numbers = [packet.sequence for packet in packets]
    expected = [(numbers[0] + index) & 0xFFFF for index in range(len(numbers))]
    assert numbers == expected, [pair for pair in zip(numbers, expected) if pair[0] != pair[1]][:3]


def vp8_frames(packets: list[RTPPacket]) -> list[bytes]:
    """The frames in a stream without gaps (RFC 7741): payload descriptors taken off, packets of a timestamp joined."""
    frames: list[bytes] = []
    last = None
    for packet in packets:
        data, index = packet.payload, 1
        if data[0] & 0x80:
            flags, index = data[1], 2
            if flags & 0x80:
                index += 2 if data[index] & 0x80 else 1
            index += 1 if flags & 0x40 else 0
            index += 1 if flags & 0x30 else 0
        if packet.timestamp != last:
            frames.append(b"")
        frames[-1] += data[index:]
        last = packet.timestamp
    return frames


def ivf_frames(path: pathlib.Path) -> list[bytes]:
    """The frames of an IVF file, the last one only if it is whole."""
    data = path.read_bytes()
    frames, index = [], 32
    while index + 12 <= len(data):
        (size,) = struct.unpack("<I", data[index : index + 4])
        if index + 12 + size > len(data):
            break
        frames.append(data[index + 12 : index + 12 + size])
        index += 12 + size
    return frames


def write_ivf(path: pathlib.Path, frames: list[bytes]):
    """An IVF file of VP8 frames."""
    header = struct.pack("<4sHH4sHHIIII", b"DKIF", 0, 32, b"VP80", WIDTH, HEIGHT, FRAMES_PER_SECOND, 1, len(frames), 0)
    body = b"".join(struct.pack("<IQ", len(frame), number) + frame for number, frame in enumerate(frames))
    path.write_bytes(header + body)


# Judging


def fingerprints(raw: bytes) -> list[str]:
    """The MD5 of each whole frame, as `-f framemd5` gives it."""
    count = len(raw) // FRAME_BYTES
    return [hashlib.md5(raw[index * FRAME_BYTES : (index + 1) * FRAME_BYTES]).hexdigest() for index in range(count)]


def is_run_of(part: list, whole: list) -> bool:
    """Whether `part` stands in `whole` without a gap."""
    return any(whole[start : start + len(part)] == part for start in range(len(whole) - len(part) + 1))


def level(samples: numpy.ndarray, tone: float) -> float:
    """How loud a tone is, in dB below full scale."""
    window = numpy.hanning(len(samples))
    spectrum = numpy.abs(numpy.fft.rfft(samples * window)) / (numpy.sum(window) / 2)
    frequencies = numpy.fft.rfftfreq(len(samples), 1 / RATE)
    near = spectrum[(frequencies > tone - 15) & (frequencies < tone + 15)]
    return 20 * numpy.log10(max(float(near.max()), 1e-9))


def wait_for_sound(party: Party, seconds: float = 1.0, timeout: float = 30):
    """Waits until the party has heard so much more."""
    start = party.heard_seconds()
    wait_until(
        lambda: party.heard_seconds() >= start + seconds, timeout, f"{seconds} s of sound at {party.name} ({party.log[-500:]})"
    )


def wait_for_frames(party: Party, count: int = 15, section: int = 0, timeout: float = 30):
    """Waits until the party has seen so many more frames."""
    start = party.frames_seen(section)
    wait_until(
        lambda: party.frames_seen(section) >= start + count, timeout, f"{count} frames at {party.name} ({party.log[-500:]})"
    )


def wait_for_tones(party: Party, loud: list[int], quiet: list[int], seconds: float = 1.0, timeout: float = 30):
    """Waits until the last second holds the loud tones, each of the quiet ones 30 dB below the least of them."""
    last = {}

    def holds():
        if party.heard_seconds() < seconds:
            return False
        samples = party.heard(seconds)
        last.update({tone: round(level(samples, tone), 1) for tone in loud + quiet})
        least = min((last[tone] for tone in loud), default=-60)
        return least > -50 and all(last[tone] <= least - 30 for tone in quiet)

    try:
        wait_until(holds, timeout)
    except TimeoutError:
        raise AssertionError(f"{party.name} hears {last}, expected {loud} and not {quiet}\n{party.log[-500:]}") from None
