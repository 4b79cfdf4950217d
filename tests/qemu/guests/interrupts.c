/*
 * interrupts.c - interrupts of a device as signals: the alarm of the real-time clock of QEMU's virt
 * machine (Goldfish RTC).
 *
 * The boot argument tick= must be long: then nothing but the interrupt ends a turn.
 */
#include <stdio.h>
#include <tenure/devices.h>
#include <tenure/message.h>
#include <tenure/records.h>

#include "guest.h"
#include "tap.h"
#include "workers.h"

#define REGISTERS GUEST_FREE
#define TIME_LOW 0x00u
#define TIME_HIGH 0x04u
#define ALARM_LOW 0x08u
#define ALARM_HIGH 0x0cu
#define IRQ_ENABLED 0x10u
#define CLEAR_INTERRUPT 0x1cu
#define BITS 0x12ul
#define MILLISECOND 1000000ul /* of the device's clock */

static uint64_t rtc_irq; /* slot */
static volatile uint64_t counters[WORKERS];

/* --- the device ------------------------------------------------------------------------------- */

/* Its registers, and a capability for its source alone. */
static void rtc_open(void)
{
	struct tn_device device = guest_device("google,goldfish-rtc");
	uint64_t address = device.ranges[0].address;

	rtc_irq = guest_slot();
	if (device.range_count == 0 || device.irq_count == 0 ||
	    tn_map(TN_SLOT_PROCESS, REGISTERS,
		   tn_device_slot(tn_boot, address, device.ranges[0].size), address / TN_FRAME_SIZE,
		   1, READ_WRITE)
			    .code != 0 ||
	    tn_cap_copy(TN_SLOT_IRQ, TN_SELF, rtc_irq, TN_IRQ_BIND, device.irqs[0], 1).code != 0)
		tap_bail("the clock cannot be used");
}

static volatile uint32_t *at(uint64_t offset)
{
	return (volatile uint32_t *)(REGISTERS + offset);
}

/* It interrupts in so many milliseconds, once. */
static void rtc_alarm(uint64_t ms)
{
	uint64_t now = *at(TIME_LOW);

	now |= (uint64_t)*at(TIME_HIGH) << 32;
	now += ms * MILLISECOND;
	*at(IRQ_ENABLED) = 1;
	*at(ALARM_HIGH) = (uint32_t)(now >> 32);
	*at(ALARM_LOW) = (uint32_t)now;
}

static void rtc_clear(void)
{
	*at(CLEAR_INTERRUPT) = 1;
}

/* --- waiting ---------------------------------------------------------------------------------- */

static struct tn_message receive_for(uint64_t ms)
{
	tn_utcb->deadline = tn_clock() + ms * tn_boot->timebase / 1000;
	return tn_recv_timed(TN_NONE);
}

/* The main thread is signalled, within a second. */
static void expect_signal(const char *what)
{
	struct tn_message m = receive_for(1000);

	tap_ok(m.code == 0 && m.info == TN_INFO(TN_LABEL_SIGNALS, 1) && m.words[0] == BITS, "%s",
	       what);
}

static void expect_silence(const char *what)
{
	tap_same((uint64_t)receive_for(10).code, (uint64_t)-TN_ETIMEDOUT, "%s", what);
}

/* --- errors, in their order ------------------------------------------------------------------- */

static void try_slots(uint64_t good)
{
	uint64_t weak = guest_copy(rtc_irq, 0), weak_thread = guest_copy(good, TN_THREAD_CONTROL);
	uint64_t gone = guest_create(TN_KIND_THREAD, TN_SLOT_PROCESS, 0);
	uint64_t stale = guest_copy(gone, TN_THREAD_SIGNAL), none;

	tn_destroy(gone, 0);
	none = guest_slot();
	tap_error(tn_irq_bind(1ul << 40, TN_NONE, 1), TN_ERANGE, "bind: no such slot");
	tap_error(tn_irq_bind(none, TN_NONE, 1), TN_ENOENT, "bind: an empty slot");
	tap_error(tn_irq_bind(good, TN_NONE, 1), TN_EBADF, "bind: no interrupt");
	tap_error(tn_irq_bind(weak, TN_NONE, 1), TN_EPERM, "bind: without the right");
	tap_error(tn_irq_ack(weak), TN_EPERM, "ack: without the right");
	tap_error(tn_irq_bind(TN_SLOT_IRQ, none, 1), TN_ENOENT, "bind: no thread, of many sources");
	tap_error(tn_irq_bind(TN_SLOT_IRQ, good, 1), TN_EINVAL, "bind: many sources");
	tap_error(tn_irq_ack(TN_SLOT_IRQ), TN_EINVAL, "ack: many sources");
	tap_error(tn_irq_bind(rtc_irq, 1ul << 40, 1), TN_ERANGE, "bind: no such slot of a thread");
	tap_error(tn_irq_bind(rtc_irq, none, 1), TN_ENOENT, "bind: an empty slot of a thread");
	tap_error(tn_irq_bind(rtc_irq, rtc_irq, 1), TN_EBADF, "bind: no thread");
	tap_error(tn_irq_bind(rtc_irq, weak_thread, 1), TN_EPERM, "bind: without signal");
	tap_error(tn_irq_bind(rtc_irq, stale, 1), TN_ESTALE, "bind: a thread that is gone");
	tap_error(tn_irq_ack(1ul << 40), TN_ERANGE, "ack: no such slot");
	tap_error(tn_irq_ack(none), TN_ENOENT, "ack: an empty slot");
	tap_error(tn_irq_ack(good), TN_EBADF, "ack: no interrupt");
	tn_cap_delete(TN_SELF, weak);
	tn_cap_delete(TN_SELF, weak_thread);
	tn_cap_delete(TN_SELF, stale);
}

static void try_dying(void)
{
	uint64_t pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0), process, thread;
	struct tn_result r;

	if (tn_frame_move(TN_SLOT_POOL, pool, 32).code != 0)
		tap_bail("no frames for a pool");
	process = guest_create(TN_KIND_PROCESS, pool, 0);
	thread = guest_create(TN_KIND_THREAD, process, 0);
	for (unsigned i = 0; i < 10; i++) {
		uint64_t more = guest_create(TN_KIND_THREAD, process, 0);

		tn_cap_delete(TN_SELF, more);
	}
	r = tn_destroy(process, TN_FLAG_STEP);
	tap_error(r, TN_EAGAIN, "a process is dying");
	r = tn_irq_bind(rtc_irq, thread, 1);
	if (r.code != -TN_ESTALE) /* else the step has ended this very thread */
		tap_error(r, TN_EDYING, "bind: a thread of a process that is dying");
	tn_destroy(pool, 0);
	tn_cap_delete(TN_SELF, process);
	tn_cap_delete(TN_SELF, thread);
}

/* --- signals ---------------------------------------------------------------------------------- */

static void try_alarm(void)
{
	tap_done(tn_irq_bind(rtc_irq, TN_SLOT_THREAD, BITS), "the main thread is bound");
	tap_error(tn_irq_bind(rtc_irq, TN_SLOT_THREAD, BITS), TN_EBUSY, "bind: even the same");
	expect_silence("nothing yet");
	rtc_alarm(5);
	expect_signal("an alarm while the machine idles");
	expect_silence("silent until it is acknowledged");
	/* no test of an acknowledgement before: QEMU's controller looks at the line's edges alone */
	rtc_clear();
	tap_done(tn_irq_ack(rtc_irq), "cleared and acknowledged");
	expect_silence("it does not come again");
	rtc_alarm(0);
	expect_signal("another alarm");
	rtc_clear();
	rtc_alarm(0);
	expect_silence("two in a row: the second waits");
	tap_done(tn_irq_ack(rtc_irq), "for the acknowledgement");
	expect_signal("and then comes");
	rtc_clear();
	tn_irq_ack(rtc_irq);
	tap_done(tn_irq_ack(rtc_irq), "acknowledging twice does no harm");
	expect_silence("nor brings a signal");
}

static void body_spin(uint64_t number)
{
	for (;;)
		counters[number]++;
}

static void try_preemption(void)
{
	struct worker low = {.process = TN_SLOT_PROCESS,
			     .priority = WORKER_PRIORITY - 1,
			     .body = body_spin};
	uint64_t signals = 0, ran = 0;

	worker_start(0, &low);
	for (unsigned i = 0; i < 20; i++) {
		uint64_t before = counters[0];
		struct tn_message m;

		rtc_alarm(5);
		m = receive_for(1000);
		ran += counters[0] != before;
		rtc_clear();
		tn_irq_ack(rtc_irq);
		signals += m.code == 0 && m.words[0] == BITS;
	}
	tap_same(signals, 20, "20 alarms interrupt a less urgent thread that spins");
	tap_ok(ran > 10, "it has run in between"); /* but where the host was slow */
	worker_end(0, &low);
}

/* The main thread spins; who is bound is more urgent, or less. */
static void body_driver(uint64_t number)
{
	worker_utcb(number)->signal_mask = BITS;
	for (;;) {
		struct tn_message m = tn_recv(TN_NONE);

		counters[number] += m.code == 0 && m.words[0] == BITS;
		rtc_clear();
		tn_irq_ack(rtc_irq);
	}
}

static bool spun_until(unsigned number, uint64_t value, uint64_t ms)
{
	uint64_t end = tn_clock() + ms * tn_boot->timebase / 1000;

	while (counters[number] < value && tn_clock() < end)
		;
	return counters[number] >= value;
}

static void driver_start(unsigned number, struct worker *w, uint64_t priority)
{
	*w = (struct worker){.process = TN_SLOT_PROCESS, .priority = priority, .body = body_driver};
	counters[number] = 0;
	worker_start(number, w);
	while (tn_thread_info(w->thread).value != TN_THREAD_RECEIVES)
		receive_for(1);
}

/* Who is bound stays so until it ends; then the source is silent, and another may be bound. */
static void body_bound(uint64_t number)
{
	(void)number;
	tn_recv(TN_NONE);
}

static void try_rebind(void)
{
	struct worker first = {.process = TN_SLOT_PROCESS, .body = body_bound}, urgent, lazy;

	worker_start(3, &first);
	tn_yield();
	tap_done(tn_irq_bind(rtc_irq, first.thread, BITS), "a thread is bound");
	tap_error(tn_irq_bind(rtc_irq, TN_SLOT_THREAD, BITS), TN_EBUSY,
		  "bind: a live thread is bound");
	worker_end(3, &first);
	rtc_alarm(0);
	expect_silence("an alarm for a thread that is gone");
	rtc_clear();
	rtc_alarm(0);
	driver_start(1, &urgent, WORKER_PRIORITY + 2);
	tap_done(tn_irq_bind(rtc_irq, urgent.thread, BITS), "another one is bound");
	tap_ok(spun_until(1, 1, 1000), "and gets what waited, in front of who bound it");
	rtc_alarm(1);
	tap_ok(spun_until(1, 2, 1000), "an alarm interrupts a thread that spins");
	worker_end(1, &urgent);
	driver_start(2, &lazy, WORKER_PRIORITY - 2);
	tap_done(tn_irq_bind(rtc_irq, lazy.thread, BITS), "a less urgent one is bound");
	rtc_alarm(1);
	tap_ok(!spun_until(2, 1, 20), "an alarm for it does not end the turn of one that spins");
	for (unsigned ms = 0; counters[2] == 0 && ms < 1000; ms++)
		receive_for(1);
	tap_same(counters[2], 1, "it comes when that waits");
	worker_end(2, &lazy);
	rtc_alarm(0);
	expect_silence("bound to nobody again");
	rtc_clear();
}

int main(void)
{
	guest_fill(TN_SLOT_POOL, 100);
	tn_utcb->signal_mask = BITS;
	rtc_open();
	try_slots(TN_SLOT_THREAD);
	try_dying();
	try_rebind();
	try_alarm();
	try_preemption();
	return tap_end();
}
