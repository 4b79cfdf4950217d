/*
 * hello.c - the smallest program: says who it is. `hello quiet` says nothing.
 */
#include <stdio.h>
#include <string.h>
#include <tenure/client.h>

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "quiet") == 0)
		return 0;
	printf("hello, world: process %lu, %d argument%s", (unsigned long)tn_client->pid, argc - 1,
	       argc == 2 ? "" : "s");
	for (int i = 1; i < argc; i++)
		printf("%s%s", i == 1 ? ": " : " ", argv[i]);
	printf("\n");
	return 0;
}
