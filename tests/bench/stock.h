/*
 * stock.h - the frames, slots and addresses that the measurements use.
 *
 * stock.c owns the run of user frames that is handed out, from the largest one of the boot
 * information; what is taken is never handed out twice.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/abi.h>

#define STOCK_BLOCK 512u /* frames of a 2 MiB page, and of one page of the kernel's frame table */

/* Slots, all empty between two measurements but those that stock_fill fills. */
enum {
	SLOT_POOL = TN_SLOT_FREE, /* a pool below the root, empty */
	SLOT_CHILD_POOL,
	SLOT_CHILD,  /* a process, where a measurement needs one */
	SLOT_OBJECT, /* what a measurement creates */
	SLOT_OTHER,  /* a second process and its thread */
	SLOT_OTHER_OBJECT,
	SLOT_ENDPOINT,
	SLOT_FAULTS, /* the pager's endpoint */
};

/* Own address space: a gigabyte whose tables stand, and one where none do. */
#define STOCK_VA 0x40000000ul
#define STOCK_VA_LARGE (STOCK_VA + 0x200000ul) /* a 2 MiB page fits; level-1 table stands */
#define STOCK_VA_EMPTY 0x80000000ul

/* Makes SLOT_POOL, supplies the root pool and makes the tables of STOCK_VA stand. */
void stock_fill(void);

/* `count` user frames in a run that starts at a multiple of `align` (a power of two). Their
 * words in the kernel's table may never have been touched. Ends the program if there are none. */
uint64_t stock_take(uint64_t count, uint64_t align);

/* stock_take could hand that out. */
bool stock_has(uint64_t count, uint64_t align);

/* As stock_take, and touched: each was given and reclaimed once. */
uint64_t stock_take_warm(uint64_t count, uint64_t align);
