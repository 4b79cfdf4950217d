/*
 * scripts.h - what is done in two worlds at once, for each boundary of the short ways.
 */
#pragma once

#include <stdint.h>

void scripts_messages(void); /* info words, slots, words */
void scripts_partners(void); /* who waits, who is ready, who ends */
void scripts_faults(void);

/* Random deeds from this seed, each followed by so many processes that use up an address space
 * identifier. */
void scripts_random(uint64_t seed, uint64_t deeds, uint64_t asids);
