/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network runs as rows arrive; the row axis is time. Each stage makes rows of one ring from the
 * last rows of others. A new row in a ring lets the stages that read it work, one after the other:
 * each makes all rows that have become possible, and each of these is passed on before the next is
 * made. Rings are just as deep as this order of work needs (docs/adr/0001); network.c holds the
 * stages and rings of one network as constants.
 *
 * A ring whose rows are cut into groups of channels has one reader. That one takes each group of
 * the row that ends its window as soon as it has been made, and only finishes its own row when the
 * whole row has come (docs/adr/0021).
 */
#ifndef NETWORK_STREAM_H
#define NETWORK_STREAM_H

#include "network/kernels/row_ring.h"

/*
 * Three shapes of kernels. `layer` is the record that belongs to the kernel. `rows` are the rows of
 * the window: those of the first source, then those of the second, and so on. A call works on one
 * group of channels, from `first_channel` on; the record says how many those are. combine() works
 * alike on every group.
 */
typedef void stage_combine(const void *layer, const struct row_view *rows, void *target);
typedef void stage_gather(const void *layer, const struct row_view *rows, int16_t *columns,
                          uint32_t first_channel);
typedef void stage_product(const void *layer, int16_t *columns, uint8_t *planes,
                           uint32_t first_channel);

#define STAGE_NO_OPERATOR 0xffffu

/*
 * One or two operators that make rows of `target`. Either combine() makes a row at once, or
 * gather() lays its inputs out in columns and product() makes the row of them.
 */
struct stage {
    const struct row_ring *const *sources; /* ends with NULL */
    const struct row_ring *target;
    stage_combine *combine; /* or NULL */
    stage_gather *gather;
    const void *gather_layer;
    stage_product *product;
    const void *layer; /* of combine() or product() */
    int16_t *columns;  /* of gather() and product(); other stages use them in turn */
    uint16_t window_rows;
    uint16_t window_stride;
    uint16_t window_before; /* border rows above row 0 */
    /* For the taps: whose output the columns and the target are, or STAGE_NO_OPERATOR. */
    uint16_t columns_operator;
    uint16_t columns_channels;
    uint16_t target_operator;
#if M2M_TAPS
    uint16_t work_operator; /* whose work a row is, or STAGE_NO_OPERATOR (layer_clock.h) */
#endif
};

#if M2M_TAPS
#define STAGE_WORK(index) .work_operator = (index),
#else
#define STAGE_WORK(index)
#endif

#define STAGES(...) ((const struct stage *const[]){__VA_ARGS__})
#define RINGS(...) ((const struct row_ring *const[]){__VA_ARGS__})

/*
 * The next row has been written to `ring`: counts it, and lets the stages that read it work.
 * `rows`: scratch for the rows of the largest window.
 */
void stream_row_came(struct row_view *rows, const struct row_ring *ring);

#endif
