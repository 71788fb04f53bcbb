/* SPDX-License-Identifier: Apache-2.0 */
#include "network/stream.h"

#include <stdbool.h>
#include <stddef.h>

#include "network/row_taps.h"

/* True when all sources have the rows of a window that begins at row `first`. */
static bool window_has_come(const struct stage *stage, int32_t first) {
    const int32_t wanted = first + stage->window_rows;
    for (const struct row_ring *const *source = stage->sources; *source != NULL; source++) {
        const int32_t height = (*source)->height;
        if ((int32_t)*(*source)->rows_in < (wanted < height ? wanted : height)) {
            return false;
        }
    }
    return true;
}

static void view_window(const struct stage *stage, int32_t first, struct row_view *rows) {
    for (const struct row_ring *const *source = stage->sources; *source != NULL; source++) {
        for (int32_t i = 0; i < stage->window_rows; i++) {
            *rows++ = row_ring_view(*source, first + i);
        }
    }
}

/* Makes the stage's next row, if there is one and its sources have come far enough. */
static __attribute__((noinline)) bool make_next_row(const struct stream_scratch *scratch,
                                                    const struct stage *stage) {
    const struct row_ring *target = stage->target;
    const uint32_t row = *target->rows_in;
    const int32_t first = (int32_t)(row * stage->window_stride) - stage->window_before;
    if (row == target->height || !window_has_come(stage, first)) {
        return false;
    }
    view_window(stage, first, scratch->rows);
    uint8_t *place = row_ring_place(target, row);
    if (stage->combine != NULL) {
        stage->combine(stage->layer, scratch->rows, place);
    } else {
        stage->gather(stage->gather_layer, scratch->rows, scratch->columns);
        row_tap_columns(stage, row, scratch->columns);
        stage->product(stage->layer, scratch->columns, place);
    }
    row_tap_planes(stage, row, place);
    return true;
}

void stream_row_came(const struct stream_scratch *scratch, const struct row_ring *ring) {
    ++*ring->rows_in;
    for (const struct stage *const *reader = ring->readers; *reader != NULL; reader++) {
        while (make_next_row(scratch, *reader)) {
            stream_row_came(scratch, (*reader)->target);
        }
    }
}
