/* SPDX-License-Identifier: Apache-2.0 */
#include "library/classes.h"

#include "network/network.h"

_Static_assert(M2M_CLASS_COUNT == NETWORK_CLASSES, "a name for each class");

const char *const m2m_class_names[M2M_CLASS_COUNT] = {
    [M2M_CLASS_BARK] = "bark",
    [M2M_CLASS_RAIN] = "rain",
    [M2M_CLASS_SILENCE] = "silence",
};
