/*
 * port/machine.h - the machine as a whole: console, end, clock, code and cache coherence.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct thread;

/* Prints `size` bytes as they are. */
void port_console_write(const char *bytes, size_t size);

/* Ends the machine; `status` (0: success) reaches whoever started it. Prints the final line. */
_Noreturn void port_shutdown(uint64_t status);

/* A rule of the kernel is broken: prints it and ends the machine with a non-zero status. */
_Noreturn void port_panic(const char *rule);

/* True while an interrupt waits that user mode would take. */
bool port_interrupt_pending(void);

/* The current thread is to be interrupted as soon as it is back in user mode. */
void port_preempt(void);

/* No thread is ready: waits for an interrupt and handles it. */
void port_idle(void);

/* The clock's ticks, those of rdtime. */
uint64_t port_clock(void);

/* True once a tick: since it last was, one has passed. */
bool port_tick(void);

/* The timer rings when the tick is over, or at `latest` if that is sooner; it no longer rings now. */
void port_timer_set(uint64_t latest);

/* t, which ends, leaves nothing in the unit. Answers the bytes that its registers take behind the
 * structure, in its frame. */
size_t port_float_forget(struct thread *t);

/* Orders instruction fetch after earlier stores, on all harts (unprivileged spec, Zifencei). */
void port_sync_code(void);

/* True where cache-block operations exist (Zicbom). */
bool port_has_cache_ops(void);

/* True where page-based memory attributes exist (Svpbmt). */
bool port_has_attributes(void);

/* One frame, through the direct map; `operation` is TN_CACHE_*. Only if port_has_cache_ops(). */
void port_cache_op(void *frame, uint64_t operation);
