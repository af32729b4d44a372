// Sends garbage to a range of UDP ports of 127.0.0.1 for so many seconds, from addresses of its own choosing, and prints how many packets that were.
//
//     flood FIRST LAST SECONDS SOURCE…
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { batch = 64, longest = 400, sources = 8 };

static uint64_t state = 88172645463325252u;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count < 5) return 64;
    int first = atoi(arguments[1]), last = atoi(arguments[2]), sockets[sources], used = 0;
    for (int index = 4; index < count && used < sources; index++) {
        struct sockaddr_in own = {.sin_family = AF_INET};
        if (inet_pton(AF_INET, arguments[index], &own.sin_addr) != 1) return 64;
        sockets[used] = socket(AF_INET, SOCK_DGRAM, 0);
        if (bind(sockets[used], (struct sockaddr *)&own, sizeof own) != 0) return 71;
        used++;
    }
    static unsigned char bytes[batch][longest];
    static struct sockaddr_in targets[batch];
    static struct iovec vectors[batch];
    static struct mmsghdr messages[batch];
    uint64_t sent = 0;
    double end = now() + atof(arguments[3]);
    while (now() < end) {
        for (int index = 0; index < batch; index++) {
            size_t length = 1 + next() % (longest - 1);
            for (size_t byte = 0; byte < length; byte += 8) {
                uint64_t noise = next();
                memcpy(bytes[index] + byte, &noise, length - byte < 8 ? length - byte : 8);
            }
            // Half of it looks like RTP or RTCP.
            if (next() & 1) {
                bytes[index][0] = 0x80;
                bytes[index][1] = next() & 1 ? 96 + next() % 2 : 200 + next() % 7;
            }
            targets[index] = (struct sockaddr_in){
                .sin_family = AF_INET, .sin_port = htons(first + next() % (last - first + 1)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
            vectors[index] = (struct iovec){.iov_base = bytes[index], .iov_len = length};
            messages[index].msg_hdr = (struct msghdr){
                .msg_name = &targets[index], .msg_namelen = sizeof targets[index], .msg_iov = &vectors[index], .msg_iovlen = 1};
        }
        int done = sendmmsg(sockets[next() % used], messages, batch, 0);
        if (done > 0) sent += done;
    }
    printf("%llu\n", (unsigned long long)sent);
    return 0;
}
