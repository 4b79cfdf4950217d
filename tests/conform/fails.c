/*
 * fails.c - ends with a status of its own: `fails STATUS`, or `fails thread STATUS` by the end of
 * its only thread.
 */
#include <tenure/client.h>
#include <tenure/user.h>

#include "check.h"

int main(int argc, char **argv)
{
	uint64_t status = number_argument(argc, argv, argc - 1, 1);

	printf("ends with status %lu\n", (unsigned long)status);
	if (argc > 2)
		tn_thread_exit(status);
	return (int)status;
}
