/*
 * pool.c - what pools do off the hot paths: named frames, moving, the tree, the watch.
 */
#include "pool.h"

#include "message.h"

void pool_take_named(struct pool *p, unsigned kind, pfn_t f)
{
	//@ ghost list_counts(f.n);
	freelist_remove(f);
	pool_count(p, kind);
	if (--p->free < p->low)
		pool_watch_fire(p);
	//@ assert I3: flows_hold(p, 0);
}

pfn_t pool_take(struct pool *p, unsigned kind)
{
	//@ ghost list_first(p->self);
	pfn_t f = pool_first(p);

	pool_take_named(p, kind, f);
	return f;
}

void pool_put(struct pool *p, unsigned kind, pfn_t f, uint64_t clean)
{
	pool_note_peak(p);
	frame_set(f, pool_free_word(p, clean));
	freelist_push(&p->ring, pool_frame(p), f);
	p->free++;
	p->kinds[kind]--;
	ram.kinds[kind]--;
	pool_rose(p);
}

result_t pool_take_check(struct pool *p, uint64_t need)
{
	if (need > 0 && p->dying)
		return failure(TN_EDYING, 0);
	if (need <= p->free)
		return success(0);
	p->enomem++;
	return failure(TN_ENOMEM, need - p->free);
}

/* Once: the threshold in force becomes 0 until the free count has risen again. */
void pool_watch_fire(struct pool *p)
{
	struct thread *t = thread_of_slot(&p->watcher);

	p->rearm = p->low;
	p->low = 0;
	if (t != NULL)
		thread_signal(t, p->watch_bits);
}

void pool_init(struct pool *p, pfn_t self, struct pool *parent)
{
	p->self = (uint32_t)self.n;
	p->ring = (struct link){p->self, p->self};
	p->parent = parent;
	if (parent != NULL) {
		p->depth = parent->depth + 1;
		LIST_PUSH(parent->children, p);
	}
}

bool pool_is_within(const struct pool *inner, const struct pool *outer)
{
	while (inner != NULL && inner != outer)
		inner = inner->parent;
	return inner != NULL;
}

uint64_t pool_pour(struct pool *from, struct pool *to, uint64_t count)
{
	uint64_t n = least(count, from->free);

	for (uint64_t i = 0; i < n; i++) {
		pfn_t f = pool_first(from);

		freelist_remove(f);
		frame_set(f, pool_free_word(to, frame_clean(f)));
		freelist_push(&to->ring, pool_frame(to), f);
	}
	from->free -= n;
	to->free += n;
	from->moved_out.frames += n;
	to->moved_in.frames += n;
	pool_rose(to);
	if (from->free < from->low)
		pool_watch_fire(from);
	return n;
}
