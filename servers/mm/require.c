/*
 * require.c - what must hold for mm to go on.
 */
#include "require.h"

#include <stdio.h>
#include <stdlib.h>
#include <tenure/names.h>

_Noreturn void require_broken(const char *what)
{
	printf("\nmm: gave up: it does not hold that %s\n", what);
	exit(1);
}

void require_done(struct tn_result result, const char *call)
{
	if (result.code == 0)
		return;
	printf("\nmm: gave up: %s answered %s, second result 0x%lx: %s\n", call,
	       tn_error_name(result.code), (unsigned long)result.value, tn_error_text(result.code));
	exit(1);
}
