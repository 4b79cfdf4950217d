/*
 * calls.h - the parts of the guest `calls`. Each climbs the ladders of some calls.
 */
#pragma once

/* Both ends of every range of the boot information; before anything else has been made. */
void calls_try_ranges(void);

void calls_try_system(void);
void calls_try_frames(void);
void calls_try_pools(void);
void calls_try_objects(void);
void calls_try_caps(void);
void calls_try_spaces(void);
