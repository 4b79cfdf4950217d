/*
 * supply.c - takes memory in every way that level core has, and finds that each access and request
 * is paid for: sparse pages that need page tables, pages at faults and in advance, a deep stack,
 * malloc, free kernel frames on request.
 */
#include <tenure/client.h>

#include "check.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define GIB ((uint64_t)1 << 30)
#define SPARSE 16u
#define WIDE_PAGES (GIB / PAGE)
#define WIDE_STEP ((uint64_t)1 << 22)
#define DEEP (200u * 1024)

static uint64_t pages;

static volatile uint64_t *map(uint64_t address, uint64_t count, uint64_t flags)
{
	int64_t error;

	tn_map_memory((void *)address, count, flags, &error);
	check_done(error, "map");
	return (volatile uint64_t *)address;
}

static void use(volatile uint64_t *word, uint64_t value)
{
	check(*word == 0, "a fresh page is zero");
	*word = value;
	check(*word == value, "a page keeps what is written");
	pages++;
}

/* A page in a GiB of its own needs page tables of its own. */
static void take_sparse(uint64_t base, uint64_t flags)
{
	for (uint64_t i = 0; i < SPARSE; i++)
		use(map(base + i * GIB, 1, TN_MM_WRITE | flags), i);
	for (uint64_t i = 0; i < SPARSE; i++)
		check(*(volatile uint64_t *)(base + i * GIB) == i, "sparse pages are different");
}

/* More is promised than there is a quota for; what is touched is there. */
static void take_wide(void)
{
	volatile char *memory = (volatile char *)map(TN_CLIENT_LOW + 40 * GIB, WIDE_PAGES,
						     TN_MM_WRITE);

	check(WIDE_PAGES > tn_client->user_quota, "it is more than the quota");
	for (uint64_t at = 0; at < GIB; at += WIDE_STEP)
		use((volatile uint64_t *)(memory + at), at);
}

static void take_deep(void)
{
	volatile char deep[DEEP];

	for (unsigned at = 0; at < DEEP; at += TN_FRAME_SIZE)
		deep[DEEP - 1 - at] = (char)(at / TN_FRAME_SIZE);
	for (unsigned at = 0; at < DEEP; at += TN_FRAME_SIZE)
		check(deep[DEEP - 1 - at] == (char)(at / TN_FRAME_SIZE), "the stack keeps it");
}

static void take_heap(void)
{
	for (unsigned i = 0; i < 8; i++) {
		uint64_t *memory = malloc(40000);

		check(memory != NULL, "malloc has memory");
		memory[0] = i;
		memory[4999] = i;
	}
}

/* How long they stay free is the server's policy. */
static void take_frames(void)
{
	check(check_done(tn_refill(12), "refill") >= 12, "12 free kernel frames are there");
	check_done(tn_refill(0), "refill of nothing");
}

static void read_only(void)
{
	volatile uint64_t *memory = map(TN_CLIENT_LOW + 60 * GIB, 4, 0);

	for (unsigned i = 0; i < 4; i++)
		check(memory[i * 512] == 0, "memory to read is zero");
}

int main(void)
{
	take_frames();
	take_sparse(TN_CLIENT_LOW, TN_MM_POPULATE);
	take_sparse(TN_CLIENT_LOW + 20 * GIB, 0);
	take_wide();
	take_deep();
	take_heap();
	read_only();
	printf("%lu pages were there when they were touched\n", (unsigned long)pages);
	return 0;
}
