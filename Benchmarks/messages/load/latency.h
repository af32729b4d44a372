// How long messages took.
#pragma once
#include <stdint.h>

/// Forgets what was noted.
void latency_reset(void);

/// Notes a time, in nanoseconds.
void latency_note(uint64_t nanoseconds);

/// The time, in microseconds, that this share of what was noted did not exceed; beyond a second it is given as a second.
uint64_t latency_share(double share);
