// load PROTOCOL --port N --process PID [--users N] [--senders N] [--window N] [--room] [--rate N] [--seconds S] [--idle]
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "work.h"

int main(int count, char **arguments) {
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},    {"process", required_argument, NULL, 'P'},
        {"users", required_argument, NULL, 'u'},   {"senders", required_argument, NULL, 's'},
        {"window", required_argument, NULL, 'w'},  {"room", no_argument, NULL, 'r'},
        {"rate", required_argument, NULL, 'R'},    {"warm", required_argument, NULL, 'W'},
        {"seconds", required_argument, NULL, 'S'}, {"idle", no_argument, NULL, 'i'},
        {NULL, 0, NULL, 0},
    };
    struct work work = {.users = 100, .window = 32, .warm = 0.5, .seconds = 3};
    bool is_idle = false;
    for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;) {
        switch (option) {
        case 'p': work.port = atoi(optarg); break;
        case 'P': work.process = atoi(optarg); break;
        case 'u': work.users = (unsigned)atoi(optarg); break;
        case 's': work.senders = (unsigned)atoi(optarg); break;
        case 'w': work.window = (unsigned)atoi(optarg); break;
        case 'r': work.is_room = true; break;
        case 'R': work.rate = (unsigned)atoi(optarg); break;
        case 'W': work.warm = atof(optarg); break;
        case 'S': work.seconds = atof(optarg); break;
        case 'i': is_idle = true; break;
        default: return 64;
        }
    }
    work.protocol = optind < count ? protocol_named(arguments[optind]) : NULL;
    if (work.protocol == NULL) fail("name a protocol: line, line-accounts, redis or irc");
    if (work.senders == 0 || work.senders > work.users) work.senders = work.users;
    if (work.window == 0 || work.window > MOST_IN_FLIGHT) fail("a window is 1 to %d", MOST_IN_FLIGHT);
    if (work.port == 0 || work.process == 0) fail("--port and --process are needed");

    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (is_idle) {
        work_idle(&work);
    } else {
        work_run(&work);
    }
    return 0;
}
