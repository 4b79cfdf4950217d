/*
 * names.h - words for people: errors, calls, frame kinds. Owns no state; never answers NULL.
 */
#pragma once

#include <stdint.h>

/* "ENOMEM" for -TN_ENOMEM (or TN_ENOMEM), "OK" for 0, "E?" for numbers that are no error. */
const char *tn_error_name(int64_t code);

/* One line on what the error says. */
const char *tn_error_text(int64_t code);

/* "frame_give" for TN_CALL_FRAME_GIVE, "?" for numbers that are no call. */
const char *tn_call_name(uint64_t number);

/* "user" for TN_KIND_USER, "?" for numbers that are no kind. */
const char *tn_kind_name(uint64_t kind);
