/*
 * system.c - yield, and what SYSTEM allows: the console and the end of the machine.
 */
#include <port/machine.h>

#include "cap.h"
#include "syscall.h"

/* Others of the same priority go first, if there are any. */
result_t call_yield(void)
{
	if (likely((current->hart->ready & (2 * current->above + 1)) == 0))
		return success(0);
	thread_succeed(current);
	return port_switch_to_others();
}

result_t call_debug_write(uint64_t system, uint64_t bytes)
{
	int error = bytes > TN_WRITE_MAX ? TN_EINVAL
					 : cap_refusal(system, TN_CAP_SYSTEM, TN_SYSTEM_LOG);

	if (error != 0)
		return failure(error, 0);
	port_console_write(current->utcb->bytes, bytes);
	return success(0);
}

result_t call_shutdown(uint64_t system, uint64_t code)
{
	int error = cap_refusal(system, TN_CAP_SYSTEM, TN_SYSTEM_SHUTDOWN);

	if (error != 0)
		return failure(error, 0);
	port_shutdown(code);
}
