#define _GNU_SOURCE
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static int connect_to(int port) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        fail("cannot connect to port %d: %s", port, strerror(errno));
    }
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return descriptor;
}

/// Reads until a step of joining is answered. Nothing else is under way, so what follows it is dropped.
static void await_answer(int descriptor, const struct protocol *protocol, unsigned number) {
    char buffer[65536];
    size_t size = 0;
    for (;;) {
        ssize_t got = read(descriptor, buffer + size, sizeof buffer - size);
        if (got <= 0) fail("user %u was cut off while joining", number);
        size += (size_t)got;
        char *line = buffer;
        for (char *end; (end = memchr(line, '\n', size - (size_t)(line - buffer))) != NULL; line = end + 1) {
            size_t length = (size_t)(end - line);
            if (length > 0 && line[length - 1] == '\r') length--;
            const char *text;
            switch (protocol->read(line, length, &text)) {
            case READY:
            case ACKNOWLEDGED: return;
            case REFUSED: fail("user %u was refused: %.*s", number, (int)length, line);
            case PINGED:
                line[1] = 'O';
                if (write(descriptor, line, length + 1) < 0) fail("user %u was cut off while joining", number);
                break;
            case NOTHING:
            case DELIVERED: break;
            }
        }
        size -= (size_t)(line - buffer);
        memmove(buffer, line, size);
    }
}

void client_join(
    struct client *client, unsigned number, unsigned senders, const struct protocol *protocol, int port, int room,
    bool is_first) {
    *client = (struct client){.number = number, .descriptor = connect_to(port)};
    char out[MOST_WRITTEN];
    size_t size;
    for (unsigned step = 0; (size = protocol->step(out, step, number, room, is_first)) > 0; step++) {
        if (write(client->descriptor, out, size) < 0) fail("user %u was cut off while joining", number);
        await_answer(client->descriptor, protocol, number);
    }
    fcntl(client->descriptor, F_SETFL, O_NONBLOCK);
    if (senders == 0) return;
    client->input = malloc(BUFFER_SIZE);
    client->output = malloc(BUFFER_SIZE);
    client->expected = calloc(senders, sizeof *client->expected);
    if (client->input == NULL || client->output == NULL || client->expected == NULL) fail("out of memory");
}

bool client_flush(struct client *client) {
    while (client->output_start < client->output_size) {
        ssize_t written = write(
            client->descriptor, client->output + client->output_start, client->output_size - client->output_start);
        if (written < 0) {
            if (errno == EAGAIN) return false;
            fail("user %u was cut off: %s", client->number, strerror(errno));
        }
        client->output_start += (size_t)written;
    }
    client->output_start = client->output_size = 0;
    return true;
}
