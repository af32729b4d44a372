#define _GNU_SOURCE
#include "work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "latency.h"
#include "process.h"
#include "text.h"

/// How long what is in flight may take at the end.
static const uint64_t patience = 20000000000;

static const struct work *work;
static struct client *clients;
static int poll_descriptor;
/// Those that may send again, found while reading.
static struct client **noted;
static unsigned noted_count;
static bool is_stopping;
/// The clock at the beginning of the loop's turn.
static uint64_t turn;
static uint64_t message_count, delivery_count;

static unsigned receivers_of_each(void) {
    if (!work->is_room) return 1;
    return work->protocol->echoes ? work->users : work->users - 1;
}

static unsigned in_flight(const struct client *client) {
    unsigned left = client->sent - client->delivered;
    if (!work->protocol->acknowledges) return left;
    unsigned unanswered = client->sent - client->acknowledged;
    return left > unanswered ? left : unanswered;
}

static void note(struct client *client) {
    if (client->is_noted) return;
    client->is_noted = true;
    noted[noted_count++] = client;
}

static void watch_output(struct client *client, bool watches) {
    if (client->is_watching_output == watches) return;
    client->is_watching_output = watches;
    struct epoll_event event = {.events = EPOLLIN | (watches ? EPOLLOUT : 0), .data.ptr = client};
    epoll_ctl(poll_descriptor, EPOLL_CTL_MOD, client->descriptor, &event);
}

static void flush(struct client *client) { watch_output(client, !client_flush(client)); }

/// Puts a client's next message behind what it has to send.
static void send_one(struct client *client) {
    if (client->output_size + MOST_WRITTEN > BUFFER_SIZE) fail("user %u cannot get rid of its messages", client->number);
    char text[TEXT_SIZE];
    text_make(text, client->number, client->sent);
    char *out = client->output + client->output_size;
    client->output_size += work->is_room ? work->protocol->to_room(out, 0, text)
                                         : work->protocol->to_user(out, client->number ^ 1, text);
    unsigned slot = client->sent % MOST_IN_FLIGHT;
    client->receivers[slot] = 0;
    // At a set rate each message leaves at a moment of its own.
    client->sent_at[slot] = work->rate > 0 ? now() : turn;
    client->sent++;
}

static void refill(struct client *client) {
    if (client->number >= work->senders || is_stopping) return;
    while (in_flight(client) < work->window) send_one(client);
    flush(client);
}

static void take_delivery(struct client *receiver, const char *text) {
    unsigned sender;
    uint32_t number;
    if (!text_read(text, &sender, &number) || sender >= work->senders) fail("a delivery is altered: %.100s", text);
    if (!work->is_room && sender != (receiver->number ^ 1)) fail("user %u was sent another's message", receiver->number);
    if (number != receiver->expected[sender]) {
        fail("user %u got message %u of user %u, not %u: lost, repeated or out of order", receiver->number, number, sender,
             receiver->expected[sender]);
    }
    receiver->expected[sender]++;
    delivery_count++;
    struct client *client = &clients[sender];
    unsigned slot = number % MOST_IN_FLIGHT;
    if (++client->receivers[slot] < receivers_of_each()) return;
    client->delivered++;
    message_count++;
    latency_note(turn - client->sent_at[slot]);
    note(client);
}

static void take_line(struct client *client, char *line, size_t length) {
    const char *text;
    switch (work->protocol->read(line, length, &text)) {
    case DELIVERED: take_delivery(client, text); break;
    case ACKNOWLEDGED:
        client->acknowledged++;
        note(client);
        break;
    case REFUSED: fail("user %u was refused: %.*s", client->number, (int)length, line);
    case PINGED:
        line[1] = 'O';
        memcpy(client->output + client->output_size, line, length);
        memcpy(client->output + client->output_size + length, "\r\n", 2);
        client->output_size += length + 2;
        flush(client);
        break;
    case NOTHING:
    case READY: break;
    }
}

static void take_input(struct client *client) {
    ssize_t got = read(client->descriptor, client->input + client->input_size, BUFFER_SIZE - client->input_size);
    if (got <= 0) {
        if (got < 0 && errno == EAGAIN) return;
        fail("user %u was cut off after: %.*s", client->number, (int)client->input_size, client->input);
    }
    client->input_size += (size_t)got;
    char *line = client->input, *end_of_input = client->input + client->input_size;
    for (char *end; (end = memchr(line, '\n', (size_t)(end_of_input - line))) != NULL; line = end + 1) {
        size_t length = (size_t)(end - line);
        if (length > 0 && line[length - 1] == '\r') length--;
        take_line(client, line, length);
    }
    client->input_size = (size_t)(end_of_input - line);
    memmove(client->input, line, client->input_size);
}

/// One turn: all that is readable, then one write for each client that may send again. Waits at most until a moment.
static void run_turn(uint64_t until) {
    static struct epoll_event events[256];
    uint64_t before = now();
    uint64_t wait = until > before ? until - before : 0;
    struct timespec timeout = {.tv_sec = (time_t)(wait / 1000000000), .tv_nsec = (long)(wait % 1000000000)};
    int count = epoll_pwait2(poll_descriptor, events, 256, &timeout, NULL);
    turn = now();
    for (int index = 0; index < count; index++) {
        struct client *client = events[index].data.ptr;
        if (events[index].events & EPOLLOUT) flush(client);
        if (events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) take_input(client);
    }
    while (noted_count > 0) {
        struct client *client = noted[--noted_count];
        client->is_noted = false;
        if (work->rate == 0) refill(client);
    }
}

/// Runs until a moment, at a set rate or as fast as the windows allow.
static void run_until(uint64_t end) {
    static uint64_t due;
    static unsigned next;
    if (work->rate == 0) {
        while (turn < end) run_turn(end);
        return;
    }
    uint64_t interval = 1000000000 / work->rate;
    if (due == 0) due = now();
    while (turn < end) {
        run_turn(due < end ? due : end);
        while (due <= turn) {
            // Far apart in the order of the users, so that no two in a row are of one pair.
            struct client *client = &clients[next];
            next = (next + 37) % work->senders;
            due += interval;
            if (in_flight(client) == MOST_IN_FLIGHT) fail("user %u waits for %u messages", client->number, MOST_IN_FLIGHT);
            send_one(client);
            flush(client);
        }
    }
}

static void drain(void) {
    is_stopping = true;
    uint64_t end = now() + patience;
    for (unsigned index = 0; index < work->senders; index++) {
        while (in_flight(&clients[index]) > 0) {
            if (turn > end) fail("messages of user %u are lost", index);
            run_turn(end);
        }
    }
}

void work_run(const struct work *asked) {
    work = asked;
    clients = calloc(work->users, sizeof *clients);
    noted = calloc(work->users, sizeof(struct client *));
    poll_descriptor = epoll_create1(EPOLL_CLOEXEC);
    if (clients == NULL || noted == NULL || poll_descriptor < 0) fail("out of memory");
    for (unsigned index = 0; index < work->users; index++) {
        struct client *client = &clients[index];
        client_join(
            client, index, work->senders, work->protocol, work->port, work->is_room ? 0 : -1, index == 0);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
        epoll_ctl(poll_descriptor, EPOLL_CTL_ADD, client->descriptor, &event);
    }
    turn = now();
    if (work->rate == 0) {
        for (unsigned index = 0; index < work->senders; index++) refill(&clients[index]);
    }
    run_until(now() + (uint64_t)(work->warm * 1e9));
    // So that a profiler can begin with the work.
    fputs("measuring\n", stderr);
    latency_reset();
    uint64_t messages = message_count, deliveries = delivery_count, start = now();
    double cpu = process_cpu(work->process), own = process_cpu(getpid());
    run_until(now() + (uint64_t)(work->seconds * 1e9));
    cpu = process_cpu(work->process) - cpu;
    own = process_cpu(getpid()) - own;
    double wall = (double)(now() - start) / 1e9;
    messages = message_count - messages;
    deliveries = delivery_count - deliveries;
    uint64_t middle = latency_share(0.5), slow = latency_share(0.99);
    drain();
    printf("{\"messages\": %lu, \"deliveries\": %lu, \"cpu\": %.4f, \"wall\": %.4f, \"own\": %.4f, \"p50\": %lu, \"p99\": %lu}\n",
           messages, deliveries, cpu, wall, own, middle, slow);
}

void work_idle(const struct work *asked) {
    struct client client;
    client_join(&client, asked->users, 0, asked->protocol, asked->port, (int)(asked->users / 50), true);
    long before = process_memory(asked->process);
    for (unsigned index = 0; index < asked->users; index++) {
        client_join(&client, index, 0, asked->protocol, asked->port, (int)(index / 50), index % 50 == 0);
    }
    usleep(500000);
    long after = process_memory(asked->process);
    double cpu = process_cpu(asked->process);
    usleep((useconds_t)(asked->seconds * 1e6));
    cpu = process_cpu(asked->process) - cpu;
    printf("{\"users\": %u, \"bytes\": %ld, \"cpu\": %.6f, \"wall\": %.3f}\n", asked->users,
           (after - before) / (long)asked->users, cpu, asked->seconds);
}
