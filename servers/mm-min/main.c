/*
 * main.c - mm-min, the least that level core of docs/conformance.md asks for: runs the program of
 * the boot argument workload=NAME,ARGUMENT,... and pays each object and page when it is made.
 *
 * main, at the end, is the whole life. Who gets which frame, and how many, is pay and take_frame.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tenure/regions.h>
#include <tenure/server.h>

#include "ledger.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define FLAGS (TN_MM_WRITE | TN_MM_POPULATE | TN_MM_LARGE)
#define PRIORITY 10u
#define WINDOW 0x2000000000ul     /* one frame of the program */
#define BOOT_IMAGE 0x2800000000ul /* all of it */

enum { ENDPOINT = TN_SLOT_FREE, POOL, PROCESS, THREAD };
static const struct tn_client client = {ENDPOINT, POOL, PROCESS, THREAD, PRIORITY};
static struct tn_client_start start = {TN_CLIENT_MAGIC,      TN_MM_VERSION,     .pid = 1,
				       .priority = PRIORITY, .pool_quota = 600, .user_quota = 4096};
static struct regions regions = {1, {REGION_STACK}};
static uint64_t lent, mapped; /* frames, against the quotas */
static int64_t status;        /* with which the program ended by itself */

/* --- what it costs ---------------------------------------------------------------------------- */

/* Gives a pool exactly what a call found missing. Ours, the root pool, has no quota. */
static bool pay(uint64_t pool, uint64_t missing)
{
	bool has_quota = pool == POOL;

	if ((has_quota && missing > start.pool_quota - lent) || !ledger_lend(pool, missing))
		return false;
	lent += has_quota ? missing : 0;
	return true;
}

/* A frame for the program, with the page's bytes in it, or TN_NONE. */
static uint64_t take_frame(const struct tn_page *page)
{
	uint64_t frame = mapped < start.user_quota ? ledger_take() : TN_NONE;

	if (frame == TN_NONE || !tn_page_write(page, frame, WINDOW, pay))
		return TN_NONE;
	mapped++;
	return frame;
}

static bool make_page(struct tn_page page)
{
	uint64_t frame = take_frame(&page);

	return frame != TN_NONE &&
	       TN_PAID(pay, POOL, tn_map(PROCESS, page.va, TN_SLOT_FRAMES, frame, 1, page.rights));
}

/* flags: as in MAP */
static bool make_empty_page(uint64_t va, uint64_t flags)
{
	return make_page((struct tn_page){.va = va, .rights = region_map_flags(flags)});
}

/* Are there so many more pages to be had, with the most page tables that they can take? */
static bool affords(uint64_t pages)
{
	uint64_t tables = pages > 0 ? pages / 256 + 8 : 0;

	return pages <= start.user_quota - mapped && tables <= start.pool_quota - lent &&
	       pages + tables <= ledger_idle;
}

/* --- the program begins ----------------------------------------------------------------------- */

static bool load(struct tn_program *program)
{
	struct tn_page page = {TN_CLIENT_START, TN_MAP_READ, 0, sizeof(start), &start};

	do {
		if (!make_page(page))
			return false;
	} while (tn_program_take(program, &page));
	return true;
}

/* NULL, or why the program cannot be started. */
static const char *begin(const void *boot_image)
{
	struct tn_program program;
	const struct tn_page zeros = {.size = 0};
	const char *why;

	start.timebase = tn_boot->timebase;
	if (!tn_workload_read(tn_boot->args, start.name, start.args))
		return "no workload=NAME";
	why = tn_program_open(&program, boot_image, tn_boot->initrd_bytes, start.name);
	if (why)
		return why;
	if (!tn_client_make(&client, pay) || !load(&program) ||
	    !tn_client_run(&client, program.image.entry, take_frame(&zeros), pay))
		return "memory is short";
	return NULL;
}

/* --- its requests and faults ------------------------------------------------------------------ */

/* What is refused changes nothing: all that can fail comes before the first page. */
static uint32_t map(uint64_t *va, uint64_t pages, uint64_t flags)
{
	uint64_t now = flags & TN_MM_POPULATE ? pages : 0;
	uint32_t refusal;

	if (flags & ~(uint64_t)FLAGS)
		return TN_EINVAL;
	refusal = regions_refusal(&regions, va, pages, flags);
	if (refusal != TN_OK)
		return refusal;
	if (!affords(now))
		return TN_ENOMEM;
	if (!regions_add(&regions, (struct region){*va, pages, .flags = flags & TN_MM_WRITE}))
		return TN_EOVERFLOW;
	for (uint64_t i = 0; i < now; i++)
		(void)make_empty_page(*va + i * PAGE, flags);
	return TN_OK;
}

/* A page is the answer where there is memory. Any other fault ends the program. */
static uint32_t fault(uint64_t kind, uint64_t va, uint64_t pc)
{
	const struct region *region = regions_find(&regions, va);

	if (region && region_allows(region, kind) && make_empty_page(va - va % PAGE, region->flags))
		return TN_RESUME;
	printf("%11s │ ended: a fault at 0x%lx, pc 0x%lx; %lu user frames, %lu pool frames\n",
	       start.name, (unsigned long)va, (unsigned long)pc, (unsigned long)mapped,
	       (unsigned long)lent);
	return TN_SERVED;
}

static uint32_t answer(uint64_t info, uint64_t *words)
{
	switch (TN_INFO_LABEL(info)) {
	case TN_MM_ASK_VERSION:
		words[0] = TN_MM_VERSION;
		return TN_OK;
	case TN_MM_MAP:
		return map(&words[0], words[1], words[2]);
	case TN_MM_REFILL:
		return tn_refill_request(POOL, &words[0], pay);
	case TN_MM_PRINT:
		return tn_print_request(start.name, info, words[4]);
	case TN_LABEL_FAULT:
		return fault(words[0], words[1], words[2]);
	case TN_MM_EXIT:
	case TN_LABEL_EXIT:
		status = (int64_t)words[0];
		return TN_SERVED;
	default:
		return TN_ENOSYS;
	}
}

/* --- the whole life --------------------------------------------------------------------------- */

int main(void)
{
	const void *boot_image;
	const char *why;
	uint64_t idle;
	bool good;

	ledger_open();
	boot_image = tn_boot_image_map(BOOT_IMAGE, pay);
	if (!boot_image ||
	    !tn_object_make(TN_KIND_ENDPOINT, TN_SLOT_POOL, TN_SLOT_PROCESS, ENDPOINT, 0, pay))
		return EXIT_FAILURE;
	idle = ledger_idle;
	why = begin(boot_image);
	if (!why)
		tn_serve(ENDPOINT, answer);
	tn_destroy(POOL, 0); /* with all that was paid by it, whose frames the root pool has then */
	ledger_take_back();
	if (why)
		printf("%11s │ not started: %s\n", start.name[0] ? start.name : "mm-min", why);
	else if (status != 0)
		printf("%11s │ ended with status %ld\n", start.name, (long)status);
	good = ledger_audit() && ledger_idle == idle;
	tn_census_show();
	return good && !why && status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
