#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "search.h"
int main(int argc, char **argv)
{
	int bad = 0;
	for (unsigned i = 0; i < machine_count; i++) {
		if (argc > 1 ? strcmp(argv[1], machines[i].name) != 0 : !machines[i].quick)
			continue;
		struct found f = search_run(&machines[i], argc > 2 ? (uint32_t)atol(argv[2]) : 1u << 26, true);
		printf("%s %lu states %lu transitions depth %lu %.1f s %s %.2f M/s digest %lx\n", machines[i].name, f.states, f.transitions, f.depth, f.seconds, f.exhausted ? "exhausted":"NOT", f.transitions/f.seconds/1e6, f.digest);
		bad |= !f.exhausted;
	}
	return bad;
}
