/*
 * main.c - mm-min, the least that level core of docs/conformance.md asks for: runs the program of
 * the boot argument workload=NAME,ARGUMENT,... and pays each object and page when it is made.
 */
#include <ctype.h>
#include <image/cpio.h>
#include <image/elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenure/loops.h>
#include <tenure/message.h>
#include <tenure/names.h>
#include <tenure/protocol.h>
#include <tenure/records.h>

#include "ledger.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define READ_WRITE (TN_MAP_READ | TN_MAP_WRITE)
#define FLAGS (TN_MM_WRITE | TN_MM_POPULATE | TN_MM_LARGE)
#define ENDED (-1)             /* in the place of an answer's label */
#define WINDOW 0x2000000000ul  /* one frame of the program */
#define ARCHIVE 0x2800000000ul /* the boot image */

enum { ENDPOINT = TN_SLOT_FREE, POOL, PROCESS, THREAD }; /* slots */

static struct tn_client_start start = {TN_CLIENT_MAGIC, TN_MM_VERSION,     .pid = 1,
				       .priority = 10,  .pool_quota = 600, .user_quota = 4096};
static uint64_t lent, mapped; /* frames, against the quotas */
static int64_t status;        /* with which it ended by itself */

/* Gives a pool what a call found missing: true if the call is to be made again. */
static bool pay(uint64_t pool, struct tn_result answer)
{
	if (answer.code != -TN_ENOMEM || (pool == POOL && answer.value > start.pool_quota - lent))
		return false;
	lent += pool == POOL ? answer.value : 0;
	return ledger_lend(pool, answer.value);
}

/* Makes a call, and again as long as its pool can pay. True: it is done. */
#define PAID(pool, call)                                                                           \
	({                                                                                         \
		struct tn_result paid_;                                                            \
		while (pay(pool, paid_ = (call)))                                                  \
			continue;                                                                  \
		paid_.code == 0;                                                                   \
	})

static bool make(uint64_t kind, uint64_t payer, uint64_t of, uint64_t slot, uint64_t priority)
{
	return PAID(payer, tn_create(kind, of, TN_ANY, TN_NONE, slot, priority));
}

/* A frame that is cleared and then written through the window; TN_NONE: it cannot be paid. */
static uint64_t fresh_frame(uint64_t at, const void *bytes, uint64_t size)
{
	uint64_t frame = mapped++ < start.user_quota ? ledger_take() : TN_NONE;

	if (!PAID(TN_SLOT_POOL, tn_map(TN_SLOT_PROCESS, WINDOW, TN_SLOT_FRAMES, frame, 1,
				       READ_WRITE | TN_MAP_ZERO)))
		return TN_NONE;
	memcpy((char *)WINDOW + at, bytes, size);
	tn_unmap(TN_SLOT_PROCESS, WINDOW, 1);
	return frame;
}

/* A page that has `size` bytes at va, and else is zero. */
static bool make_page(uint64_t va, uint64_t rights, const void *bytes, uint64_t size)
{
	uint64_t at = va % PAGE, frame = fresh_frame(at, bytes, size);

	return PAID(POOL, tn_map(PROCESS, va - at, TN_SLOT_FRAMES, frame, 1, rights));
}

static bool load(const struct elf_segment *segment)
{
	uint64_t end = segment->va + segment->file_size, next;

	for (uint64_t va = segment->va; va < segment->va + segment->memory_size; va = next) {
		next = (va / PAGE + 1) * PAGE;
		if (!make_page(va, segment->rights, segment->data + (va - segment->va),
			       va >= end ? 0 : (end < next ? end : next) - va))
			return false;
	}
	return tn_sync_code(PROCESS).code == 0;
}

static bool start_thread(uint64_t entry)
{
	uint64_t all = TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB | TN_CONFIGURE_FAULT |
		       TN_CONFIGURE_PRIORITY;
	uint64_t utcb = fresh_frame(0, NULL, 0);

	*(struct tn_thread_config *)tn_utcb->words =
		(struct tn_thread_config){.priority = start.priority,
					  .pc = entry,
					  .registers = {[1] = TN_CLIENT_STACK_TOP, /* x2: sp */
							[9] = TN_CLIENT_START,     /* x10: a0 */
							[10] = TN_CLIENT_UTCBS}};  /* x11: a1 */
	return PAID(POOL, tn_thread_configure(THREAD, all, TN_SLOT_FRAMES, utcb, TN_CLIENT_UTCBS,
					      ENDPOINT)) &&
	       tn_cap_copy(ENDPOINT, PROCESS, TN_CLIENT_MM, TN_ENDPOINT_SEND, 0, 0).code == 0 &&
	       tn_cap_copy(THREAD, PROCESS, TN_CLIENT_THREAD, TN_THREAD_SIGNAL, 0, 0).code == 0 &&
	       tn_thread_resume(THREAD).code == 0;
}

/* NULL, or why the program cannot be started. */
static const char *begin(void)
{
	const char *archive = (const char *)ARCHIVE + tn_boot->initrd % PAGE, *why;
	struct elf_image image;
	struct cpio_file file;
	bool paid;

	if (cpio_find(archive, tn_boot->initrd_bytes, start.name, &file, &why) != 0 ||
	    elf_read(file.data, file.size, TN_CLIENT_IMAGE, TN_CLIENT_IMAGE_END, &image, &why) != 0)
		return why;
	paid = make(TN_KIND_POOL, TN_SLOT_POOL, TN_SLOT_POOL, POOL, 0) &&
	       make(TN_KIND_PROCESS, POOL, POOL, PROCESS, start.priority) &&
	       make(TN_KIND_CAPS, POOL, PROCESS, 0, 0) &&
	       make(TN_KIND_THREAD, POOL, PROCESS, THREAD, 0) &&
	       make_page(TN_CLIENT_START, TN_MAP_READ, &start, sizeof(start));
	for (uint32_t i = 0; i < image.segment_count; i++)
		paid = paid && load(&image.segments[i]);
	return paid && start_thread(image.entry) ? NULL : "memory is short";
}

/* --- requests and faults ---------------------------------------------------------------------- */

static struct region {
	uint64_t va, end, rights;
} regions[TN_CLIENT_REGIONS] = {
	{TN_CLIENT_STACK_TOP - TN_CLIENT_STACK_PAGES * PAGE, TN_CLIENT_STACK_TOP, READ_WRITE}};
static unsigned region_count = 1;

static const struct region *find(uint64_t va, uint64_t end)
{
	for (unsigned i = 0; i < region_count; i++)
		if (regions[i].va < end && va < regions[i].end)
			return &regions[i];
	return NULL;
}

/* What POPULATE costs at most is there before it begins. */
static int map(uint64_t va, uint64_t pages, uint64_t flags)
{
	uint64_t rights = flags & TN_MM_WRITE ? READ_WRITE : TN_MAP_READ, end = va + pages * PAGE;
	uint64_t now = flags & TN_MM_POPULATE ? pages : 0, tables = now ? now / 256 + 8 : 0;

	if (va % PAGE != 0 || pages == 0 || flags & ~(uint64_t)FLAGS)
		return TN_EINVAL;
	if (va < TN_CLIENT_IMAGE_END || va >= TN_CLIENT_HIGH ||
	    pages > (TN_CLIENT_HIGH - va) / PAGE)
		return TN_EFAULT;
	if (find(va, end))
		return TN_EEXIST;
	if (region_count == TN_CLIENT_REGIONS)
		return TN_EOVERFLOW;
	if (now > start.user_quota - mapped || tables > start.pool_quota - lent ||
	    now + tables > ledger_idle)
		return TN_ENOMEM;
	regions[region_count++] = (struct region){va, end, rights};
	for (; now-- > 0; va += PAGE)
		(void)make_page(va, rights, NULL, 0);
	return TN_OK;
}

/* Each line under the program's name; what could move the cursor becomes a question mark. */
static int print(const char *text, uint64_t bytes, uint64_t words)
{
	if (bytes > (words > TN_MM_TEXT_WORD ? (words - TN_MM_TEXT_WORD) * 8 : 0))
		return TN_EINVAL;
	for (uint64_t i = 0; i < bytes; i++) {
		bool ends = text[i] == '\n' || i + 1 == bytes;

		if (i == 0 || text[i - 1] == '\n')
			printf("%11s │ ", start.name);
		if (text[i] != '\n')
			putchar(isprint((unsigned char)text[i]) ? text[i] : '?');
		if (ends)
			putchar('\n');
	}
	return TN_OK;
}

static int refill(uint64_t *words)
{
	uint64_t free = tn_pool_info(POOL).value, missing = words[0] > free ? words[0] - free : 0;

	if (missing > 0 && !pay(POOL, (struct tn_result){-TN_ENOMEM, missing}))
		return TN_ENOMEM;
	words[0] = tn_pool_info(POOL).value;
	return TN_OK;
}

/* Any other fault ends the program. */
static int fault(uint64_t kind, uint64_t va, uint64_t pc)
{
	const struct region *region = find(va, va + 1);

	if (region &&
	    (kind == TN_FAULT_LOAD || (kind == TN_FAULT_STORE && region->rights == READ_WRITE)) &&
	    make_page(va / PAGE * PAGE, region->rights, NULL, 0))
		return TN_RESUME;
	printf("%11s │ ended: a fault at 0x%lx, pc 0x%lx; %lu user frames, %lu pool frames\n",
	       start.name, (unsigned long)va, (unsigned long)pc, (unsigned long)mapped,
	       (unsigned long)lent);
	return ENDED;
}

/* The answer's label; its word stands where the request's first one stood. */
static int answer(uint64_t info, uint64_t *words)
{
	uint64_t text[TN_MESSAGE_WORDS];

	switch (TN_INFO_LABEL(info)) {
	case TN_MM_ASK_VERSION:
		words[0] = TN_MM_VERSION;
		return TN_OK;
	case TN_MM_MAP:
		return map(words[0], words[1], words[2]);
	case TN_MM_REFILL:
		return refill(words);
	case TN_MM_PRINT:
		memcpy(text, tn_utcb->words, sizeof(text)); /* printing writes there */
		return print((char *)(text + TN_MM_TEXT_WORD), words[4], TN_INFO_WORDS(info));
	case TN_LABEL_FAULT:
		return fault(words[0], words[1], words[2]);
	case TN_MM_EXIT:
	case TN_LABEL_EXIT:
		status = (int64_t)words[0];
		return ENDED;
	default:
		return TN_ENOSYS;
	}
}

static void serve(void)
{
	struct tn_message message = tn_recv(ENDPOINT);
	int label;

	for (;;) {
		label = message.code == 0 ? answer(message.info, message.words) : TN_ENOSYS;
		if (label == ENDED)
			return;
		message = tn_reply_recv(ENDPOINT, TN_INFO(label, 1), message.words);
	}
}

static bool read_workload(void)
{
	const char *at = strstr(tn_boot->args, "workload=");
	size_t length = at ? strcspn(at += 9, ", ") : 0;

	if (length == 0 || length >= sizeof(start.name))
		return false;
	memcpy(start.name, at, length);
	at += length + (at[length] == ',');
	for (size_t i = 0; i + 1 < sizeof(start.args) && at[i] > ' '; i++)
		start.args[i] = at[i] == ',' ? ' ' : at[i];
	return true;
}

static void show_census(void)
{
	struct tn_census census;

	tn_census_read(TN_SLOT_SYSTEM, &census);
	for (uint64_t kind = 0; kind < TN_KIND_COUNT; kind++)
		printf("  %-14s %9lu\n", tn_kind_name(kind), (unsigned long)census.kinds[kind]);
	printf("  %-14s %9lu\n", "all", (unsigned long)census.frames);
}

int main(void)
{
	uint64_t idle, done = 0, first = tn_boot->initrd / PAGE;
	uint64_t pages = (tn_boot->initrd + tn_boot->initrd_bytes - 1) / PAGE + 1 - first;
	const char *why = "memory is short";

	ledger_open();
	start.timebase = tn_boot->timebase;
	if (make(TN_KIND_ENDPOINT, TN_SLOT_POOL, TN_SLOT_PROCESS, ENDPOINT, 0) &&
	    PAID(TN_SLOT_POOL, tn_map_all(TN_SLOT_PROCESS, ARCHIVE, first, pages, TN_MAP_READ,
					  TN_SLOT_FRAMES, &done)))
		why = read_workload() ? NULL : "no workload=NAME";
	ledger_take_back();
	idle = ledger_idle;
	why = why ? why : begin();
	if (!why)
		serve();
	tn_destroy(POOL, 0);
	ledger_take_back();
	if (why || status != 0)
		printf("%11s │ %s%s %ld\n", start.name, why ? "not started: " : "ended with status",
		       why ? why : "", (long)status);
	status = !ledger_audit() || ledger_idle != idle || why || status != 0;
	show_census();
	return (int)status;
}
