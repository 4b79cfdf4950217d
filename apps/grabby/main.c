/*
 * main.c - grabby: asks for untyped memory, and does with it what it should not.
 * grabby [SEED [ROUNDS]]
 *
 * Ends with status 1 at the first answer that is not the documented one. Whether mm's records and
 * the kernel's still agree, the audit says.
 */
#include "../check.h"
#include "deeds.h"

#define SEED 1u
#define ROUNDS 8u

static const struct deed {
	const char *name;
	void (*run)(void);
} deeds[] = {
	{"requests", deed_requests},
	{"quota", deed_quota},
	{"maps", deed_maps},
	{"rights", deed_rights},
	{"return of what is used", deed_return_used},
	{"return of pools below pools", deed_return_deep},
	{"return of another range", deed_return_other},
	{"return by what was built", deed_return_from_below},
	{"a wait by what was built", deed_wait_from_below},
	{"mm as the handler of faults", deed_handler},
	{"ends", deed_ends},
};
#define DEEDS (sizeof(deeds) / sizeof(deeds[0]))

int main(int argc, char **argv)
{
	struct tn_untyped probe;
	int64_t code;

	if (argc > 1 && (argv[1][0] < '0' || argv[1][0] > '9'))
		return end_as(argv[1]);
	code = tn_untyped_get(1, &probe);
	if (code == -TN_ENOTSUP) {
		printf("this mm hands out no untyped memory\n");
		return 0;
	}
	check_done(code, "untyped");
	check_done(tn_untyped_return(&probe), "return");
	for (unsigned i = 0; i < DEEDS; i++) {
		deeds[i].run();
		printf("%s: answered as documented\n", deeds[i].name);
	}
	scramble(number_argument(argc, argv, 1, SEED),
		 (unsigned)number_argument(argc, argv, 2, ROUNDS));
	printf("%u misdeeds, and every frame came back\n", (unsigned)DEEDS);
	return 0;
}
