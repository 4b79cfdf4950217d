/*
 * model_objects.c - capabilities and objects of the model: made, named, copied, ended.
 */
#include "model_parts.h"

#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "slot.h"

/* --- capabilities --------------------------------------------------------------------------- */

bool model_is_object(unsigned type)
{
	return type >= TN_CAP_POOL && type <= TN_CAP_ENDPOINT;
}

bool model_cap_is_live(const struct model_cap *c)
{
	return !model_is_object(c->type) || (c->object->alive && c->object->life == c->life);
}

struct model_cap *model_slot(const struct model_object *p, uint64_t slot)
{
	if (slot >= TN_CAPS_PAGES * TN_CAPS_SLOTS || p->caps[slot / TN_CAPS_SLOTS] == NULL)
		return NULL;
	return &p->caps[slot / TN_CAPS_SLOTS][slot % TN_CAPS_SLOTS];
}

int model_lookup(uint64_t slot, unsigned type, unsigned rights, struct model_cap **cap)
{
	struct model_cap *c = model_slot(model.self, slot);

	*cap = c;
	if (c == NULL)
		return TN_ERANGE;
	if (c->type == TN_CAP_NONE)
		return TN_ENOENT;
	if (c->type != type)
		return TN_EBADF;
	if ((c->rights & rights) != rights)
		return TN_EPERM;
	return model_cap_is_live(c) ? 0 : TN_ESTALE;
}

/* As model_lookup, whatever the type of object. */
int model_object_lookup(uint64_t slot, unsigned rights, struct model_cap **cap)
{
	const struct model_cap *c = model_slot(model.self, slot);

	return model_lookup(slot, c != NULL && model_is_object(c->type) ? c->type : TN_CAP_POOL,
			    rights, cap);
}

/* The table of the caller, or of a process that it manages. */
static int place_lookup(uint64_t process, uint64_t slot, struct model_cap **cap)
{
	const struct model_object *p = model.self;
	struct model_cap *c;
	int error;

	if (process != TN_SELF) {
		error = model_lookup(process, TN_CAP_PROCESS, TN_PROCESS_MANAGE, &c);
		if (error != 0)
			return error;
		p = c->object;
	}
	if (p->dying)
		return TN_EDYING;
	*cap = model_slot(p, slot);
	return *cap == NULL ? TN_ERANGE : 0;
}

/* --- objects -------------------------------------------------------------------------------- */

struct model_object *model_object_new(unsigned kind, uint64_t frame, struct model_object *pool)
{
	struct model_object *o = &model.object_at[frame - model.first];

	*o = (struct model_object){.next = model.objects,
				   .link = &model.objects,
				   .kind = kind,
				   .alive = true,
				   .frame = frame,
				   .life = o->life + 1,
				   .pool = pool};
	if (o->next != NULL)
		o->next->link = &o->next;
	model.objects = o;
	if (kind == TN_KIND_POOL)
		o->info = (struct tn_pool_info){.depth = pool != NULL ? pool->info.depth + 1 : 0,
						.frame = frame,
						.parent = pool != NULL ? pool->frame : TN_NONE};
	return o;
}

struct model_cap model_object_cap(struct model_object *o)
{
	return (struct model_cap){.type = (uint16_t)o->kind,
				  .rights = TN_RIGHTS_ALL,
				  .object = o,
				  .life = o->life};
}

struct model_cap *model_caps_make(uint64_t frame)
{
	struct model_cap **page = &model.caps_at[frame - model.first];

	if (*page == NULL)
		*page = malloc(TN_CAPS_SLOTS * sizeof(struct model_cap));
	memset(*page, 0, TN_CAPS_SLOTS * sizeof(struct model_cap));
	return *page;
}

static const struct process *kernel_process(const struct model_object *p)
{
	return host_memory(p->frame);
}

/* The frame that the kernel made this of, where it could choose: what the new slot, or the
 * directory, names. */
static uint64_t chosen_frame(const uint64_t *a, const struct model_object *process)
{
	const struct slot *page = process != NULL && a[0] == TN_KIND_CAPS
					  ? kernel_process(process)->directory[a[4]]
					  : NULL;
	uint64_t f = page != NULL ? frame_of(page).n
				  : kernel_process(model.self)
					    ->directory[a[4] / TN_CAPS_SLOTS][a[4] % TN_CAPS_SLOTS]
					    .frame;

	if (model_frame_at(f) == NULL || FRAME_KIND(frame_get(pfn(f))) != a[0]) {
		model_complain("no frame became %lu", (unsigned long)a[0]);
		return MODEL_UNSAID;
	}
	return f;
}

static bool is_of_pool(uint64_t kind)
{
	return kind == TN_KIND_POOL || kind == TN_KIND_PROCESS;
}

static bool is_creatable(const uint64_t *a)
{
	if (a[0] < TN_KIND_POOL || a[0] > TN_KIND_CAPS)
		return false;
	if (a[5] > (a[0] == TN_KIND_PROCESS ? 63 : 0))
		return false;
	return a[2] != TN_ANY || a[3] == TN_NONE;
}

/* The caller's slot, or the place in the directory of the process. */
static int name_refusal(const uint64_t *a, const struct model_object *process)
{
	const struct model_cap *c;

	if (a[0] == TN_KIND_CAPS) {
		if (a[4] >= TN_CAPS_PAGES)
			return TN_ERANGE;
		return process->caps[a[4]] == NULL ? 0 : TN_EEXIST;
	}
	c = model_slot(model.self, a[4]);
	if (c == NULL)
		return TN_ERANGE;
	return c->type == TN_CAP_NONE ? 0 : TN_EEXIST;
}

static int create_lookup(const uint64_t *a, struct model_object **pool,
			 struct model_object **process, struct model_cap **frames)
{
	struct model_cap *target;
	unsigned gives = a[3] != TN_NONE ? TN_POOL_GIVE : 0;
	int error;

	*frames = NULL;
	if (is_of_pool(a[0]))
		error = model_lookup(a[1], TN_CAP_POOL, TN_POOL_CREATE | gives, &target);
	else
		error = model_lookup(a[1], TN_CAP_PROCESS, TN_PROCESS_MANAGE, &target);
	if (error == 0 && gives != 0)
		error = model_lookup(a[3], TN_CAP_FRAMES, TN_FRAMES_GIVE, frames);
	if (error != 0)
		return error;
	*process = is_of_pool(a[0]) ? NULL : target->object;
	*pool = is_of_pool(a[0]) ? target->object : target->object->pool;
	return (*pool)->dying || (*process != NULL && (*process)->dying) ? TN_EDYING : 0;
}

static void create_apply(const uint64_t *a, struct model_object *pool, struct model_object *process,
			 const struct model_cap *frames)
{
	unsigned kind = (unsigned)a[0];
	uint64_t frame = a[2] == TN_ANY ? chosen_frame(a, process) : a[2];
	struct model_object *o;

	if (frame == MODEL_UNSAID)
		return;
	if (frames != NULL)
		model_take_user(pool, kind, frame);
	else
		model_take(pool, kind, frame);
	if (kind == TN_KIND_CAPS) {
		model_frame_at(frame)->pool = pool;
		process->caps[a[4]] = model_caps_make(frame);
		process->caps_frame[a[4]] = frame;
		return;
	}
	o = model_object_new(kind, frame, pool);
	o->process = process;
	o->ceiling = a[5];
	*model_slot(model.self, a[4]) = model_object_cap(o);
}

struct answer model_create(const uint64_t *a)
{
	struct model_object *pool, *process;
	struct model_cap *frames;
	uint64_t value = MODEL_UNSAID;
	int error;

	if (!is_creatable(a))
		return model_refused(TN_EINVAL);
	error = create_lookup(a, &pool, &process, &frames);
	if (error == 0)
		error = name_refusal(a, process);
	if (error == 0 && a[0] == TN_KIND_POOL && pool->info.depth + 1 >= 16)
		error = TN_EOVERFLOW;
	if (error == 0)
		error = model_supply_refusal(pool, a[2], frames, &value);
	if (error != 0)
		return model_answer(error, value);
	create_apply(a, pool, process, frames);
	return model_answer(0, MODEL_UNSAID);
}

/* --- ends ----------------------------------------------------------------------------------- */

static bool is_within(const struct model_object *inner, const struct model_object *outer)
{
	for (; inner != NULL; inner = inner->pool)
		if (inner == outer)
			return true;
	return false;
}

static void part_end(struct model_object *o)
{
	if (o->kind == TN_KIND_THREAD)
		model_thread_end(o);
	o->alive = false;
	*o->link = o->next;
	if (o->next != NULL)
		o->next->link = o->link;
	model_put(o->pool, o->frame, false);
}

static void process_end(struct model_object *p)
{
	for (struct model_object *o = model.objects; o != NULL; o = o->next)
		if (o->alive && o->process == p)
			part_end(o);
	for (unsigned i = 0; i < TN_CAPS_PAGES; i++) {
		if (p->caps[i] == NULL)
			continue;
		p->caps[i] = NULL;
		model_put(p->pool, p->caps_frame[i], true);
	}
	model_space_end(p);
	part_end(p);
}

/* All free frames of `from` become to's, known by name. */
static void pour(struct model_object *from, struct model_object *to)
{
	for (uint64_t f = model.first; f < model.first + model.count; f++)
		if (model_frame_at(f)->kind == TN_KIND_FREE && model_frame_at(f)->pool == from)
			model_frame_at(f)->pool = to;
	model_move_account(from, to, from->info.free);
	to->info.move_in_calls++;
}

static void pool_revoke(struct model_object *top)
{
	for (struct model_object *o = model.objects; o != NULL; o = o->next)
		if (o->alive && o->kind == TN_KIND_PROCESS && is_within(o->pool, top))
			process_end(o);
	/* children stand before their parents in the list: new objects are put in front */
	for (struct model_object *o = model.objects; o != NULL; o = o->next)
		if (o->alive && o->kind == TN_KIND_POOL && o != top && is_within(o, top)) {
			pour(o, top);
			part_end(o);
		}
}

struct answer model_revoke(const uint64_t *a)
{
	struct model_cap *pool;
	int error;

	if (a[1] > TN_FLAG_STEP)
		return model_refused(TN_EINVAL);
	error = model_lookup(a[0], TN_CAP_POOL, TN_RIGHT_OWN, &pool);
	if (error == 0 && is_within(model.self->pool, pool->object))
		error = TN_EBUSY;
	if (error != 0)
		return model_refused(error);
	pool_revoke(pool->object);
	pool->object->dying = false;
	return model_answer(0, MODEL_UNSAID);
}

static void object_end(struct model_object *o)
{
	if (o->kind == TN_KIND_PROCESS) {
		process_end(o);
	} else if (o->kind == TN_KIND_POOL) {
		pool_revoke(o);
		pour(o, o->pool);
		part_end(o);
	} else {
		part_end(o);
	}
}

struct answer model_destroy(const uint64_t *a)
{
	struct model_cap *c;
	int error;

	if (a[1] > TN_FLAG_STEP)
		return model_refused(TN_EINVAL);
	error = model_object_lookup(a[0], TN_RIGHT_OWN, &c);
	if (error == 0 && (c->object == model.self || c->object == model.thread ||
			   is_within(model.self->pool, c->object)))
		error = TN_EBUSY;
	if (error != 0)
		return model_refused(error);
	object_end(c->object);
	*model_slot(model.self, a[0]) = (struct model_cap){.type = TN_CAP_NONE};
	return model_answer(0, MODEL_UNSAID);
}

/* With STEP, and not done yet: the object answers EDYING from now on. */
struct answer model_step(const struct model_call *call)
{
	struct model_cap *c;

	if ((call->a[1] & TN_FLAG_STEP) == 0 ||
	    model_object_lookup(call->a[0], TN_RIGHT_OWN, &c) != 0) {
		model_complain("EAGAIN without STEP");
		return model_answer(TN_EAGAIN, MODEL_UNSAID);
	}
	c->object->dying = true;
	return model_answer(TN_EAGAIN, MODEL_UNSAID);
}

/* --- capability calls ----------------------------------------------------------------------- */

static bool is_range(unsigned type)
{
	return type == TN_CAP_FRAMES || type == TN_CAP_DEVICE || type == TN_CAP_IRQ;
}

static int copy_refusal(const struct model_cap *s, const uint64_t *a)
{
	if (s->type == TN_CAP_REPLY)
		return TN_ENOTSUP;
	if (a[3] > TN_RIGHTS_ALL || (a[3] & ~s->rights) != 0)
		return TN_EPERM;
	if (is_range(s->type))
		return a[5] == 0 || model_covers(s, a[4], a[5]) ? 0 : TN_EACCES;
	if (a[5] != 0 || a[4] > UINT32_MAX || (s->type != TN_CAP_ENDPOINT && a[4] != 0))
		return TN_EINVAL;
	return a[4] != 0 && s->badge != 0 ? TN_EPERM : 0;
}

struct answer model_cap_copy(const uint64_t *a)
{
	struct model_cap *s = model_slot(model.self, a[0]), *to, *ignored;
	int error = model_lookup(a[0], s != NULL ? s->type : 0, 0, &ignored);

	if (error == 0)
		error = place_lookup(a[1], a[2], &to);
	if (error == 0 && to->type != TN_CAP_NONE)
		error = TN_EEXIST;
	if (error == 0)
		error = copy_refusal(s, a);
	if (error != 0)
		return model_refused(error);
	*to = *s;
	to->rights = (uint16_t)a[3];
	if (a[5] != 0) {
		to->first = a[4];
		to->count = a[5];
	} else if (s->type == TN_CAP_ENDPOINT && a[4] != 0) {
		to->badge = (uint32_t)a[4];
	}
	return model_answer(0, MODEL_UNSAID);
}

struct answer model_cap_delete(const uint64_t *a)
{
	struct model_cap *c;
	int error = place_lookup(a[0], a[1], &c);

	if (error == 0 && c->type == TN_CAP_NONE)
		error = TN_ENOENT;
	if (error != 0)
		return model_refused(error);
	*c = (struct model_cap){.type = TN_CAP_NONE};
	return model_answer(0, MODEL_UNSAID);
}

struct answer model_cap_revoke(const uint64_t *a)
{
	struct model_cap *c;
	int error = model_object_lookup(a[0], TN_RIGHT_OWN, &c);

	if (error == 0 && c->object->dying)
		error = TN_EDYING;
	if (error != 0)
		return model_refused(error);
	c->life = ++c->object->life;
	return model_answer(0, MODEL_UNSAID);
}

static void info_check(const struct model_cap *c, const uint64_t *utcb)
{
	const struct tn_cap_info *info = (const struct tn_cap_info *)utcb;
	bool range = is_range(c->type);

	if (info->type != c->type || info->rights != c->rights ||
	    info->live != model_cap_is_live(c))
		model_complain("cap_info says type %lu, rights %lu, live %lu",
			       (unsigned long)info->type, (unsigned long)info->rights,
			       (unsigned long)info->live);
	if (range && (info->first != c->first || info->count != c->count))
		model_complain("cap_info says range 0x%lx + %lu", (unsigned long)info->first,
			       (unsigned long)info->count);
	if (model_is_object(c->type) &&
	    (info->frame != c->object->frame || info->badge != c->badge))
		model_complain("cap_info says frame 0x%lx, badge %lu", (unsigned long)info->frame,
			       (unsigned long)info->badge);
}

struct answer model_cap_info(const uint64_t *a, const uint64_t *utcb)
{
	struct model_cap *c;
	int error = place_lookup(a[0], a[1], &c);

	if (error == 0 && c->type == TN_CAP_NONE)
		error = TN_ENOENT;
	if (error != 0)
		return model_refused(error);
	info_check(c, utcb);
	return model_answer(0, c->type + (unsigned)(c->rights << 8) +
				       (model_cap_is_live(c) ? 1u << 16 : 0));
}
