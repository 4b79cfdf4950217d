/*
 * names.c - words for people, expanded from the one source of errors and calls.
 */
#include <tenure/names.h>

#include <tenure/abi.h>

static int64_t magnitude(int64_t code)
{
	return code < 0 && code > -4096 ? -code : code;
}

const char *tn_error_name(int64_t code)
{
	switch (magnitude(code)) {
	case TN_OK:
		return "OK";
#define TN_X(number, NAME, text)                                                                   \
	case number:                                                                               \
		return #NAME;
		TN_ERRORS(TN_X)
#undef TN_X
	default:
		return "E?";
	}
}

const char *tn_error_text(int64_t code)
{
	switch (magnitude(code)) {
	case TN_OK:
		return "done";
#define TN_X(number, NAME, text)                                                                   \
	case number:                                                                               \
		return text;
		TN_ERRORS(TN_X)
#undef TN_X
	default:
		return "no such error";
	}
}

const char *tn_call_name(uint64_t number)
{
	static const char *const names[TN_CALL_COUNT] = {
#define TN_X(number, NAME, name, ...) [number] = #name,
		TN_CALLS(TN_X) TN_MESSAGE_CALLS(TN_X)
#undef TN_X
	};

	return number < TN_CALL_COUNT && names[number] ? names[number] : "?";
}

const char *tn_kind_name(uint64_t kind)
{
	static const char *const names[TN_KIND_COUNT] = {
		[TN_KIND_USER] = "user",         [TN_KIND_POOL] = "pool",
		[TN_KIND_PROCESS] = "process",   [TN_KIND_THREAD] = "thread",
		[TN_KIND_ENDPOINT] = "endpoint", [TN_KIND_CAPS] = "capabilities",
		[TN_KIND_TABLE] = "page table",  [TN_KIND_FREE] = "free",
		[TN_KIND_IMAGE] = "kernel",      [TN_KIND_BOOT] = "boot image",
		[TN_KIND_HOLE] = "reserved",
	};

	return kind < TN_KIND_COUNT ? names[kind] : "?";
}
