/*
 * guest.c - see guest.h.
 */
#include "guest.h"

#include <string.h>
#include <tenure/devices.h>
#include <tenure/records.h>

#include "tap.h"

static uint64_t free_next, free_end; /* frames; 0: not looked for yet */
static uint64_t slot_next = TN_SLOT_FREE;

static void free_find(void)
{
	const struct tn_boot_range *best = NULL;

	for (uint32_t i = 0; i < tn_boot->range_count; i++) {
		const struct tn_boot_range *r = &tn_boot->ranges[i];

		if (r->kind == TN_KIND_USER && r->detail == 0 &&
		    (best == NULL || r->count > best->count))
			best = r;
	}
	if (best == NULL)
		tap_bail("no idle user frames");
	free_next = best->first;
	free_end = (uint64_t)best->first + best->count;
}

static uint64_t free_aligned(uint64_t align)
{
	if (free_end == 0)
		free_find();
	return (free_next + align - 1) & ~(align - 1);
}

bool guest_has_frames(uint64_t count, uint64_t align)
{
	uint64_t first = free_aligned(align);

	return first < free_end && count <= free_end - first;
}

uint64_t guest_frames(uint64_t count, uint64_t align)
{
	uint64_t first = free_aligned(align);

	if (!guest_has_frames(count, align))
		tap_bail("not enough idle user frames");
	free_next = first + count;
	return first;
}

uint64_t guest_slot(void)
{
	for (uint64_t tried = TN_SLOT_FREE; tried < TN_CAPS_SLOTS; tried++) {
		uint64_t slot = slot_next++;

		if (slot_next == TN_CAPS_SLOTS)
			slot_next = TN_SLOT_FREE;
		if (tn_cap_info(TN_SELF, slot).code == -TN_ENOENT)
			return slot;
	}
	tap_bail("no slot left");
}

uint64_t guest_fill(uint64_t pool, uint64_t count)
{
	uint64_t first = guest_frames(count, 1);

	for (uint64_t done = 0, n; done < count; done += n) {
		n = count - done < TN_BATCH ? count - done : TN_BATCH;
		if (tn_frame_give(TN_SLOT_FRAMES, pool, first + done, n).code != 0)
			tap_bail("frame_give failed in the preparations");
	}
	return first;
}

uint64_t guest_create(uint64_t kind, uint64_t target, uint64_t argument)
{
	uint64_t slot = guest_slot();

	if (tn_create(kind, target, TN_ANY, TN_NONE, slot, argument).code != 0)
		tap_bail("create failed in the preparations");
	return slot;
}

uint64_t guest_copy(uint64_t source, uint64_t rights)
{
	uint64_t slot = guest_slot();

	if (tn_cap_copy(source, TN_SELF, slot, rights, 0, 0).code != 0)
		tap_bail("cap_copy failed in the preparations");
	return slot;
}

void guest_map(uint64_t va, uint64_t first, uint64_t count, uint64_t flags)
{
	for (uint64_t done = 0; done < count;) {
		struct tn_result r = tn_map(TN_SLOT_PROCESS, va + done * TN_FRAME_SIZE,
					    TN_SLOT_FRAMES, first + done, count - done, flags);

		if (r.code != 0)
			tap_bail("map failed in the preparations");
		done += r.value;
	}
}

struct tn_devices *guest_devices(void)
{
	static struct tn_devices devices; /* too large for the stack */
	static bool mapped;
	uint64_t offset = tn_boot->tree % TN_FRAME_SIZE;

	if (!mapped)
		guest_map(GUEST_TREE, tn_boot->tree / TN_FRAME_SIZE,
			  (offset + tn_boot->tree_bytes - 1) / TN_FRAME_SIZE + 1, TN_MAP_READ);
	mapped = true;
	if (tn_devices_open(&devices, tn_boot, (const void *)(GUEST_TREE + offset)) != NULL)
		tap_bail("the device tree cannot be read");
	return &devices;
}

struct tn_device guest_device(const char *compatible)
{
	struct tn_devices *devices = guest_devices();
	struct tn_device device;

	while (tn_devices_take(devices, &device))
		if (tn_device_is(&device, compatible))
			return device;
	tap_bail("a device is missing");
}

void guest_totals_read(struct guest_totals *totals)
{
	memset(totals, 0, sizeof(*totals));
	if (tn_census_read(TN_SLOT_SYSTEM, &totals->census).code != 0 ||
	    tn_pool_read(TN_SLOT_POOL, &totals->pool).code != 0)
		tap_bail("census or pool_info failed");
	totals->pool.enomem = 0;
}

bool guest_totals_same(const struct guest_totals *a, const struct guest_totals *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

const char *guest_argument(const char *key)
{
	static char value[64];
	size_t length = strlen(key), n;
	const char *at = tn_boot->args;

	while ((at = strstr(at, key)) != NULL) {
		if ((at == tn_boot->args || at[-1] == ' ') && at[length] == '=')
			break;
		at += length;
	}
	if (at == NULL)
		return "";
	at += length + 1;
	n = strcspn(at, " ");
	if (n >= sizeof(value))
		n = sizeof(value) - 1;
	memcpy(value, at, n);
	value[n] = '\0';
	return value;
}
