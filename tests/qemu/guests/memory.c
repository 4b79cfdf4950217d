/*
 * memory.c - address spaces on the real machine: what is mapped is what is seen.
 */
#include <string.h>
#include <tenure/devices.h>
#include <tenure/records.h>

#include "guest.h"
#include "tap.h"

#define HERE GUEST_FREE
#define THERE (GUEST_FREE + 0x10000000ul)
#define FAR (GUEST_FREE + 0x200000000ul) /* no table below the second level stands there */
#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define MIB2 (MIB_PAGE * PAGE)
#define GIB (GIB_PAGE * PAGE)

static uint64_t *word_at(uint64_t va)
{
	__asm__("" : "+r"(va));
	return (uint64_t *)va;
}

static void unmap(uint64_t va, uint64_t count)
{
	for (uint64_t done = 0; done < count;) {
		struct tn_result r = tn_unmap(TN_SLOT_PROCESS, va + done * PAGE, count - done);

		if (r.code != 0)
			tap_bail("unmap failed");
		done += r.value & 0xffffffff;
	}
}

static uint64_t tables(void)
{
	struct tn_pool_info info;

	tn_pool_read(TN_SLOT_POOL, &info);
	return info.kinds[TN_KIND_TABLE];
}

static uint64_t info_of(uint64_t f)
{
	if (tn_frame_info(TN_SLOT_FRAMES, f, 1).code != 0)
		tap_bail("frame_info failed");
	return tn_utcb->words[0];
}

static bool resolves(uint64_t va, uint64_t address, uint64_t size, uint64_t flags)
{
	struct tn_resolved page;
	struct tn_result r = tn_resolve_read(TN_SLOT_PROCESS, va, &page);

	return r.code == 0 && r.value == address && page.address == address && page.size == size &&
	       page.flags == flags;
}

static bool is_unmapped(uint64_t va)
{
	return tn_resolve(TN_SLOT_PROCESS, va).code == -TN_ENOENT;
}

/* --- small pages -------------------------------------------------------------------------- */

static void try_two_views(void)
{
	uint64_t f = guest_frames(1, 1);

	guest_map(HERE, f, 1, READ_WRITE);
	guest_map(THERE, f, 1, TN_MAP_READ);
	for (uint64_t i = 0; i < 512; i++)
		word_at(HERE)[i] = i * 0x9e3779b97f4a7c15ul;
	tap_ok(memcmp(word_at(HERE), word_at(THERE), PAGE) == 0, "two views of a frame");
	tap_same(TN_INFO_LOW(info_of(f)), 2, "two references");
	tap_ok(resolves(HERE, f * PAGE, PAGE, READ_WRITE), "resolve: the first view");
	tap_ok(resolves(THERE + 0x123, f * PAGE + 0x123, PAGE, TN_MAP_READ),
	       "resolve: inside the second");
	tap_error(tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ), TN_EEXIST,
		  "nothing is mapped over it");
	unmap(HERE, 1);
	tap_ok(is_unmapped(HERE), "unmapped");
	tap_same(word_at(THERE)[511], 511 * 0x9e3779b97f4a7c15ul, "the other view stays");
	unmap(THERE, 1);
	tap_same(info_of(f), 0, "no reference");

	tap_done(tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, f, 1, READ_WRITE | TN_MAP_ZERO),
		 "map, cleared");
	for (uint64_t i = 0; i < 512; i++)
		if (word_at(HERE)[i] != 0)
			tap_bail("a word is not zero");
	tap_ok(true, "all of the frame is zero");
	unmap(HERE, 1);
}

/* More than a table, at an odd place; holes; dirty entries. */
static void try_batches(void)
{
	uint64_t count = 700, f = guest_frames(count, 1), before = tables(), va = FAR + 100 * PAGE;
	struct tn_result r = tn_map(TN_SLOT_PROCESS, va, TN_SLOT_FRAMES, f, count,
				    READ_WRITE | TN_MAP_SMALL);

	tap_done(r, "map 700 pages");
	tap_same(r.value, 412, "the first call stops at the end of a table");
	guest_map(va + 412 * PAGE, f + 412, count - 412, READ_WRITE | TN_MAP_SMALL);
	for (uint64_t i = 0; i < count; i++)
		word_at(va + i * PAGE)[0] = f + i;
	unmap(va + 10 * PAGE, 5);
	tap_error(tn_map(TN_SLOT_PROCESS, va + 10 * PAGE, TN_SLOT_FRAMES, f + 10, 6, TN_MAP_READ),
		  TN_EEXIST, "five holes have no room for six pages");
	tap_ok(is_unmapped(va + 10 * PAGE), "and nothing was mapped");
	r = tn_unmap(TN_SLOT_PROCESS, va, 50);
	tap_same(r.value, 50 + (45ul << 48), "unmap passes holes and counts dirty entries");
	unmap(va, count);
	tap_same(tables(), before, "the tables have gone by themselves");
	for (uint64_t i = 0; i < count; i++) {
		guest_map(HERE, f + i, 1, TN_MAP_READ);
		if (word_at(HERE)[0] != f + i)
			tap_bail("a page was written to another frame");
		unmap(HERE, 1);
	}
	tap_ok(true, "each page was its frame");
}

static void try_age(void)
{
	uint64_t f = guest_frames(4, 1);

	guest_map(HERE, f, 4, READ_WRITE);
	tap_same(tn_protect(TN_SLOT_PROCESS, HERE, 4, TN_MAP_AGE, TN_NONE).value, 4,
		 "new pages are neither accessed nor dirty");
	(void)*(volatile uint64_t *)word_at(HERE);
	*word_at(HERE + PAGE) = 1;
	tap_same(tn_protect(TN_SLOT_PROCESS, HERE, 4, TN_MAP_AGE, TN_NONE).value,
		 4 + (2ul << 32) + (1ul << 48), "two accessed, one dirty");
	tap_same(tn_protect(TN_SLOT_PROCESS, HERE, 4, TN_MAP_AGE, TN_NONE).value, 4, "and cleared");
	*word_at(HERE) = 1;
	*word_at(HERE + PAGE) = 1;
	tap_same(tn_protect(TN_SLOT_PROCESS, HERE, 4, TN_MAP_AGE, TN_NONE).value,
		 4 + (2ul << 32) + (2ul << 48), "seen again although the hart knew the pages");
	unmap(HERE, 4);
}

static void try_protect(void)
{
	uint64_t f = guest_frames(1, 1);

	guest_map(HERE, f, 1, TN_MAP_READ);
	tap_same(*word_at(HERE), 0, "readable");
	tap_error(tn_protect(TN_SLOT_PROCESS, HERE, 1, READ_WRITE, TN_NONE), TN_EPERM,
		  "write is not added without FRAMES");
	tap_done(tn_protect(TN_SLOT_PROCESS, HERE, 1, READ_WRITE, TN_SLOT_FRAMES),
		 "write is added with FRAMES");
	*word_at(HERE) = 77;
	tap_same(*word_at(HERE), 77, "writable, although the hart knew it read-only");
	unmap(HERE, 1);
}

/* --- code --------------------------------------------------------------------------------- */

static uint64_t code_run(uint64_t va)
{
	__asm__("" : "+r"(va));
	return ((uint64_t(*)(void))va)();
}

static void code_write(uint64_t va, uint32_t answer)
{
	uint32_t *at = (uint32_t *)word_at(va);

	at[0] = 0x00000513 | answer << 20; /* li a0, answer */
	at[1] = 0x00008067;                /* ret */
	tn_sync_code(TN_SLOT_PROCESS);
}

static void try_code(void)
{
	uint64_t f = guest_frames(1, 1);

	guest_map(HERE, f, 1, READ_WRITE);
	guest_map(THERE, f, 1, TN_MAP_READ | TN_MAP_EXECUTE);
	code_write(HERE, 42);
	tap_same(code_run(THERE), 42, "code written through one view runs in another");
	code_write(HERE, 43);
	tap_same(code_run(THERE), 43, "and changed code after sync_code");
	unmap(HERE, 1);
	unmap(THERE, 1);
}

/* --- large pages -------------------------------------------------------------------------- */

/* A page of 2 MiB at HERE and another behind it; what small views of their frames show. */
static void try_2m_views(uint64_t f)
{
	struct tn_result r = tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, f, 2 * MIB_PAGE,
				    READ_WRITE);

	tap_same(r.value, 2 * MIB_PAGE, "two pages of 2 MiB in one call");
	tap_ok(resolves(HERE + MIB2 + 0x12345, f * PAGE + MIB2 + 0x12345, MIB2, READ_WRITE),
	       "resolve: a page of 2 MiB");
	tap_ok((info_of(f + 5) & TN_INFO_LARGE) != 0, "frame_info: covered by a large page");
	tap_error(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f + 5, 1), TN_EBUSY,
		  "and not to be given");
	guest_map(THERE + PAGE, f, 2 * MIB_PAGE, READ_WRITE); /* not aligned: small */
	tap_ok(resolves(THERE + PAGE, f * PAGE, PAGE, READ_WRITE), "small where not aligned");
	for (uint64_t i = 0; i < 2 * MIB_PAGE; i++)
		*word_at(HERE + i * PAGE) = i + 1;
	for (uint64_t i = 0; i < 2 * MIB_PAGE; i++)
		if (*word_at(THERE + PAGE + i * PAGE) != i + 1)
			tap_bail("the large page shows other frames than the small ones");
	tap_ok(true, "large and small pages show the same");
	unmap(THERE + PAGE, 2 * MIB_PAGE);
}

static void try_2m_cut(uint64_t f)
{
	unmap(HERE + 7 * PAGE, 3);
	tap_ok(is_unmapped(HERE + 7 * PAGE) && is_unmapped(HERE + 9 * PAGE),
	       "cut: the middle is gone");
	tap_ok(resolves(HERE + 6 * PAGE, (f + 6) * PAGE, PAGE, READ_WRITE) &&
		       *word_at(HERE + 6 * PAGE) == 7 && *word_at(HERE + 10 * PAGE) == 11,
	       "cut: its neighbours are small now and unchanged");
	tap_ok((info_of(f + 5) & TN_INFO_LARGE) == 0, "cut: no large page covers it");
	tap_same(TN_INFO_LOW(info_of(f + 5)), 1, "cut: one reference each");
	tap_same(info_of(f + 8), 0, "cut: none where it was unmapped");
	tap_done(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f + 8, 1), "which can be given");
	tap_done(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f + 8, 1), "and taken back");
}

static void try_2m_protect(uint64_t f)
{
	tap_done(tn_protect(TN_SLOT_PROCESS, HERE + MIB2 + 3 * PAGE, 1, TN_MAP_READ, TN_NONE),
		 "protect a page inside 2 MiB");
	tap_ok(resolves(HERE + MIB2 + 3 * PAGE, (f + MIB_PAGE + 3) * PAGE, PAGE, TN_MAP_READ) &&
		       resolves(HERE + MIB2 + 4 * PAGE, (f + MIB_PAGE + 4) * PAGE, PAGE,
				READ_WRITE),
	       "it alone lost write");
	tap_same(*word_at(HERE + MIB2 + 3 * PAGE), MIB_PAGE + 4, "and shows the same");
}

/* A frame that is the kernel's makes the block small. */
static void try_2m_mixed(uint64_t f)
{
	struct tn_result r;

	tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f + 100, 1);
	r = tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, f, MIB_PAGE, TN_MAP_READ);
	tap_refused(r, TN_EKERNEL, f + 100, "a block with a kernel frame is not mapped whole");
	tap_same(tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, f, 100, TN_MAP_READ).value, 100,
		 "but up to it");
	unmap(HERE, 100);
	tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f + 100, 1);
}

static void try_2m(void)
{
	uint64_t f = guest_frames(2 * MIB_PAGE, MIB_PAGE), before = tables();

	try_2m_views(f);
	try_2m_cut(f);
	try_2m_protect(f);
	unmap(HERE, 2 * MIB_PAGE);
	tap_same(tables(), before, "the tables have gone");
	try_2m_mixed(f);
	tap_same(tables(), before, "and nothing is left of it");
}

static void try_1g(void)
{
	uint64_t va = 4 * GIB, before = tables(), f;
	struct tn_result r;

	if (!guest_has_frames(GIB_PAGE, GIB_PAGE)) {
		tap_ok(true, "1 GiB pages # SKIP not so much memory");
		return;
	}
	f = guest_frames(GIB_PAGE, GIB_PAGE);
	r = tn_map(TN_SLOT_PROCESS, va, TN_SLOT_FRAMES, f, GIB_PAGE, READ_WRITE);
	tap_same(r.value, GIB_PAGE, "a page of 1 GiB in one call");
	tap_ok(resolves(va + 0x2345678, f * PAGE + 0x2345678, GIB, READ_WRITE),
	       "resolve: a page of 1 GiB");
	tap_error(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f + 0x1000, 1), TN_EBUSY,
		  "none of its frames can be given");
	*word_at(va) = 1;
	*word_at(va + GIB - PAGE) = 2;
	guest_map(HERE, f, 1, TN_MAP_READ);
	guest_map(HERE + PAGE, f + GIB_PAGE - 1, 1, TN_MAP_READ);
	tap_ok(*word_at(HERE) == 1 && *word_at(HERE + PAGE) == 2,
	       "its ends are where they should be");
	unmap(HERE, 2);
	unmap(va + 3 * MIB2 + 9 * PAGE, 1);
	tap_same(tables(), before + 2, "one page cut out of 1 GiB takes two tables");
	tap_ok(resolves(va + 3 * MIB2, (f + 3 * MIB_PAGE) * PAGE, PAGE, READ_WRITE) &&
		       resolves(va + 4 * MIB2, (f + 4 * MIB_PAGE) * PAGE, MIB2, READ_WRITE),
	       "4 KiB pages around it, 2 MiB pages further off");
	tap_ok(*word_at(va) == 1 && *word_at(va + GIB - PAGE) == 2, "which show the same");
	unmap(va, GIB_PAGE);
	tap_same(tables(), before, "the tables have gone");
	tap_ok(info_of(f) == 0 && info_of(f + GIB_PAGE - 1) == 0, "and all references");
}

/* --- tables by name ----------------------------------------------------------------------- */

static void try_attach(uint64_t f, uint64_t page)
{
	uint64_t word;

	tap_error(tn_map(TN_SLOT_PROCESS, FAR, TN_SLOT_FRAMES, page, 1,
			 TN_MAP_READ | TN_MAP_NOTABLE),
		  TN_ENOTABLE, "map with NOTABLE where tables are missing");
	tap_same(tn_map(TN_SLOT_PROCESS, FAR, TN_SLOT_FRAMES, page, 1, TN_MAP_READ | TN_MAP_NOTABLE)
			 .value,
		 1, "says which level is missing");
	tap_done(tn_table_attach(TN_SLOT_PROCESS, FAR, 1, f, TN_SLOT_FRAMES),
		 "table_attach, level 1, of an exact frame");
	tap_done(tn_table_attach(TN_SLOT_PROCESS, FAR, 0, f + 1, TN_SLOT_FRAMES),
		 "table_attach, level 0");
	tap_error(tn_table_attach(TN_SLOT_PROCESS, FAR, 0, TN_ANY, TN_NONE), TN_EEXIST,
		  "table_attach where one stands");
	word = info_of(f + 1);
	tap_ok(TN_INFO_KIND(word) == TN_KIND_TABLE && (word & TN_INFO_EXPLICIT) != 0 &&
		       TN_INFO_COUNT(word) == 0 && TN_INFO_LOW(word) == tn_boot->pool,
	       "frame_info: an empty explicit table");
}

static void try_explicit(void)
{
	uint64_t before = tables(), f = guest_frames(2, 1), page = guest_frames(1, 1);

	try_attach(f, page);
	tap_done(tn_map(TN_SLOT_PROCESS, FAR, TN_SLOT_FRAMES, page, 1, READ_WRITE | TN_MAP_NOTABLE),
		 "map with NOTABLE");
	*word_at(FAR) = 5;
	tap_same(TN_INFO_COUNT(info_of(f + 1)), 1, "the table counts one entry");
	unmap(FAR, 1);
	tap_same(tables(), before + 2, "emptied, the tables stay");
	guest_map(FAR, page, 1, READ_WRITE);
	tap_done(tn_table_detach(TN_SLOT_PROCESS, FAR, 1, 0), "table_detach of the upper one");
	tap_ok(is_unmapped(FAR) && info_of(page) == 0, "drops what it maps");
	tap_same(tables(), before, "and the table below it");
	tap_done(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 2), "both frames come back");
	guest_map(HERE, f, 2, TN_MAP_READ);
	for (uint64_t i = 0; i < 1024; i++)
		if (word_at(HERE)[i] != 0)
			tap_bail("a table's frame came back with something in it");
	tap_ok(true, "and are empty");
	unmap(HERE, 2);
}

/* --- devices, boot image, other processes ------------------------------------------------- */

static bool shows_magic(const struct tn_device *d)
{
	uint64_t address = d->ranges[0].address;
	uint64_t slot = tn_device_slot(tn_boot, address, d->ranges[0].size);
	bool shown;

	if (d->range_count != 1 || slot == TN_NONE ||
	    tn_map(TN_SLOT_PROCESS, HERE, slot, address / PAGE, 1, TN_MAP_READ).code != 0)
		return false;
	shown = *(volatile uint32_t *)word_at(HERE) == 0x74726976;
	unmap(HERE, 1);
	return shown;
}

static void try_devices(void)
{
	struct tn_devices *devices = guest_devices();
	unsigned found = 0, good = 0, irqs = 0;
	struct tn_device device;

	while (tn_devices_take(devices, &device)) {
		if (!tn_device_is(&device, "virtio,mmio"))
			continue;
		found++;
		good += shows_magic(&device);
		irqs += device.irq_count;
	}
	tap_same(found, 8, "the tree describes the virtio devices");
	tap_same(good, 8, "all of them show their magic number");
	tap_same(irqs, 8, "each has an interrupt");
}

static bool touch(const struct tn_boot_range *r, const struct tn_boot_device *d)
{
	return r->first - d->first < d->count || d->first - r->first < r->count;
}

/* What no capability reaches: RAM, also the firmware's, and interrupt controllers. */
static void try_no_devices(void)
{
	struct tn_device plic, clint = guest_device("riscv,clint0");
	bool kept = true;

	plic = guest_device("riscv,plic0");
	tap_same(tn_device_slot(tn_boot, plic.ranges[0].address, plic.ranges[0].size), TN_NONE,
		 "the interrupt controller is no device");
	tap_same(tn_device_slot(tn_boot, plic.ranges[0].address, 1), TN_NONE,
		 "nor is its first page");
	tap_same(tn_device_slot(tn_boot, clint.ranges[0].address, 1), TN_NONE, "nor the CLINT");
	for (uint32_t i = 0; i < tn_boot->range_count; i++)
		for (uint32_t j = 0; j < tn_boot->device_count; j++)
			kept = kept && !touch(&tn_boot->ranges[i], &tn_boot->devices[j]);
	tap_ok(kept && tn_boot->device_count > 2, "no RAM is in a device");
}

static bool is_irq(uint64_t slot, uint64_t first, uint64_t count)
{
	struct tn_cap_info info;

	return tn_cap_read(TN_SELF, slot, &info).code == 0 && info.type == TN_CAP_IRQ &&
	       info.rights == TN_IRQ_BIND && info.first == first && info.count == count;
}

/* As many as the interrupt controller's node says. */
static uint64_t sources(void)
{
	struct tn_devices *devices = guest_devices();
	struct tn_device device;
	uint64_t count = 0;

	while (count == 0 && tn_devices_take(devices, &device))
		(void)fdt_number(&devices->tree.node, "riscv,ndev", &count);
	return count;
}

static void try_interrupts(void)
{
	uint64_t last = tn_boot->irq_count, one = guest_slot(), me = TN_SLOT_THREAD;
	struct tn_device rtc = guest_device("google,goldfish-rtc");

	tap_same(last, sources(), "the boot information has the number of interrupts");
	tap_ok(is_irq(TN_SLOT_IRQ, 1, last), "there is one capability for all of them");
	tap_error(tn_cap_copy(TN_SLOT_IRQ, TN_SELF, one, TN_IRQ_BIND, 0, 1), TN_EACCES,
		  "there is no source 0");
	tap_error(tn_cap_copy(TN_SLOT_IRQ, TN_SELF, one, TN_IRQ_BIND, last, 2), TN_EACCES,
		  "nor one behind the last");
	tap_error(tn_irq_bind(TN_SLOT_IRQ, me, 1), TN_EINVAL, "all cannot be bound at once");
	tap_error(tn_irq_ack(TN_SLOT_IRQ), TN_EINVAL, "nor acknowledged");
	tap_done(tn_cap_copy(TN_SLOT_IRQ, TN_SELF, one, TN_IRQ_BIND, rtc.irqs[0], 1),
		 "a copy for one device");
	tap_ok(rtc.irq_count == 1 && is_irq(one, rtc.irqs[0], 1), "has one source");
	tap_error(tn_cap_copy(one, TN_SELF, guest_slot(), TN_IRQ_BIND, rtc.irqs[0] - 1, 1),
		  TN_EACCES, "and leads to no other");
	tap_done(tn_irq_bind(one, me, 1), "it can be bound");
	tap_error(tn_irq_bind(one, me, 1), TN_EBUSY, "but once");
	tap_done(tn_irq_ack(one), "and acknowledged");
}

static void try_boot_image(void)
{
	uint64_t first = tn_boot->initrd / PAGE, before = info_of(first);
	const char *at = (const char *)word_at(HERE) + tn_boot->initrd % PAGE;

	guest_map(HERE, first, 1, TN_MAP_READ);
	tap_ok(memcmp(at, "070701", 6) == 0, "the boot image can be read");
	tap_same(info_of(first), before, "and counts no reference");
	tap_error(tn_protect(TN_SLOT_PROCESS, HERE, 1, READ_WRITE, TN_SLOT_FRAMES), TN_EPERM,
		  "write cannot be added");
	tap_error(tn_protect(TN_SLOT_PROCESS, HERE, 1, TN_MAP_READ | TN_MAP_EXECUTE,
			     TN_SLOT_FRAMES),
		  TN_EPERM, "nor execute");
	tap_error(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, first, 1), TN_EKERNEL,
		  "nor can it be given");
	unmap(HERE, 1);
}

static void try_process(void)
{
	uint64_t process = guest_create(TN_KIND_PROCESS, TN_SLOT_POOL, 0), f = guest_frames(2, 1);
	struct tn_pool_info before, after;

	tn_pool_read(TN_SLOT_POOL, &before);
	tap_done(tn_map(process, HERE, TN_SLOT_FRAMES, f, 2, READ_WRITE), "map into a process");
	tap_same(tn_resolve(process, HERE + PAGE).value, (f + 1) * PAGE, "it is there");
	tap_ok(is_unmapped(HERE), "and not here");
	tap_same(TN_INFO_LOW(info_of(f)), 1, "one reference");
	tap_same(tn_unmap(process, HERE, 1ul << 25).value & 0xffffffff, 512,
		 "unmap goes to the end of the table");
	tap_done(tn_map(process, HERE, TN_SLOT_FRAMES, f, 2, READ_WRITE), "map again");
	tap_done(tn_destroy(process, 0), "destroy");
	tap_same(info_of(f), 0, "its mappings have ended");
	tn_pool_read(TN_SLOT_POOL, &after);
	tap_same(after.free, before.free + 1, "all its frames are free");
}

int main(void)
{
	guest_fill(TN_SLOT_POOL, 32);
	try_two_views();
	try_batches();
	try_age();
	try_protect();
	try_code();
	try_2m();
	try_1g();
	try_explicit();
	try_devices();
	try_no_devices();
	try_interrupts();
	try_boot_image();
	try_process();
	return tap_end();
}
