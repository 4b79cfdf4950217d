/*
 * calls.c - see calls.h.
 */
#include "calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Calls with one hostile value: the others take plain ones in so many ways. */
#define HOSTILE_WAYS 4u

static const struct {
	const char *name, *arguments;
	unsigned argc;
} rows[] = {
#define ROW(number, NAME, name, argc, arguments, ...) [number] = {#name, arguments, argc},
	TN_CALLS(ROW) TN_MESSAGE_CALLS(ROW)
#undef ROW
		[EVENT_RUN] = {"(the hart runs a process)", "process", 1},
	[EVENT_ACCESS] = {"(the hart accesses a page)", "process, va, write", 3},
};

static uint64_t any; /* a row of numbers, the same for each machine */

static void call_add(struct calls *c, const struct call *call)
{
	if (c->count == c->room) {
		c->room = c->room == 0 ? 256 : c->room * 2;
		c->call = realloc(c->call, c->room * sizeof(*c->call));
		if (c->call == NULL)
			abort();
	}
	c->call[c->count++] = *call;
}

/* All combinations of plain values. */
static void product_add(struct calls *c, struct call *call, const struct values *values,
			unsigned argc)
{
	unsigned at[6] = {0}, i;

	do {
		for (i = 0; i < argc; i++)
			call->a[i] = values[i].v[at[i]];
		call_add(c, call);
		for (i = 0; i < argc && ++at[i] == values[i].plain; i++)
			at[i] = 0;
	} while (i < argc);
}

/* Argument `fixed` has the value that `call` says already; the others any plain ones. */
static void hostile_add(struct calls *c, struct call *call, const struct values *values,
			unsigned argc, unsigned fixed)
{
	for (unsigned way = 0; way < HOSTILE_WAYS; way++) {
		for (unsigned i = 0; i < argc; i++) {
			any = any * 6364136223846793005u + 1442695040888963407u;
			if (i != fixed)
				call->a[i] = values[i].v[(any >> 33) % values[i].plain];
		}
		call_add(c, call);
	}
}

void calls_add(struct calls *c, uint64_t number, const struct values *values)
{
	struct call call = {.number = number};
	unsigned argc = rows[number].argc;

	if (argc > 6)
		argc = 6;
	product_add(c, &call, values, argc);
	for (unsigned i = 0; i < argc; i++)
		for (unsigned k = values[i].plain; k < values[i].count; k++) {
			call.a[i] = values[i].v[k];
			hostile_add(c, &call, values, argc, i);
		}
}

void calls_interrupt(struct calls *c, uint64_t number)
{
	for (uint32_t i = 0, n = c->count; i < n; i++) {
		struct call again = c->call[i];

		again.interrupted = true;
		if (again.number == number)
			call_add(c, &again);
	}
}

void calls_free(struct calls *c)
{
	free(c->call);
	*c = (struct calls){NULL, 0, 0};
	any = 1;
}

static size_t number_print(char *text, size_t size, uint64_t n)
{
	const char *format = n < 4096 ? "%llu" : "0x%llx";

	return (size_t)snprintf(text, size, format, (unsigned long long)n);
}

void calls_print(const struct call *c, char *text, size_t size)
{
	const char *name = rows[c->number].arguments;
	size_t at = (size_t)snprintf(text, size, "%s", rows[c->number].name);

	for (unsigned i = 0; i < rows[c->number].argc && i < 6 && at + 64 < size; i++) {
		size_t n = strcspn(name, ",");

		at += (size_t)snprintf(text + at, size - at, "%s%.*s ", i > 0 ? ", " : " ", (int)n,
				       name);
		at += number_print(text + at, size - at, c->a[i]);
		name += n + strspn(name + n, ", ");
	}
	if (c->interrupted)
		snprintf(text + at, size - at, ", interrupted");
}

const char *calls_answer(int64_t code)
{
	static const struct {
		int number;
		const char *name;
	} errors[] = {
#define ROW(number, name, text) {number, #name},
		TN_ERRORS(ROW)
#undef ROW
	};

	for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (code == -errors[i].number)
			return errors[i].name;
	return code == 0 ? "OK" : "?";
}
