/*
 * syscall.c - the handler table.
 */
#include "syscall.h"

/* All handlers are called alike, with every argument register; through void (*)(void) because
 * they differ in how many they declare. */
const call_handler call_table[TN_CALL_COUNT] = {
#define CALL_ENTRY(number, NAME, name, ...) [number] = (call_handler)(void (*)(void))call_##name,
	TN_CALLS(CALL_ENTRY) TN_MESSAGE_CALLS(CALL_ENTRY)
#undef CALL_ENTRY
};
