/*
 * map.h - one frame mapped by the kernel for a call other than `map`.
 */
#pragma once

#include "process.h"

#define MAP_RIGHTS (TN_MAP_READ | TN_MAP_WRITE | TN_MAP_EXECUTE)

/* The rights among these flags are such as an entry may have: read, read-write, execute or
 * read-execute. Never writable and executable; writable alone is reserved. */
inline_always bool rights_legal(uint64_t flags)
{
	const uint64_t legal = 1u << TN_MAP_READ | 1u << (TN_MAP_READ | TN_MAP_WRITE) |
			       1u << TN_MAP_EXECUTE | 1u << (TN_MAP_READ | TN_MAP_EXECUTE);

	return (legal >> (flags & MAP_RIGHTS) & 1) == 1;
}

/* As `map` of one frame, read-write, at va (aligned, in user space), under the range of a FRAMES
 * capability with both rights. Answers as `map` from EACCES on. */
result_t map_frame(struct process *p, uint64_t va, const struct slot *frames, uint64_t frame);
