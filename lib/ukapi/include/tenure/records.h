/*
 * records.h - the calls whose answer, or argument, is a record in the UTCB: copied out, or in.
 *
 * The UTCB's words hold an answer only until the next call that writes them (debug_write is one,
 * hence any printing), so these copy at once. On an error the record is left alone.
 */
#pragma once

#include <stdint.h>
#include <tenure/user.h>

struct tn_result tn_pool_read(uint64_t pool, struct tn_pool_info *info);
struct tn_result tn_census_read(uint64_t system, struct tn_census *census);
struct tn_result tn_resolve_read(uint64_t process, uint64_t va, struct tn_resolved *page);
struct tn_result tn_cap_read(uint64_t process, uint64_t slot, struct tn_cap_info *info);
struct tn_result tn_thread_read(uint64_t thread, struct tn_thread_info *info);

/* Indices of a thread's registers[]: x1 is the first. */
enum { TN_REGISTER_SP = 1, TN_REGISTER_TP = 3, TN_REGISTER_A0 = 9, TN_REGISTER_A1 = 10 };

/* thread_configure the other way round, with all that it can set: the record is copied in. utcb: a
 * frame of TN_SLOT_FRAMES; va: where the thread is to have it; fault: endpoint, or TN_NONE. */
struct tn_result tn_thread_write(uint64_t thread, const struct tn_thread_config *config,
				 uint64_t utcb, uint64_t va, uint64_t fault);
