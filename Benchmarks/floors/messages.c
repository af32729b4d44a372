// The least that a server of messages can do, in C: the commands of the line protocol that the load uses, users found by their
// number, nothing checked, one read and one write for each connection and turn of the loop. What a server spends beyond this is
// its own doing.
//
// messages PORT
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_USERS = 20000, MOST_ROOMS = 1000, READ_SIZE = 65536 };

struct connection {
    int descriptor;
    unsigned user;
    int room;
    char *input;
    size_t input_size;
    char *output;
    size_t output_size, output_capacity;
    int is_noted, is_watching;
};

struct room {
    struct connection **members;
    size_t count, capacity;
};

static struct connection *users[MOST_USERS];
static struct room rooms[MOST_ROOMS];
static struct connection **noted;
static size_t noted_count, noted_capacity;
static struct connection **ended;
static size_t ended_count, ended_capacity;
static int poll_descriptor;

static void *grow(void *memory, size_t *capacity, size_t needed, size_t size) {
    if (needed <= *capacity) return memory;
    while (*capacity < needed) *capacity = *capacity == 0 ? 64 : *capacity * 2;
    memory = realloc(memory, *capacity * size);
    if (memory == NULL) abort();
    return memory;
}

static void put(struct connection *connection, const char *bytes, size_t size) {
    connection->output = grow(connection->output, &connection->output_capacity, connection->output_size + size, 1);
    memcpy(connection->output + connection->output_size, bytes, size);
    connection->output_size += size;
    if (connection->is_noted) return;
    connection->is_noted = 1;
    noted = grow(noted, &noted_capacity, noted_count + 1, sizeof *noted);
    noted[noted_count++] = connection;
}

static void put_status(struct connection *connection) { put(connection, "@status 0\r\n", 11); }

static void enter(struct connection *connection, int number) {
    struct room *room = &rooms[number];
    room->members = grow(room->members, &room->capacity, room->count + 1, sizeof *room->members);
    room->members[room->count++] = connection;
    connection->room = number;
}

static void take_line(struct connection *connection, char *line, size_t length) {
    if (length > 8 && memcmp(line, "#sendto ", 8) == 0) {
        char *text;
        unsigned long user = strtoul(line + 9, &text, 10);
        if (user >= MOST_USERS || users[user] == NULL) return;
        char head[32];
        put_status(connection);
        put(users[user], head, (size_t)sprintf(head, "@mess #sendto u%u", connection->user));
        put(users[user], text, length - (size_t)(text - line));
    } else if (length > 11 && memcmp(line, "#broadcast ", 11) == 0) {
        char message[1100];
        size_t size = (size_t)sprintf(message, "@mess #broadcast u%u ", connection->user);
        if (length > 1024) return;
        memcpy(message + size, line + 11, length - 11);
        put_status(connection);
        struct room *room = &rooms[connection->room];
        for (size_t index = 0; index < room->count; index++) put(room->members[index], message, size + length - 11);
    } else if (memcmp(line, "#login", 6) == 0) {
        connection->user = (unsigned)atoi(line + 13);
        if (connection->user < MOST_USERS) users[connection->user] = connection;
        put_status(connection);
    } else {
        if (memcmp(line, "#changeroom r", 13) == 0) enter(connection, atoi(line + 13) % MOST_ROOMS);
        put_status(connection);
    }
}

/// False where the connection has ended.
static int take_input(struct connection *connection) {
    static char buffer[2 * READ_SIZE];
    memcpy(buffer, connection->input, connection->input_size);
    ssize_t got = read(connection->descriptor, buffer + connection->input_size, READ_SIZE);
    if (got <= 0) return 0;
    char *line = buffer, *end_of_input = buffer + connection->input_size + got;
    for (char *end; (end = memchr(line, '\n', (size_t)(end_of_input - line))) != NULL; line = end + 1) {
        take_line(connection, line, (size_t)(end + 1 - line));
    }
    free(connection->input);
    connection->input = NULL;
    connection->input_size = (size_t)(end_of_input - line);
    if (connection->input_size == 0) return 1;
    connection->input = malloc(connection->input_size);
    if (connection->input == NULL) abort();
    memcpy(connection->input, line, connection->input_size);
    return 1;
}

static void watch(struct connection *connection, int for_output) {
    if (connection->is_watching == for_output) return;
    connection->is_watching = for_output;
    struct epoll_event event = {.events = EPOLLIN | (for_output ? EPOLLOUT : 0), .data.ptr = connection};
    epoll_ctl(poll_descriptor, EPOLL_CTL_MOD, connection->descriptor, &event);
}

static void flush(struct connection *connection) {
    ssize_t written = write(connection->descriptor, connection->output, connection->output_size);
    if (written < 0) written = 0;
    connection->output_size -= (size_t)written;
    if (connection->output_size > 0) memmove(connection->output, connection->output + written, connection->output_size);
    watch(connection, connection->output_size > 0);
    if (connection->output_size == 0 && connection->output_capacity > 4096) {
        free(connection->output);
        connection->output = NULL;
        connection->output_capacity = 0;
    }
}

/// Forgets a connection; its memory goes at the end of the turn, since others may have noted it.
static void end(struct connection *connection) {
    if (connection->user < MOST_USERS && users[connection->user] == connection) users[connection->user] = NULL;
    for (size_t number = 0; number < MOST_ROOMS; number++) {
        struct room *room = &rooms[number];
        for (size_t index = 0; index < room->count; index++) {
            if (room->members[index] == connection) room->members[index] = room->members[--room->count];
        }
    }
    close(connection->descriptor);
    connection->descriptor = -1;
    ended = grow(ended, &ended_capacity, ended_count + 1, sizeof *ended);
    ended[ended_count++] = connection;
}

static void take_connection(int listener) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) abort();
    connection->user = MOST_USERS;
    connection->descriptor = descriptor;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(poll_descriptor, EPOLL_CTL_ADD, descriptor, &event);
}

int main(int count, char **arguments) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(count > 1 ? atoi(arguments[1]) : 0))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1024) != 0) {
        perror("listen");
        return 1;
    }
    poll_descriptor = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poll_descriptor, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        static struct epoll_event events[1024];
        int ready = epoll_wait(poll_descriptor, events, 1024, -1);
        for (int index = 0; index < ready; index++) {
            struct connection *connection = events[index].data.ptr;
            if (connection == NULL) {
                take_connection(listener);
            } else {
                if (events[index].events & EPOLLOUT) flush(connection);
                if (events[index].events & ~EPOLLOUT && !take_input(connection)) end(connection);
            }
        }
        for (size_t index = 0; index < noted_count; index++) {
            noted[index]->is_noted = 0;
            if (noted[index]->descriptor >= 0) flush(noted[index]);
        }
        noted_count = 0;
        while (ended_count > 0) {
            struct connection *connection = ended[--ended_count];
            free(connection->input);
            free(connection->output);
            free(connection);
        }
    }
}
