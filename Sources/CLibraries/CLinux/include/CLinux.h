// What Swift's Glibc does not show: batched datagram calls, segmentation offload, event and timer descriptors.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <time.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/types.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC: the descriptor, or -1 with errno set.
int clinux_accept_nonblocking(int listener, struct sockaddr_storage *address, socklen_t *length);
