// The clients of a load: connections, what they have sent, and what has come of it.
#pragma once
#include <stdint.h>
#include "protocol.h"

/// The most messages in flight for one sender: a power of two.
#define MOST_IN_FLIGHT 64

/// One connection.
struct client {
    int descriptor;
    unsigned number;
    /// What was read and is no whole line yet.
    char *input;
    size_t input_size;
    /// What waits for the socket.
    char *output;
    size_t output_start, output_size;
    bool is_watching_output;

    /// Messages sent, acknowledged, and delivered to everyone who is to get them.
    uint32_t sent, acknowledged, delivered;
    /// For each message in flight: how many have it, and when it was sent.
    uint16_t receivers[MOST_IN_FLIGHT];
    uint64_t sent_at[MOST_IN_FLIGHT];
    /// The next message expected from each sender.
    uint32_t *expected;
    /// Whether it is in the list of those that may send again.
    bool is_noted;
};

/// Bytes that a client reads at once, and may have waiting to be sent.
#define BUFFER_SIZE (256 * 1024)

/// Connects a client to a port of this machine and joins; ends the program where that fails.
void client_join(
    struct client *client, unsigned number, unsigned senders, const struct protocol *protocol, int port, int room,
    bool is_first);

/// Writes what waits; false while some of it has to wait on.
bool client_flush(struct client *client);

/// Nanoseconds of a clock that never goes back.
uint64_t now(void);

/// Ends the program with a sentence.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
