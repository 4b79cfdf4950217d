/*
 * draw.h - chance, for those who play random calls. Each program has its own source of it.
 */
#pragma once

#include <stdint.h>

/* A number below the bound, which is above 0 and below 2^32. */
uint64_t draw(uint64_t bound);
