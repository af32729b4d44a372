#include "protocol.h"

#include <stdio.h>
#include <string.h>

static bool begins(const char *line, size_t length, const char *with) {
    size_t size = strlen(with);
    return length >= size && memcmp(line, with, size) == 0;
}

/// Appends a head, the text and a tail: the three parts of every message.
static size_t join_parts(char *out, int head, const char *text, const char *tail, size_t tail_size) {
    memcpy(out + head, text, TEXT_SIZE);
    memcpy(out + head + TEXT_SIZE, tail, tail_size);
    return (size_t)head + TEXT_SIZE + tail_size;
}

// The line protocol, as a guest or with an account.

static size_t line_enter(char *out, unsigned step, int room, bool is_first) {
    if (room < 0) return 0;
    if (is_first && step == 0) return (size_t)sprintf(out, "#createroom r%d\r\n", room);
    return step == (is_first ? 1 : 0) ? (size_t)sprintf(out, "#changeroom r%d\r\n", room) : 0;
}

static size_t line_step(char *out, unsigned step, unsigned user, int room, bool is_first) {
    if (step == 0) return (size_t)sprintf(out, "#login anon u%u\r\n", user);
    return line_enter(out, step - 1, room, is_first);
}

static size_t line_account_step(char *out, unsigned step, unsigned user, int room, bool is_first) {
    if (step == 0) return (size_t)sprintf(out, "#login regd u%u password\r\n", user);
    return line_enter(out, step - 1, room, is_first);
}

static size_t line_to_user(char *out, unsigned user, const char *text) {
    return join_parts(out, sprintf(out, "#sendto u%u \"", user), text, "\"\r\n", 3);
}

static size_t line_to_room(char *out, int room, const char *text) {
    (void)room;
    return join_parts(out, sprintf(out, "#broadcast \""), text, "\"\r\n", 3);
}

static enum meaning line_read(const char *line, size_t length, const char **text) {
    if (length > TEXT_SIZE && begins(line, length, "@mess #")) {
        *text = line + length - TEXT_SIZE - 1;
        return DELIVERED;
    }
    if (begins(line, length, "@status")) return length == 9 && line[8] == '0' ? ACKNOWLEDGED : REFUSED;
    return NOTHING;
}

// Redis, with RESP 3: one connection publishes and is subscribed.

static size_t redis_step(char *out, unsigned step, unsigned user, int room, bool is_first) {
    (void)is_first;
    if (step > 0) return 0;
    if (room < 0) return (size_t)sprintf(out, "HELLO 3\r\nSUBSCRIBE u%u\r\n", user);
    return (size_t)sprintf(out, "HELLO 3\r\nSUBSCRIBE r%d\r\n", room);
}

static size_t redis_publish(char *out, const char *channel, int size, const char *text) {
    int head = sprintf(out, "*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%s\r\n$%d\r\n", size, channel, TEXT_SIZE);
    return join_parts(out, head, text, "\r\n", 2);
}

static size_t redis_to_user(char *out, unsigned user, const char *text) {
    char channel[16];
    int size = sprintf(channel, "u%u", user);
    return redis_publish(out, channel, size, text);
}

static size_t redis_to_room(char *out, int room, const char *text) {
    char channel[16];
    int size = sprintf(channel, "r%d", room);
    return redis_publish(out, channel, size, text);
}

static enum meaning redis_read(const char *line, size_t length, const char **text) {
    if (length == TEXT_SIZE) {
        *text = line;
        return DELIVERED;
    }
    if (length > 1 && line[0] == ':') return ACKNOWLEDGED;
    if (length > 1 && line[0] == '-') return REFUSED;
    return length == 9 && memcmp(line, "subscribe", 9) == 0 ? READY : NOTHING;
}

// IRC, which acknowledges nothing.

static size_t irc_step(char *out, unsigned step, unsigned user, int room, bool is_first) {
    (void)is_first;
    if (step == 0) return (size_t)sprintf(out, "NICK u%u\r\nUSER u%u 0 * :load\r\n", user, user);
    return step == 1 && room >= 0 ? (size_t)sprintf(out, "JOIN #r%d\r\n", room) : 0;
}

static size_t irc_to_user(char *out, unsigned user, const char *text) {
    return join_parts(out, sprintf(out, "PRIVMSG u%u :", user), text, "\r\n", 2);
}

static size_t irc_to_room(char *out, int room, const char *text) {
    return join_parts(out, sprintf(out, "PRIVMSG #r%d :", room), text, "\r\n", 2);
}

static enum meaning irc_read(const char *line, size_t length, const char **text) {
    if (begins(line, length, "PING ")) return PINGED;
    if (begins(line, length, "ERROR")) return REFUSED;
    const char *space = memchr(line, ' ', length);
    if (space == NULL) return NOTHING;
    size_t rest = length - (size_t)(space - line);
    if (rest > TEXT_SIZE + 9 && memcmp(space, " PRIVMSG ", 9) == 0) {
        *text = line + length - TEXT_SIZE;
        return DELIVERED;
    }
    bool is_ready = begins(space, rest, " 376 ") || begins(space, rest, " 422 ") || begins(space, rest, " 366 ");
    return is_ready ? READY : NOTHING;
}

static const struct protocol protocols[] = {
    {"line", true, true, line_step, line_to_user, line_to_room, line_read},
    {"line-accounts", true, true, line_account_step, line_to_user, line_to_room, line_read},
    {"redis", true, true, redis_step, redis_to_user, redis_to_room, redis_read},
    {"irc", false, false, irc_step, irc_to_user, irc_to_room, irc_read},
};

const struct protocol *protocol_named(const char *name) {
    for (size_t index = 0; index < sizeof protocols / sizeof *protocols; index++) {
        if (strcmp(protocols[index].name, name) == 0) return &protocols[index];
    }
    return NULL;
}
