/*
 * asids.h - uses up address space identifiers, until they have to be recycled.
 */
#pragma once

#include <stdint.h>

/* So many processes begin, run one instruction and end. The caller is the less urgent. */
void asids_use(uint64_t count);
