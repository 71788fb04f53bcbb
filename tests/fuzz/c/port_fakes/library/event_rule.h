/* SPDX-License-Identifier: Apache-2.0 */
/* As the generator prints it: here the longest mean is over so many steps. */
#ifndef LIBRARY_EVENT_RULE_H
#define LIBRARY_EVENT_RULE_H

#define EVENT_RULE_STEPS 6u

#endif
