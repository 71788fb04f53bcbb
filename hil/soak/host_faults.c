/* SPDX-License-Identifier: Apache-2.0 */
/* A full disk and a wall clock that jumps, for one process and its children (glibc, Linux).

   Preloaded into the runs that `mel2metal soak` starts. The process itself cannot tell: its calls
   of the C library fail, or answer, as they do where the disk is full and the clock was set. Both
   are switched by the process that started it, through a shared file. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define JOURNAL "journal.jsonl"

/* As hil/soak/host_faults.py writes it. */
struct control {
    volatile int64_t clock_offset_s;
    volatile int64_t full;    /* 0: there is room; 1: none for the journal; 2: none for the rest */
    volatile int64_t refused; /* how many writes found no room */
    volatile int64_t times_read; /* how often the wall clock was read while it was off */
};

static struct control nothing;
static struct control *control = &nothing;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("MEL2METAL_HOST_FAULTS");
    folder = getenv("MEL2METAL_FULL_FOLDER");
    if (path == NULL || folder == NULL) {
        return;
    }
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (shared != MAP_FAILED) {
        control = shared;
    }
    /* A run does not outlive the process that watches it. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Whether a write to this file finds no room. */
static int is_full(int file) {
    char link[64], path[4096];
    if (control->full == 0) {
        return 0;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0 || strncmp(path, folder, strlen(folder)) != 0) {
        return 0;
    }
    path[length] = '\0';
    const char *name = strrchr(path, '/');
    int is_journal = name != NULL && strcmp(name + 1, JOURNAL) == 0;
    return control->full == 1 ? is_journal : !is_journal;
}

ssize_t write(int file, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    if (real == NULL) {
        real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    }
    if (is_full(file)) {
        /* What there was room for is written first, as on a disk. */
        size_t room = count / 2;
        if (control->refused++ == 0 && room > 0) {
            return real(file, bytes, room);
        }
        errno = ENOSPC;
        return -1;
    }
    return real(file, bytes, count);
}

static int is_wall_clock(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL) {
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = real(clock, time);
    if (result == 0 && is_wall_clock(clock) && control->clock_offset_s != 0) {
        time->tv_sec += (time_t)control->clock_offset_s;
        control->times_read++;
    }
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec time;
    int result = clock_gettime(CLOCK_REALTIME, &time);
    if (result == 0) {
        now->tv_sec = time.tv_sec;
        now->tv_usec = (suseconds_t)(time.tv_nsec / 1000);
    }
    return result;
}

time_t time(time_t *at) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return (time_t)-1;
    }
    if (at != NULL) {
        *at = now.tv_sec;
    }
    return now.tv_sec;
}
