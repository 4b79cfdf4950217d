/*
 * records.h - the calls that answer in the UTCB, with the answer copied out.
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
