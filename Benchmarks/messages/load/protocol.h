// How each server is spoken to: what a client says to join and to send, and what a line from the server means.
#pragma once
#include <stdbool.h>
#include <stddef.h>

/// Bytes of each message's text.
#define TEXT_SIZE 100

/// The most bytes that `step`, `to_user` or `to_room` write.
#define MOST_WRITTEN 512

/// What a line from the server means for the load.
enum meaning { NOTHING, READY, ACKNOWLEDGED, DELIVERED, PINGED, REFUSED };

/// One protocol.
struct protocol {
    const char *name;
    /// Whether each message is answered to its sender.
    bool acknowledges;
    /// Whether a sender in a room gets its own messages.
    bool echoes;
    /// What user `user` says at step `step` of joining, which the server answers with a READY line; 0 where it has joined.
    /// `room` is the number of the room to enter, or -1; the first of a room makes it where that is needed.
    size_t (*step)(char *out, unsigned step, unsigned user, int room, bool is_first);
    /// Sends a text to a user.
    size_t (*to_user)(char *out, unsigned user, const char *text);
    /// Sends a text to the room.
    size_t (*to_room)(char *out, int room, const char *text);
    /// What a line (without its end) means; `text` is set for DELIVERED, to TEXT_SIZE bytes.
    enum meaning (*read)(const char *line, size_t length, const char **text);
};

/// The protocol of a name; NULL where there is none.
const struct protocol *protocol_named(const char *name);
