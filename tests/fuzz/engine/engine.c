/* SPDX-License-Identifier: Apache-2.0 */
/* A small engine for LLVMFuzzerTestOneInput, where no clang with libFuzzer is to be had: inputs
 * that reach something new are kept, changed and tried again. It takes the options of libFuzzer
 * that tests/fuzz/c_run.py gives, and prints its lines of progress in libFuzzer's form. */
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "coverage.h"
#include "mutate.h"

#define LONGEST_INPUT 65536u
#define MOST_INPUTS 65536u
#define PATH_BYTES 4096u
#define FINDING_EXIT_CODE 77

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* The sanitizers ask for these. They end in abort(), so that the input can be written down. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void) {
    return "abort_on_error=1:handle_abort=0:detect_leaks=0";
}

const char *__ubsan_default_options(void) {
    return "abort_on_error=1:print_stacktrace=1";
}

struct kept {
    uint8_t *bytes;
    size_t count;
};

static struct kept corpus[MOST_INPUTS];
static uint32_t corpus_count;
static uint64_t corpus_bytes;
static uint8_t present[LONGEST_INPUT]; /* the input that is being tried */
static size_t present_count;
static volatile uint64_t executions;

/* --- What the command line says --------------------------------------------------------------- */

static uint64_t runs = UINT64_MAX;
static uint64_t total_seconds;
static uint64_t seed = 1u;
static uint64_t longest = 4096u;
static uint64_t timeout_seconds = 10u;
static const char *artifact_prefix = "./";
static const char *keep_folder; /* the first one that is named */

static bool number_option(const char *word, const char *name, uint64_t *value) {
    const size_t length = strlen(name);
    if (strncmp(word, name, length) != 0) {
        return false;
    }
    *value = strtoull(&word[length], NULL, 10);
    return true;
}

static bool take_option(const char *word) {
    static const char prefix[] = "-artifact_prefix=";
    if (word[0] != '-') {
        return false;
    }
    if (strncmp(word, prefix, sizeof prefix - 1u) == 0) {
        artifact_prefix = &word[sizeof prefix - 1u];
        return true;
    }
    (void)(number_option(word, "-runs=", &runs) ||
           number_option(word, "-max_total_time=", &total_seconds) ||
           number_option(word, "-seed=", &seed) || number_option(word, "-max_len=", &longest) ||
           number_option(word, "-timeout=", &timeout_seconds));
    return true; /* libFuzzer has more */
}

/* --- Files ------------------------------------------------------------------------------------ */

/* FNV-1a of 64 bits: an input's name. */
static uint64_t hash_of(const uint8_t *bytes, size_t count) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0u; i < count; i++) {
        hash = (hash ^ bytes[i]) * 0x100000001B3u;
    }
    return hash;
}

static void write_input(const char *before, const char *kind) {
    char path[PATH_BYTES];
    const uint64_t name = hash_of(present, present_count);
    snprintf(path, sizeof path, "%s%s%016llx", before, kind, (unsigned long long)name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(present, 1u, present_count, file) != present_count) {
        fprintf(stderr, "cannot write %s\n", path);
    } else {
        fprintf(stderr, "Test unit written to %s\n", path);
    }
    if (file != NULL) {
        fclose(file);
    }
}

static bool read_input(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    present_count = fread(present, 1u, longest, file);
    fclose(file);
    return true;
}

/* --- Findings --------------------------------------------------------------------------------- */

static void print_stats(void) {
    fprintf(stderr, "stat::number_of_executed_units: %llu\n", (unsigned long long)executions);
}

static void on_finding(int signal_number) {
    signal(SIGABRT, SIG_DFL);
    write_input(artifact_prefix, signal_number == SIGALRM ? "timeout-" : "crash-");
    print_stats();
    _exit(FINDING_EXIT_CODE);
}

/* --- Runs ------------------------------------------------------------------------------------- */

static uint32_t try_present(void) {
    /* A copy of exactly that size: a read beyond it is found. */
    uint8_t *bytes = malloc(present_count + (present_count == 0u ? 1u : 0u));
    memcpy(bytes, present, present_count);
    coverage_begin();
    LLVMFuzzerTestOneInput(bytes, present_count);
    executions++;
    free(bytes);
    return coverage_take_new();
}

static void tell(const char *what) {
    fprintf(stderr, "#%llu\t%s cov: %u ft: %u corp: %u/%llub\n", (unsigned long long)executions,
            what, (unsigned)coverage_blocks(), (unsigned)coverage_features(),
            (unsigned)corpus_count, (unsigned long long)corpus_bytes);
}

static void keep_present(void) {
    if (corpus_count == MOST_INPUTS) {
        return;
    }
    struct kept *kept = &corpus[corpus_count++];
    kept->bytes = malloc(present_count + 1u);
    kept->count = present_count;
    memcpy(kept->bytes, present, present_count);
    corpus_bytes += present_count;
}

static int compare_names(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* In the order of their names, so that a run can be repeated. */
static void load_folder(const char *folder) {
    static char *names[MOST_INPUTS];
    uint32_t count = 0u;
    DIR *open = opendir(folder);
    for (struct dirent *entry; open != NULL && (entry = readdir(open)) != NULL;) {
        if (entry->d_name[0] != '.' && count < MOST_INPUTS) {
            names[count++] = strdup(entry->d_name);
        }
    }
    if (open != NULL) {
        closedir(open);
    }
    qsort(names, count, sizeof names[0], compare_names);
    for (uint32_t i = 0u; i < count; i++) {
        char path[PATH_BYTES];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        alarm((unsigned)timeout_seconds);
        if (read_input(path) && try_present() != 0u) {
            keep_present();
        }
        free(names[i]);
    }
}

static void draw_present(void) {
    const struct kept *from = &corpus[mutate_below(corpus_count)];
    const struct kept *other = &corpus[mutate_below(corpus_count)];
    present_count = from->count;
    memcpy(present, from->bytes, from->count);
    present_count = mutate(present, present_count, longest, other->bytes, other->count);
}

static void run_on(time_t end) {
    uint64_t told = executions;
    while (executions < runs) {
        if (executions % 256u == 0u) {
            if (end != 0 && time(NULL) >= end) {
                break;
            }
            alarm((unsigned)timeout_seconds);
        }
        draw_present();
        if (try_present() != 0u) {
            keep_present();
            tell("NEW   ");
            if (keep_folder != NULL) {
                char before[PATH_BYTES];
                snprintf(before, sizeof before, "%s/", keep_folder);
                write_input(before, "");
            }
        }
        if (executions >= 2u * told) {
            told = executions;
            tell("pulse ");
        }
    }
}

int main(int count, char **words) {
    const time_t begun = time(NULL);
    bool has_files = false;
    for (int i = 1; i < count; i++) {
        (void)take_option(words[i]);
    }
    longest = longest < LONGEST_INPUT ? longest : LONGEST_INPUT;
    mutate_seed(seed);
    signal(SIGABRT, on_finding);
    signal(SIGALRM, on_finding);
    for (int i = 1; i < count; i++) {
        struct stat found;
        if (words[i][0] == '-' || stat(words[i], &found) != 0) {
            continue;
        }
        if (S_ISDIR(found.st_mode)) {
            keep_folder = keep_folder == NULL ? words[i] : keep_folder;
            load_folder(words[i]);
        } else if (read_input(words[i])) {
            has_files = true;
            alarm((unsigned)timeout_seconds);
            (void)try_present();
        }
    }
    if (!has_files) {
        present_count = 0u;
        (void)try_present();
        keep_present();
        tell("INITED");
        run_on(total_seconds != 0u ? begun + (time_t)total_seconds : 0);
    }
    tell("DONE  ");
    print_stats();
    return 0;
}
