/* SPDX-License-Identifier: Apache-2.0 */
/* How frames become patches of NETWORK_FRAMES: generator/model/patches.py, with the overlap of the
 * front-end's record. */
#ifndef LIBRARY_PATCHES_H
#define LIBRARY_PATCHES_H

/* Frames that a patch shares with the one before it. */
#define PATCH_OVERLAP_FRAMES 4u

/* Frames from the beginning of one patch to that of the next. */
#define PATCH_STEP_FRAMES 12u

/* Newest frames that are kept; a clip without a whole patch repeats them. */
#define PATCH_KEPT_FRAMES 5u

/* Most frames that the network is given for one new frame: a patch begins with the frames of its
 * overlap still to be pushed, and is complete with its last frame. */
#define PATCH_PUSHES 2u

#endif
