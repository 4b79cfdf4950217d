/*
 * measures.h - the measurements, by the file that makes them. Each prints its rows and leaves
 * frames, slots and addresses as it found them.
 */
#pragma once

#include <stdint.h>

void measure_boot(void);
void measure_frames(void);
void measure_objects(void);
void measure_pages(void);
void measure_revoke(void);
void measure_messages(void);
void measure_faults(void);
void measure_processes(void);

/* Entries that are long by design or by refusal, in search of the longest. */
void measure_entries(void);

/* The costliest step of the end of an endpoint with many waiters, in instructions. */
uint64_t measure_waiters(void);
