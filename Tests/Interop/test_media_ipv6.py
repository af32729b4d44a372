"""Media over IPv6, and between the two families in one room."""

import random
import socket
import struct
import time

import pytest

from line_client import wait_until
from media_clients import RTPPacket, RTPReceiver, check_sequence, free_port_pairs, make_offer, sections

ROOM = "studio"


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback address")


def six(offer):
    return offer.replace("IN IP4 127.0.0.1", "IN IP6 ::1")


def test_both_families_meet(make_server):
    server = make_server({"listen": ["127.0.0.1", "::1"]})
    server.cli("room", "create", ROOM, "--kind", "audio", "--expiry", "never")
    ports = free_port_pairs(2)
    answer = server.offer(ROOM, six(make_offer(ports[0], direction="sendrecv")), server.sign_in(guest="six"))
    assert answer.status == 201, answer
    assert "c=IN IP6 ::1" in answer.text
    own = sections(answer.text)[0]
    receiver = RTPReceiver(ports[1])
    assert server.offer(ROOM, make_offer(ports[1], direction="recvonly"), server.sign_in(guest="four")).status == 201
    endpoint = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    endpoint.bind(("::1", ports[0]))
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        for sequence in range(150):
            packet = struct.pack("!BBHII", 0x80, 96, sequence, sequence * 960, 7) + b"\x78" + random.Random(sequence).randbytes(79)
            endpoint.sendto(packet, ("::1", own.port))
            stranger.sendto(packet, ("127.0.0.1", own.port))
            time.sleep(0.02)
        wait_until(lambda: len(receiver.packets) > 100, 10, "sound over IPv4")
    finally:
        receiver.close()
        endpoint.close()
        stranger.close()
    check_sequence(list(receiver.packets))


def test_the_mix_goes_out_over_ipv6(make_server):
    server = make_server({"listen": ["127.0.0.1", "::1"]})
    server.cli("room", "create", ROOM, "--kind", "audio", "--expiry", "never")
    ports = free_port_pairs(2)
    own = sections(server.offer(ROOM, make_offer(ports[0], direction="sendonly"), server.sign_in(guest="four")).text)[0]
    listener = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    listener.bind(("::1", ports[1]))
    listener.settimeout(10)
    assert server.offer(ROOM, six(make_offer(ports[1], direction="recvonly")), server.sign_in(guest="six")).status == 201
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        for sequence in range(100):
            sender.sendto(struct.pack("!BBHII", 0x80, 96, sequence, sequence * 960, 7) + b"\x78" + random.Random(sequence).randbytes(79), ("127.0.0.1", own.port))
            time.sleep(0.02)
        packets = [RTPPacket.parse(listener.recv(2048), 0) for _ in range(50)]
    finally:
        listener.close()
        sender.close()
    check_sequence([packet for packet in packets if packet.payload_type == 96])


def test_a_family_that_is_not_listened_on_is_refused(make_server):
    server = make_server({"listen": ["127.0.0.1"]})
    server.cli("room", "create", ROOM, "--kind", "audio", "--expiry", "never")
    answer = server.offer(ROOM, six(make_offer(free_port_pairs(1)[0])), server.sign_in(guest="six"))
    assert answer.status == 415, answer
    assert "IPv6" in answer.json["detail"]
