/*
 * deadline.c - see deadline.h.
 */
#include "deadline.h"

#include "message.h"

#define FIRE_MAX 16u

static void timer_set(const struct hart *h)
{
	port_timer_set(h->deadlines != NULL ? h->deadlines->deadline : TN_ANY);
}

void deadline_set(struct thread *t, uint64_t at)
{
	struct thread **link = &t->hart->deadlines, *added = t;

	t->deadline = at;
	/* whoever is later than the one to be placed makes room for it, and goes further down */
	for (unsigned bit = 0; *link != NULL; bit++) {
		struct thread *here = *link;

		if (added->deadline < here->deadline) {
			*link = added;
			added->later[0] = here->later[0];
			added->later[1] = here->later[1];
			added = here;
		}
		link = &(*link)->later[added->self >> bit & 1];
	}
	*link = added;
	added->later[0] = added->later[1] = NULL;
	if (t->hart->deadlines == t)
		timer_set(t->hart);
}

/* The side of t on which the earlier one of those below lies. */
static bool side_of_next(const struct thread *t)
{
	return t->later[0] == NULL ||
	       (t->later[1] != NULL && t->later[1]->deadline < t->later[0]->deadline);
}

void deadline_cancel(struct thread *t)
{
	struct thread **link = &t->hart->deadlines, *up;

	for (unsigned bit = 0; *link != t; bit++)
		link = &(*link)->later[t->self >> bit & 1];
	/* t sinks, past the earlier one each time, until nobody is below */
	for (bool side; side = side_of_next(t), (up = t->later[side]) != NULL;) {
		struct thread *other = t->later[!side];

		t->later[0] = up->later[0];
		t->later[1] = up->later[1];
		up->later[side] = t;
		up->later[!side] = other;
		*link = up;
		link = &up->later[side];
	}
	*link = NULL;
	t->deadline = DEADLINE_NONE;
}

void deadline_fire(struct hart *h)
{
	uint64_t now = port_clock();

	for (unsigned left = FIRE_MAX; left > 0 && h->deadlines != NULL; left--) {
		if (h->deadlines->deadline > now)
			break;
		message_time_out(h->deadlines);
	}
	timer_set(h);
}
