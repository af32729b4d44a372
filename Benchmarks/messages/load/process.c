#include "process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

double process_cpu(int process) {
    // schedstat counts nanoseconds; where the kernel has none, stat counts hundredths of a second.
    char path[300];
    snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *tasks = opendir(path);
    if (tasks == NULL) fail("there is no process %d", process);
    double seconds = 0;
    int found = 0;
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        if (task->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", process, task->d_name);
        FILE *file = fopen(path, "r");
        unsigned long long spent;
        if (file != NULL && fscanf(file, "%llu", &spent) == 1) {
            seconds += (double)spent / 1e9;
            found = 1;
        }
        if (file != NULL) fclose(file);
    }
    closedir(tasks);
    if (found) return seconds;

    snprintf(path, sizeof path, "/proc/%d/stat", process);
    FILE *file = fopen(path, "r");
    char line[1024];
    if (file == NULL || fgets(line, sizeof line, file) == NULL) fail("there is no process %d", process);
    fclose(file);
    unsigned long user, system;
    char *rest = strrchr(line, ')');
    if (rest == NULL
        || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) {
        fail("/proc/%d/stat cannot be read", process);
    }
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

long process_memory(int process) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", process);
    FILE *file = fopen(path, "r");
    if (file == NULL) fail("there is no process %d", process);
    long kilobytes = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0) kilobytes = strtol(line + 8, NULL, 10);
    }
    fclose(file);
    return kilobytes * 1024;
}
