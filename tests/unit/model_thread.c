/*
 * model_thread.c - threads of the model as objects: their UTCB, a frame that is mapped and pinned,
 * registers, signals, and whether they may run.
 */
#include "model_parts.h"
#include "thread.h"

#include <string.h>

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define ALL                                                                                        \
	(TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB | TN_CONFIGURE_FAULT | TN_CONFIGURE_PRIORITY)

void model_thread_end(struct model_object *t)
{
	if (t->utcb != 0)
		model_frame_at(t->utcb)->refs--;
	t->utcb = 0;
}

static int thread_lookup(uint64_t slot, unsigned right, struct model_object **t)
{
	struct model_cap *c;
	int error = model_lookup(slot, TN_CAP_THREAD, right, &c);

	if (error != 0)
		return error;
	*t = c->object;
	return (*t)->process->dying ? TN_EDYING : 0;
}

/* --- configure ------------------------------------------------------------------------------- */

static int shape_refusal(const uint64_t *a, const struct tn_thread_config *config)
{
	if ((a[1] & ~(uint64_t)ALL) != 0 || a[4] % PAGE != 0)
		return TN_EINVAL;
	if ((a[1] & TN_CONFIGURE_PRIORITY) && config->priority > TN_PRIORITY_MAX)
		return TN_EINVAL;
	return (a[1] & TN_CONFIGURE_UTCB) && a[4] >= model_user_end() ? TN_EFAULT : 0;
}

static int caps_lookup(const uint64_t *a, struct model_object **t, struct model_cap **frames)
{
	struct model_cap *c;
	int error = model_lookup(a[0], TN_CAP_THREAD, TN_THREAD_CONTROL, &c);

	if (error != 0)
		return error;
	*t = c->object;
	if (a[1] & TN_CONFIGURE_UTCB)
		error = model_lookup(a[2], TN_CAP_FRAMES, TN_FRAMES_READ | TN_FRAMES_WRITE, frames);
	if (error == 0 && (a[1] & TN_CONFIGURE_FAULT) && a[5] != TN_NONE)
		error = model_lookup(a[5], TN_CAP_ENDPOINT, TN_ENDPOINT_SEND, &c);
	return error;
}

static int state_refusal(const struct model_object *t, const uint64_t *a,
			 const struct tn_thread_config *config)
{
	if (t->process->dying)
		return TN_EDYING;
	if ((a[1] & (TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB)) && t->ready)
		return TN_EBUSY;
	if ((a[1] & TN_CONFIGURE_PRIORITY) && config->priority > t->process->ceiling)
		return TN_EPERM;
	if ((a[1] & TN_CONFIGURE_FAULT) && t->frame == thread_boot->self)
		return TN_EPERM;
	if ((a[1] & TN_CONFIGURE_UTCB) && a[3] - model.window_first >= model.window_count)
		return TN_ENOTSUP;
	return 0;
}

struct answer model_thread_configure(const uint64_t *a, const uint64_t *utcb)
{
	const struct tn_thread_config *config = (const struct tn_thread_config *)utcb;
	struct model_cap *frames = NULL;
	struct model_object *t;
	struct answer r;
	int error = shape_refusal(a, config);

	if (error == 0)
		error = caps_lookup(a, &t, &frames);
	if (error == 0)
		error = state_refusal(t, a, config);
	if (error != 0)
		return model_refused(error);
	if (a[1] & TN_CONFIGURE_UTCB) {
		r = model_map_frame(t->process, frames, a[4], a[3]);
		if (r.code != 0)
			return r;
		model_thread_end(t);
		t->utcb = a[3];
		model_frame_at(a[3])->refs++;
	}
	if (a[1] & TN_CONFIGURE_REGISTERS)
		memcpy(t->registers, &config->pc, sizeof(t->registers));
	return model_answer(0, 0);
}

/* --- the rest -------------------------------------------------------------------------------- */

struct answer model_thread_resume(const uint64_t *a)
{
	struct model_object *t;
	int error = thread_lookup(a[0], TN_THREAD_CONTROL, &t);

	if (error == 0 &&
	    (t->utcb == 0 || model_table_find(t->process, model.levels - 1, 0) == NULL))
		error = TN_EINVAL;
	if (error == 0)
		t->ready = true;
	return model_refused(error);
}

struct answer model_thread_suspend(const uint64_t *a)
{
	struct model_object *t;
	int error = thread_lookup(a[0], TN_THREAD_CONTROL, &t);

	if (error == 0)
		t->ready = false;
	return model_refused(error);
}

struct answer model_thread_info(const uint64_t *a, const uint64_t *utcb)
{
	const struct tn_thread_info *info = (const struct tn_thread_info *)utcb;
	struct model_object *t;
	int error = thread_lookup(a[0], TN_THREAD_CONTROL, &t);
	uint64_t state;

	if (error != 0)
		return model_refused(error);
	state = t->ready ? TN_THREAD_RUNNING : TN_THREAD_STOPPED;
	if (info->state != state || info->signals != t->signals)
		model_complain("thread_info: state %lu, signals 0x%lx, not %lu, 0x%lx",
			       (unsigned long)info->state, (unsigned long)info->signals,
			       (unsigned long)state, (unsigned long)t->signals);
	if (t != model.thread && memcmp(&info->pc, t->registers, sizeof(t->registers)) != 0)
		model_complain("thread_info: other registers");
	return model_answer(0, state);
}

struct answer model_signal(const uint64_t *a)
{
	struct model_object *t;
	int error = thread_lookup(a[0], TN_THREAD_SIGNAL, &t);

	if (error == 0)
		t->signals |= a[1];
	return model_refused(error);
}
