// The work that a load does, and what it measured.
#pragma once
#include <stdio.h>
#include "client.h"

/// What is asked for.
struct work {
    const struct protocol *protocol;
    int port;
    /// The server's process, whose CPU time and memory are measured.
    int process;
    /// Users, and how many of them send (all for pairs).
    unsigned users, senders;
    /// Messages in flight for each sender.
    unsigned window;
    /// Whether all are in one room; else each writes to the other of its pair.
    bool is_room;
    /// Messages a second over all senders; 0: as fast as the windows allow.
    unsigned rate;
    /// Seconds before measuring, and of measuring.
    double warm, seconds;
};

/// Does the work and prints what was measured as one line of JSON; ends the program where a delivery is lost, repeated, out of
/// order or altered.
void work_run(const struct work *work);

/// Connects users that do nothing, in rooms of 50, and prints what each costs the server in memory.
void work_idle(const struct work *work);
