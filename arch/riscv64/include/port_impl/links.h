/*
 * links.h - a frame's link is where the direct map shows its first word.
 *
 * Pure: the host compiles this file as it stands.
 */
#pragma once

inline_always uint64_t link_get(pfn_t f)
{
	return *(const uint64_t *)frame_memory(f);
}

inline_always void link_set(pfn_t f, uint64_t word)
{
	*(uint64_t *)frame_memory(f) = word;
}

inline_always uint64_t link_next(uint64_t f)
{
	return ((const struct link *)frame_memory(pfn(f)))->next;
}

inline_always void link_set_next(uint64_t f, uint64_t n)
{
	((struct link *)frame_memory(pfn(f)))->next = (uint32_t)n;
}

inline_always void link_set_previous(uint64_t f, uint64_t n)
{
	((struct link *)frame_memory(pfn(f)))->previous = (uint32_t)n;
}

#define ring_next(ring, head) ((uint64_t)(ring)->next)
#define ring_set_next(ring, head, n) ((ring)->next = (uint32_t)(n))
