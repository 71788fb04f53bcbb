/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBRARY_CLASSES_H
#define LIBRARY_CLASSES_H

/* The classes of tiny, in the order of its scores. */
enum m2m_class {
    M2M_CLASS_BARK = 0,
    M2M_CLASS_RAIN = 1,
    M2M_CLASS_SILENCE = 2,
};

#define M2M_CLASS_COUNT 3u

/* The name of each class, in UTF-8, as the labels have it. */
extern const char *const m2m_class_names[M2M_CLASS_COUNT];

/* All names with one line feed between each two: as HELLO sends them. */
#define CLASS_LABELS_BYTES 17u

#endif
