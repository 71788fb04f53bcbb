/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
static volatile uint32_t counter;
static const int8_t weights[64] = {1, 2, 3, -4};
static inline int32_t scaled(int32_t value) {
    return value * 3 + 1;
}
int32_t sum_of(const int8_t *values, int count) {
    int32_t sum = 0;
    for (int i = 0; i < count; i++) {
        sum += scaled(values[i]);
    }
    return sum;
}
void start(void) {
    counter = 7;
    for (;;) {
        counter += (uint32_t)sum_of(weights, 64);
    }
}
__attribute__((section(".vectors"), used)) static void (*const vectors[2])(void) = {
    (void (*)(void))0x20001000, start};
