// What Swift's Glibc does not show: batched datagram calls, segmentation offload, epoll and event descriptors.
//
// _GNU_SOURCE must not be defined here: it changes the layout of types that other modules import from the same headers.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/types.h>

/// One message of a batch: the layout of the kernel's `struct mmsghdr`.
struct clinux_message {
    struct msghdr header;
    unsigned int length;
};

/// recvmmsg without waiting: the number of messages received, or -1 with errno set.
int clinux_receive_messages(int descriptor, struct clinux_message *messages, unsigned int count);

/// Sends `length` bytes as datagrams of `segment` bytes (the last may be shorter) with UDP_SEGMENT: bytes sent, or -1 with errno set.
ssize_t clinux_send_segments(
    int descriptor, const void *bytes, size_t length, uint16_t segment, const struct sockaddr *address,
    socklen_t address_length);

/// Has the kernel report ICMP errors on a UDP socket (IP_RECVERR, IPV6_RECVERR): 0, or -1 with errno set.
int clinux_report_errors(int descriptor, int is_ipv4);

/// Takes all ICMP errors out of a socket's error queue: how many of them said that nobody listens at the port.
int clinux_take_refusals(int descriptor);

/// Names the calling thread, at most 15 bytes.
void clinux_name_thread(const char *name);

/// The other end of a TCP connection: the sixteen bytes of its IPv6 address as two numbers, the first byte highest (IPv4 in its
/// mapped form), and its port.
struct clinux_peer {
    uint64_t high, low;
    uint16_t port;
};

/// Accepts a connection, non-blocking and closed on exec: a descriptor, or -1 with errno set.
int clinux_accept(int listener, struct clinux_peer *peer);
