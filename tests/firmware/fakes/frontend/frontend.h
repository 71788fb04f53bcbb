/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the front-end: library/listener.h wants the type, the tests' listener has no use
 * for it. */
#ifndef FRONTEND_FRONTEND_H
#define FRONTEND_FRONTEND_H

struct frontend {
    int unused;
};

#endif
