/*
 * system.c - yield, and what SYSTEM allows: the console and the end of the machine.
 */
#include <port/machine.h>

#include "cap.h"
#include "syscall.h"

/* Nobody else is ready while there is one thread. */
result_t call_yield(void)
{
	return success(0);
}

result_t call_debug_write(uint64_t system, uint64_t bytes)
{
	if (bytes > TN_WRITE_MAX)
		return failure(TN_EINVAL, 0);
	if (!slot_grants(cap_slot(system), TN_CAP_SYSTEM, TN_SYSTEM_LOG))
		return failure(cap_refusal(system, TN_CAP_SYSTEM, TN_SYSTEM_LOG), 0);
	port_console_write(current->utcb->bytes, bytes);
	return success(0);
}

result_t call_shutdown(uint64_t system, uint64_t code)
{
	if (!slot_grants(cap_slot(system), TN_CAP_SYSTEM, TN_SYSTEM_SHUTDOWN))
		return failure(cap_refusal(system, TN_CAP_SYSTEM, TN_SYSTEM_SHUTDOWN), 0);
	port_shutdown(code);
}
