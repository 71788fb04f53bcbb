/* SPDX-License-Identifier: Apache-2.0 */
/* The part's CRC calculation unit, for code that uses it without asking. */
#ifndef PORT_CRC_UNIT_H
#define PORT_CRC_UNIT_H

/* Gives the unit its clock. It stays as the reset has left it. */
void crc_unit_begin(void);

#endif
