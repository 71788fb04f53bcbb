/* SPDX-License-Identifier: Apache-2.0 */
#include "network/stream.h"

#include <stdbool.h>
#include <stddef.h>

#include "network/layer_clock.h"
#include "network/row_taps.h"

/* The first row of the window of the stage's next row; negative within the upper border. */
static int32_t next_window(const struct stage *stage) {
    return (int32_t)(*stage->target->rows_in * stage->window_stride) - stage->window_before;
}

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

/* Lays one group of the window's channels out in the columns. */
static inline void gather_group(struct row_view *rows, const struct stage *stage, uint32_t group) {
    LAYER_CLOCK_ENTER(stage->columns_operator == STAGE_NO_OPERATOR ? stage->work_operator
                                                                   : stage->columns_operator);
    stage->gather(stage->gather_layer, rows, stage->columns,
                  group * stage->sources[0]->group_channels);
    LAYER_CLOCK_LEAVE();
}

/* Takes one group of the window's channels: into the columns, or to the end of the work. */
static __attribute__((noinline)) void take_group(struct row_view *rows, const struct stage *stage,
                                                 int32_t first, uint32_t group) {
    LAYER_CLOCK_ENTER(stage->work_operator);
    struct row_view *view = rows;
    for (const struct row_ring *const *source = stage->sources; *source != NULL; source++) {
        row_ring_window(*source, first, stage->window_rows, group, view);
        view += stage->window_rows;
    }
    if (stage->combine != NULL) {
        const struct row_ring *target = stage->target;
        stage->combine(stage->layer, rows, row_ring_place(target, *target->rows_in, group));
    } else {
        gather_group(rows, stage, group);
    }
    LAYER_CLOCK_LEAVE();
}

/* A group of the row that comes next to `ring` has been made: its reader may want it at once. */
static void group_came(struct row_view *rows, const struct row_ring *ring, uint32_t group) {
    const struct stage *reader = ring->readers[0];
    if (ring->groups == 1u || *reader->target->rows_in == reader->target->height) {
        return;
    }
    const int32_t first = next_window(reader);
    if (first + reader->window_rows == (int32_t)*ring->rows_in + 1) {
        take_group(rows, reader, first, group);
    }
}

/* Makes the stage's next row, if there is one and its sources have come far enough. */
static __attribute__((noinline)) bool make_next_row(struct row_view *rows,
                                                    const struct stage *stage) {
    LAYER_CLOCK_ENTER(stage->work_operator);
    const struct row_ring *target = stage->target, *source = stage->sources[0];
    const uint32_t row = *target->rows_in;
    const int32_t first = next_window(stage);
    if (row == target->height || !window_has_come(stage, first)) {
        LAYER_CLOCK_LEAVE();
        return false;
    }
    if (source->groups == 1u || first + stage->window_rows != (int32_t)*source->rows_in) {
        for (uint32_t group = 0u; group < source->groups; group++) {
            take_group(rows, stage, first, group);
        }
    } /* else they were taken as they came */
    if (stage->combine != NULL) {
        row_tap_planes(stage, row, 0u);
        LAYER_CLOCK_LEAVE();
        return true;
    }
    row_tap_columns(stage, row);
    for (uint32_t group = 0u; group < target->groups; group++) {
        stage->product(stage->layer, stage->columns, row_ring_place(target, row, group),
                       group * target->group_channels);
        row_tap_planes(stage, row, group);
        group_came(rows, target, group);
    }
    LAYER_CLOCK_LEAVE();
    return true;
}

void stream_row_came(struct row_view *rows, const struct row_ring *ring) {
    ++*ring->rows_in;
    for (const struct stage *const *reader = ring->readers; *reader != NULL; reader++) {
        while (make_next_row(rows, *reader)) {
            stream_row_came(rows, (*reader)->target);
        }
    }
}
