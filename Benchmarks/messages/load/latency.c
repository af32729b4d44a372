#include "latency.h"

#include <string.h>

/// How many took so many microseconds.
static uint32_t counts[1000001];
static uint64_t total;

void latency_reset(void) {
    memset(counts, 0, sizeof counts);
    total = 0;
}

void latency_note(uint64_t nanoseconds) {
    uint64_t microseconds = nanoseconds / 1000;
    counts[microseconds < 1000000 ? microseconds : 1000000]++;
    total++;
}

uint64_t latency_share(double share) {
    uint64_t wanted = (uint64_t)(share * (double)total), seen = 0, microseconds = 0;
    while (microseconds < 1000000 && (seen += counts[microseconds]) <= wanted) microseconds++;
    return microseconds;
}
