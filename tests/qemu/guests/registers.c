/*
 * registers.c - what calls and interrupts leave in a thread's registers: the thread's own value,
 * a documented result, or zero.
 *
 * The boot argument tick=MICROSECONDS makes interrupts frequent.
 */
#include <stdio.h>

#include "guest.h"
#include "probe.h"
#include "tap.h"

#define S0 8u
#define A0 10u
#define A7 17u

static const unsigned kept[] = {1, 2, 3, 4, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
static const unsigned cleared[] = {5, 6, 7, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31};

static void registers_fill(struct registers *r)
{
	for (unsigned i = 0; i < 32; i++)
		r->x[i] = 0xa5a5000000000000ul + i * 0x0101010101ul;
}

static bool registers_kept(const struct registers *in, const struct registers *out)
{
	bool good = true;

	for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (out->x[kept[i]] != in->x[kept[i]]) {
			printf("# x%u was 0x%lx\n", kept[i], out->x[kept[i]]);
			good = false;
		}
	return good;
}

static bool registers_cleared(const struct registers *out)
{
	bool good = true;

	for (unsigned i = 0; i < sizeof(cleared) / sizeof(cleared[0]); i++)
		if (out->x[cleared[i]] != 0) {
			printf("# x%u was 0x%lx\n", cleared[i], out->x[cleared[i]]);
			good = false;
		}
	return good;
}

static void try_call(const char *what, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
		     int64_t code)
{
	struct registers in, out;

	registers_fill(&in);
	in.x[A0] = a0;
	in.x[A0 + 1] = a1;
	in.x[A0 + 2] = a2;
	in.x[A0 + 3] = 1;
	in.x[A7] = number;
	probe_call(&in, &out);
	tap_same(out.x[A0], (uint64_t)code, "%s: a0", what);
	tap_ok(registers_kept(&in, &out), "%s keeps ra, sp, gp, tp and s1 to s11", what);
	tap_ok(registers_cleared(&out), "%s clears t0 to t6 and a2 to a7", what);
}

static void try_calls(void)
{
	uint64_t f = guest_frames(2, 1), pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0);

	try_call("yield", TN_CALL_YIELD, 1, 2, 3, 0);
	try_call("call 2^64 - 3", ~(uint64_t)2, 1, 2, 3, -TN_ENOSYS);
	try_call("call 26", TN_CALL_COUNT, 1, 2, 3, -TN_ENOSYS);
	try_call("pool_info", TN_CALL_POOL_INFO, TN_SLOT_POOL, 2, 3, 0);
	try_call("census, refused", TN_CALL_CENSUS, TN_SLOT_POOL, 2, 3, -TN_EBADF);
	try_call("frame_give", TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, pool, f, 0);
	try_call("frame_give, refused", TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, pool, f, -TN_EKERNEL);
	try_call("resolve", TN_CALL_RESOLVE, TN_SLOT_PROCESS, TN_BOOT_UTCB, 3, 0);
	try_call("frame_info", TN_CALL_FRAME_INFO, TN_SLOT_FRAMES, f, 2, 0);
	try_call("sync_code", TN_CALL_SYNC_CODE, TN_SLOT_PROCESS, 2, 3, 0);
	try_call("destroy", TN_CALL_DESTROY, pool, 0, 3, 0);
}

/* A revoke so long that interrupts come between its steps. */
static void try_restart(void)
{
	uint64_t pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0), process;

	guest_fill(pool, 4000);
	for (unsigned i = 0; i < 20; i++) {
		process = guest_create(TN_KIND_PROCESS, pool, 0);
		for (unsigned k = 0; k < 150; k++)
			if (tn_create(TN_KIND_THREAD, process, TN_ANY, TN_NONE, TN_CAPS_SLOTS - 1,
				      0)
					    .code != 0 ||
			    tn_cap_delete(TN_SELF, TN_CAPS_SLOTS - 1).code != 0)
				tap_bail("no thread");
	}
	try_call("pool_revoke, interrupted", TN_CALL_POOL_REVOKE, pool, 0, 3, 0);
}

static void try_interrupts(void)
{
	struct registers in, out;
	bool good = true;

	registers_fill(&in);
	probe_spin(&in, &out, tn_clock() + tn_boot->timebase / 20);
	for (unsigned i = 1; i < 32; i++) {
		if (i == 5 || i == 6 || i == S0 || out.x[i] == in.x[i])
			continue;
		printf("# x%u was 0x%lx\n", i, out.x[i]);
		good = false;
	}
	tap_ok(good, "interrupts during 50 ms change no register");
}

int main(void)
{
	guest_fill(TN_SLOT_POOL, 16);
	try_calls();
	try_restart();
	try_interrupts();
	return tap_end();
}
