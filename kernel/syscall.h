/*
 * syscall.h - the handlers of all calls and the table that leads to them.
 */
#pragma once

#include "hart.h"

#define CALL_PARAMETERS_0 void
#define CALL_PARAMETERS_1 uint64_t
#define CALL_PARAMETERS_2 CALL_PARAMETERS_1, uint64_t
#define CALL_PARAMETERS_3 CALL_PARAMETERS_2, uint64_t
#define CALL_PARAMETERS_4 CALL_PARAMETERS_3, uint64_t
#define CALL_PARAMETERS_5 CALL_PARAMETERS_4, uint64_t
#define CALL_PARAMETERS_6 CALL_PARAMETERS_5, uint64_t
#define CALL_PARAMETERS_7 CALL_PARAMETERS_6, uint64_t

/* call_NAME: arguments as calls.h lists them, raw; answers what goes into a0 and a1. */
#define CALL_DECLARE(number, NAME, name, argc, ...) result_t call_##name(CALL_PARAMETERS_##argc);
TN_CALLS(CALL_DECLARE)
TN_MESSAGE_CALLS(CALL_DECLARE)
#undef CALL_DECLARE

/* Indexed by call number. A handler ignores the arguments that it does not declare. */
extern const call_handler call_table[TN_CALL_COUNT];
