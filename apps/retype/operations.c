/*
 * operations.c - the names of the operations.
 */
#include "operations.h"

const struct operation_name operations[OPERATION_COUNT] = {
#define X(NAME, sel4, tenure) {sel4, tenure},
	OPERATIONS(X)
#undef X
};
