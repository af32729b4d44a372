// What a process uses, from /proc.
#pragma once

/// CPU seconds of all its threads.
double process_cpu(int process);

/// Bytes of memory that are its own: resident, without what is shared with the disk.
long process_memory(int process);
