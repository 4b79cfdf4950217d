/*
 * keeper.h - a thread in a process of its own that keeps the main thread going, whatever it does.
 *
 * It has the lowest priority there is, so it runs when all others wait or are stopped. If the main
 * thread is one of them, and has been for a while, its wait is cancelled. It keeps the strong
 * capabilities that the main thread drops, and prints for it. It shares the program's image.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Makes pool, process and thread. False if that failed. */
bool keeper_start(void);

/* Prints a line, which is cut after 255 bytes. For the main thread. */
void keeper_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Slots 1 to 3 have new ids: the keeper's are renewed. Not once rights are dropped. */
void keeper_renew(uint64_t slot);

/* Leaves the main thread what a program of a memory manager might have. False if that failed. */
bool keeper_drop_rights(void);

/* Gives the main thread back what it dropped. */
void keeper_restore_rights(void);

/* Ends the keeper, with all that it was. */
bool keeper_end(void);

/* How often it has woken the main thread. */
uint64_t keeper_wakes(void);
