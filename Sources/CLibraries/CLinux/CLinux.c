#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <time.h>

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

_Static_assert(sizeof(struct clinux_message) == sizeof(struct mmsghdr), "clinux_message is not mmsghdr");

int clinux_receive_messages(int descriptor, struct clinux_message *messages, unsigned int count) {
    return recvmmsg(descriptor, (struct mmsghdr *)messages, count, MSG_DONTWAIT, NULL);
}

ssize_t clinux_send_segments(
    int descriptor, const void *bytes, size_t length, uint16_t segment, const struct sockaddr *address,
    socklen_t address_length) {
    union {
        char buffer[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr alignment;
    } control = {0};
    struct iovec vector = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr message = {
        .msg_name = (void *)address,
        .msg_namelen = address_length,
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_control = control.buffer,
        .msg_controllen = sizeof control.buffer,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof segment);
    memcpy(CMSG_DATA(header), &segment, sizeof segment);
    return sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int clinux_report_errors(int descriptor, int is_ipv4) {
    int on = 1;
    return is_ipv4 ? setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on)
                   : setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
}

int clinux_take_refusals(int descriptor) {
    int refusals = 0;
    for (;;) {
        union {
            char buffer[512];
            struct cmsghdr alignment;
        } control;
        struct msghdr message = {.msg_control = control.buffer, .msg_controllen = sizeof control.buffer};
        if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return refusals;
        for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
            int is_error = (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR) ||
                           (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR);
            if (!is_error) continue;
            struct sock_extended_err error;
            memcpy(&error, CMSG_DATA(header), sizeof error);
            if (error.ee_errno == ECONNREFUSED) refusals++;
        }
    }
}

void clinux_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int clinux_accept(int listener, struct clinux_peer *peer) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t length = sizeof address;
    int accepted = accept4(listener, &address.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) return -1;
    *peer = (struct clinux_peer){0};
    if (address.any.sa_family == AF_INET) {
        peer->low = 0xFFFF00000000 | ntohl(address.v4.sin_addr.s_addr);
        peer->port = ntohs(address.v4.sin_port);
    } else if (address.any.sa_family == AF_INET6) {
        for (int index = 0; index < 8; index++) {
            peer->high = peer->high << 8 | address.v6.sin6_addr.s6_addr[index];
            peer->low = peer->low << 8 | address.v6.sin6_addr.s6_addr[index + 8];
        }
        peer->port = ntohs(address.v6.sin6_port);
    }
    return accepted;
}
