/* SPDX-License-Identifier: Apache-2.0 */
/* The classes of tiny, in the order of its scores. */
#ifndef LIBRARY_CLASSES_H
#define LIBRARY_CLASSES_H

enum m2m_class {
    M2M_CLASS_BARK = 0,
    M2M_CLASS_RAIN = 1,
    M2M_CLASS_SILENCE = 2,
};

#define CLASS_COUNT 3u

/* All labels with one line feed between each two: as HELLO sends them. */
#define CLASS_LABELS_BYTES 17u

/* The label of each class, in UTF-8. */
extern const char *const class_labels[CLASS_COUNT];

#endif
