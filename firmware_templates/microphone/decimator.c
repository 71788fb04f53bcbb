/* SPDX-License-Identifier: Apache-2.0 */
/* FIR filter and 2:1, DC blocker, gain, saturation. Right shifts of negative numbers round down, as
 * every compiler of this project has them. */
#include "microphone/decimator.h"

#define HALF (DECIMATOR_TAPS / 2u)
#define PAIRS 11u /* a turn of the loop */
#define HALF_OF(shift) ((int64_t)1 << ((shift) - 1u))

_Static_assert(DECIMATOR_BLOCK_WORDS % 2u == 0u && HALF % PAIRS == 0u,
               "words come in pairs, taps in whole turns");

void decimator_reset(struct decimator *self) {
    for (uint32_t i = 0u; i < DECIMATOR_KEPT; i++) {
        self->values[i] = 0;
    }
    self->mean = 0;
    self->settling = DECIMATOR_SETTLE_SAMPLES;
}

static int64_t add_pair(int64_t sum, int32_t coefficient, int32_t early, int32_t late) {
    return sum + (int64_t)coefficient * (early + late);
}

/* The filter is its own mirror image: each coefficient takes the two values that are as far from
 * the middle. Values have 24 bits: their sum fits, and so does the sum of products in 64. Five
 * instructions a pair: three loads, ADD, SMLAL. */
static int32_t filter(const int32_t *early) {
    const int32_t *late = early + DECIMATOR_TAPS - 1u;
    int64_t sum = HALF_OF(DECIMATOR_FIR_SHIFT);
    for (uint32_t i = 0u; i < HALF; i += PAIRS) {
        const int32_t *coefficients = &decimator_half[i];
        sum = add_pair(sum, coefficients[0], early[0], late[0]);
        sum = add_pair(sum, coefficients[1], early[1], late[-1]);
        sum = add_pair(sum, coefficients[2], early[2], late[-2]);
        sum = add_pair(sum, coefficients[3], early[3], late[-3]);
        sum = add_pair(sum, coefficients[4], early[4], late[-4]);
        sum = add_pair(sum, coefficients[5], early[5], late[-5]);
        sum = add_pair(sum, coefficients[6], early[6], late[-6]);
        sum = add_pair(sum, coefficients[7], early[7], late[-7]);
        sum = add_pair(sum, coefficients[8], early[8], late[-8]);
        sum = add_pair(sum, coefficients[9], early[9], late[-9]);
        sum = add_pair(sum, coefficients[10], early[10], late[-10]);
        early += PAIRS;
        late -= PAIRS;
    }
    return (int32_t)(sum >> DECIMATOR_FIR_SHIFT);
}

static int16_t saturate(int64_t value) {
    return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

/* The mean follows by a small part of the distance, and what it leaves is the sound. */
static int16_t finish(struct decimator *self, int32_t value) {
    const int32_t distance = value - (int32_t)(self->mean >> DECIMATOR_MEAN_SHIFT);
    self->mean += distance;
    return saturate(
        ((int64_t)distance * DECIMATOR_GAIN_MULTIPLIER + HALF_OF(DECIMATOR_GAIN_SHIFT)) >>
        DECIMATOR_GAIN_SHIFT);
}

static uint32_t push_block(struct decimator *self, const int32_t *words, uint32_t count,
                           int16_t *samples) {
    uint32_t written = 0u;
    for (uint32_t i = 0u; i < count; i++) {
        self->values[DECIMATOR_KEPT + i] = words[i] >> DECIMATOR_WORD_SHIFT;
    }
    for (uint32_t i = 0u; i < count; i += 2u) {
        const int16_t sample = finish(self, filter(&self->values[i]));
        if (self->settling != 0u) {
            self->settling--;
        } else {
            samples[written++] = sample;
        }
    }
    for (uint32_t i = 0u; i < DECIMATOR_KEPT; i++) {
        self->values[i] = self->values[count + i];
    }
    return written;
}

uint32_t decimator_push(struct decimator *self, const int32_t *words, uint32_t count,
                        int16_t *samples) {
    uint32_t written = 0u;
    while (count != 0u) {
        const uint32_t taken = count < DECIMATOR_BLOCK_WORDS ? count : DECIMATOR_BLOCK_WORDS;
        written += push_block(self, words, taken, samples + written);
        words += taken;
        count -= taken;
    }
    return written;
}
