/*
 * space.h - dense numbers for frames.
 *
 * Frame numbers are absolute and have holes of any size between them. Everything mm keeps per
 * frame is an array over *indices* instead: gaps of whole GiB take no indices, and an index is
 * congruent to its frame number modulo 1 GiB, so that alignment to any page size means the same
 * for both.
 *
 *   frames   ....[###.####]..............................[######]....
 *   indices      [0       ][1 GiB aligned                ^      ]
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SPACE_UNIT ((uint64_t)1 << 18) /* frames of 1 GiB */
#define SPACE_SPANS 200u
#define SPACE_NONE UINT64_MAX

/* Frames whose indices are consecutive too. `first` and `index` are multiples of 1 GiB. */
struct span {
	uint64_t first, count, index;
};

struct space {
	struct span spans[SPACE_SPANS];
	uint32_t span_count;
	uint64_t size; /* all indices lie below */
};

/* A space without frames. */
void space_init(struct space *space);

/*
 * Makes room for the frames [first, first + count). Ranges come in ascending order and do not
 * overlap. False, with no effect, if they do or if there are more islands than SPACE_SPANS.
 */
bool space_add(struct space *space, uint64_t first, uint64_t count);

/* Index of a frame, or SPACE_NONE if it lies outside all spans. */
uint64_t space_index(const struct space *space, uint64_t frame);

/* Frame of an index below size. */
uint64_t space_frame(const struct space *space, uint64_t index);

/* Smallest index of a frame not below `frame`; size if there is none. */
uint64_t space_lower(const struct space *space, uint64_t frame);
