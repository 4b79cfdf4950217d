/*
 * model_talk_threads.c - lines, who runs, and how threads and objects of the model come and go:
 * see model_talk.h.
 */
#include "model_talk_parts.h"

#include <string.h>

#include "crew.h"

/* --- lines ----------------------------------------------------------------------------------- */

void talk_line_push(struct talk_line *l, struct talk_thread *t)
{
	l->who[l->count++] = t;
}

static void line_push_first(struct talk_line *l, struct talk_thread *t)
{
	for (unsigned i = l->count++; i > 0; i--)
		l->who[i] = l->who[i - 1];
	l->who[0] = t;
}

void talk_line_remove(struct talk_line *l, struct talk_thread *t)
{
	unsigned i = 0;

	while (i < l->count && l->who[i] != t)
		i++;
	if (i == l->count)
		fail_msg("%s: the model lost a thread", talk.scene);
	l->count--;
	for (; i < l->count; i++)
		l->who[i] = l->who[i + 1];
}

struct talk_thread *talk_line_shift(struct talk_line *l)
{
	struct talk_thread *t = l->count != 0 ? l->who[0] : NULL;

	if (t != NULL)
		talk_line_remove(l, t);
	return t;
}

/* --- who runs -------------------------------------------------------------------------------- */

static void stand_last(struct talk_thread *t)
{
	t->turn = 0;
	talk_line_push(&talk.ready[t->priority], t);
}

static void stand_first(struct talk_thread *t)
{
	t->turn = talk.turn;
	line_push_first(&talk.ready[t->priority], t);
}

static void wake(struct talk_thread *t)
{
	t->state = TALK_READY;
	t->deadline = TN_ANY;
	t->late = false;
	if (t->priority > talk.current->priority)
		talk.preempts = true;
}

void talk_ready(struct talk_thread *t)
{
	wake(t);
	stand_last(t);
}

void talk_ready_first(struct talk_thread *t)
{
	wake(t);
	stand_first(t);
}

void talk_ready_answered(struct talk_thread *t)
{
	if (t->late)
		talk_ready(t);
	else
		talk_ready_first(t);
}

void talk_set(struct talk_thread *t, unsigned place, uint64_t value)
{
	t->registers[place] = value;
	t->unsaid &= ~(1u << place);
}

void talk_unsay(struct talk_thread *t, unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++)
		t->unsaid |= 1u << i;
}

/* A call whose answer waits in the thread's registers, and says no more. */
static void call_succeeds(struct talk_thread *t)
{
	for (unsigned i = REGISTER_A0; i <= REGISTER_BADGE; i++)
		talk_set(t, i, 0);
}

static void next_goes_on(void)
{
	unsigned p = TN_PRIORITY_MAX;

	while (p > 0 && talk.ready[p].count == 0)
		p--;
	talk.current = talk_line_shift(&talk.ready[p]);
	if (talk.current == NULL)
		fail_msg("%s: nobody is ready", talk.scene);
	if (talk.current->turn != 0 && talk.current->turn != talk.turn && talk.ready[p].count > 0) {
		stand_last(talk.current);
		talk.current = talk_line_shift(&talk.ready[p]);
	}
}

void talk_switch(void)
{
	if (talk.current->state != TALK_READY)
		next_goes_on();
}

static void give_way(void)
{
	stand_last(talk.current);
	next_goes_on();
}

void talk_tick(void)
{
	for (struct talk_thread *t = talk_owed_by(talk.current); t != NULL; t = talk_owed_by(t))
		t->late = true;
	talk.turn++;
	give_way();
}

void talk_preempt(void)
{
	stand_first(talk.current);
	next_goes_on();
}

/* --- ends ------------------------------------------------------------------------------------ */

struct talk_thread *talk_owed_by(const struct talk_thread *t)
{
	for (unsigned i = 0; i < TALK_THREADS; i++) {
		struct talk_thread *w = &talk.threads[i];

		if (w->object.alive && w->state == TALK_WAITS && w->wait.where == TALK_HELD &&
		    w->wait.holder == t)
			return w;
	}
	return NULL;
}

struct talk_thread *talk_ticket_holder(uint64_t ticket)
{
	for (unsigned i = 0; i < TALK_THREADS; i++) {
		struct talk_thread *w = &talk.threads[i];

		if (ticket != 0 && w->object.alive && w->state == TALK_WAITS &&
		    w->wait.where == TALK_SAVED && w->wait.ticket == ticket)
			return w;
	}
	return NULL;
}

static void leave_line(struct talk_thread *t)
{
	if (t->state == TALK_READY && t != talk.current)
		talk_line_remove(&talk.ready[t->priority], t);
	if (t->state == TALK_RECEIVES && t->receives_at != NULL)
		talk_line_remove(&t->receives_at->receivers, t);
	if (t->state == TALK_WAITS && t->wait.where == TALK_QUEUED)
		talk_line_remove(&t->wait.endpoint->senders, t);
	t->receives_at = NULL;
}

static bool was_told_to_wait(const struct talk_thread *t)
{
	return t->state == TALK_RECEIVES || (t->state == TALK_WAITS && t->wait.kind == TALK_CALL);
}

static uint64_t minus(int error)
{
	return (uint64_t) - (int64_t)error;
}

void talk_fail(struct talk_thread *t, int error)
{
	while (t != NULL) {
		struct talk_thread *owed = NULL;

		leave_line(t);
		if (was_told_to_wait(t)) {
			talk_set(t, REGISTER_A0, minus(error));
			talk_ready(t);
		} else {
			t->state = TALK_STOPPED;
			owed = talk_owed_by(t);
		}
		t = owed;
		error = TN_EPEER;
	}
}

void talk_stop(struct talk_thread *t, int error)
{
	struct talk_thread *owed = talk_owed_by(t);

	leave_line(t);
	if (was_told_to_wait(t))
		talk_set(t, REGISTER_A0, minus(error));
	t->state = TALK_STOPPED;
	t->deadline = TN_ANY;
	if (owed != NULL)
		talk_fail(owed, TN_EPEER);
}

static struct talk_thread *earliest(void)
{
	struct talk_thread *found = NULL;

	for (unsigned i = 0; i < TALK_THREADS; i++) {
		struct talk_thread *t = &talk.threads[i];

		if (t->object.alive && t->deadline != TN_ANY &&
		    (found == NULL || t->deadline < found->deadline))
			found = t;
	}
	return found;
}

void talk_timer(void)
{
	struct talk_thread *t;

	while ((t = earliest()) != NULL && t->deadline <= host_clock)
		talk_fail(t, TN_ETIMEDOUT);
	if (host_timer != (t != NULL ? t->deadline : TN_ANY))
		fail_msg("%s: the timer is set to 0x%llx", talk.scene,
			 (unsigned long long)host_timer);
}

static void object_end(struct talk_object *o)
{
	o->alive = false;
	o->life++;
}

static void end_thread(struct talk_thread *t)
{
	talk_stop(t, TN_EPEER);
	object_end(&t->object);
}

static void end_endpoint(struct talk_endpoint *e)
{
	while (e->senders.count != 0)
		talk_fail(e->senders.who[0], TN_EPEER);
	while (e->receivers.count != 0)
		talk_fail(e->receivers.who[0], TN_EPEER);
	object_end(&e->object);
}

void talk_cap_end(struct talk_cap *c)
{
	struct talk_thread *t = c->type == TN_CAP_REPLY ? talk_ticket_holder(c->life) : NULL;

	if (t != NULL)
		talk_fail(t, TN_EPEER);
	*c = (struct talk_cap){.type = TN_CAP_NONE};
}

/* --- the end of a process, youngest part first ----------------------------------------------- */

static struct talk_thread *youngest_thread(const struct talk_process *p)
{
	struct talk_thread *found = NULL;

	for (unsigned i = 0; i < TALK_THREADS; i++) {
		struct talk_thread *t = &talk.threads[i];

		if (t->object.alive && t->process == p &&
		    (found == NULL || t->object.born > found->object.born))
			found = t;
	}
	return found;
}

static struct talk_endpoint *youngest_endpoint(const struct talk_process *p)
{
	struct talk_endpoint *found = NULL;

	for (unsigned i = 0; i < TALK_ENDPOINTS; i++) {
		struct talk_endpoint *e = &talk.endpoints[i];

		if (e->object.alive && e->process == p &&
		    (found == NULL || e->object.born > found->object.born))
			found = e;
	}
	return found;
}

/* Those who wait for a REPLY in its slots are told; there are no slots any more. */
static void end_slots(struct talk_process *p)
{
	for (unsigned i = 0; i < TN_CAPS_SLOTS; i++)
		talk_cap_end(&p->slots[i]);
	p->slotless = true;
}

/* True if there was a part left to take away: of the address space nothing is known here. */
static bool end_process_step(struct talk_process *p)
{
	struct talk_thread *t = youngest_thread(p);
	struct talk_endpoint *e = youngest_endpoint(p);
	bool slotless = p->slotless;

	p->dying = true;
	if (t != NULL)
		end_thread(t);
	else if (e != NULL)
		end_endpoint(e);
	if (youngest_thread(p) == NULL && youngest_endpoint(p) == NULL && !slotless)
		end_slots(p);
	return !slotless;
}

static void end_process(struct talk_process *p)
{
	while (end_process_step(p))
		;
	object_end(&p->object);
}

/* --- slots ----------------------------------------------------------------------------------- */

struct talk_cap *talk_slot(struct talk_process *p, uint64_t slot)
{
	return slot < TN_CAPS_SLOTS && !p->slotless ? &p->slots[slot] : NULL;
}

bool talk_is_live(const struct talk_cap *c)
{
	if (c->type == TN_CAP_REPLY)
		return talk_ticket_holder(c->life) != NULL;
	return c->object == NULL || (c->object->alive && c->object->life == c->life);
}

int talk_lookup(uint64_t slot, uint64_t type, uint64_t rights, struct talk_cap **cap)
{
	struct talk_cap *c = talk_slot(talk.current->process, slot);

	*cap = c;
	if (c == NULL)
		return TN_ERANGE;
	if (c->type == TN_CAP_NONE)
		return TN_ENOENT;
	if (c->type != type)
		return TN_EBADF;
	if ((c->rights & rights) != rights)
		return TN_EPERM;
	return type != TN_CAP_REPLY && !talk_is_live(c) ? TN_ESTALE : 0;
}

/* A slot of the caller, or of a process that it manages. */
static int place_lookup(uint64_t process, uint64_t slot, bool used, struct talk_cap **cap)
{
	struct talk_process *p = talk.current->process;
	struct talk_cap *c;
	int error;

	if (process != TN_SELF) {
		error = talk_lookup(process, TN_CAP_PROCESS, TN_PROCESS_MANAGE, &c);
		if (error != 0)
			return error;
		p = (struct talk_process *)c->object;
	}
	if (p->dying)
		return TN_EDYING;
	*cap = talk_slot(p, slot);
	if (*cap == NULL)
		return TN_ERANGE;
	if (((*cap)->type != TN_CAP_NONE) != used)
		return used ? TN_ENOENT : TN_EEXIST;
	return 0;
}

static int control_lookup(uint64_t slot, struct talk_thread **t)
{
	struct talk_cap *c;
	int error = talk_lookup(slot, TN_CAP_THREAD, TN_THREAD_CONTROL, &c);

	if (error != 0)
		return error;
	*t = (struct talk_thread *)c->object;
	return (*t)->process->dying ? TN_EDYING : 0;
}

/* Who goes on at once finds the answer in its registers, as after any other call. */
static int yield(void)
{
	struct talk_thread *t = talk.current;

	give_way();
	if (talk.current != t)
		call_succeeds(t);
	return 0;
}

/* --- calls about threads --------------------------------------------------------------------- */

static int info(const uint64_t *a)
{
	const struct tn_thread_info *seen = (const void *)talk.current->kernel->utcb->words;
	struct talk_thread *t;
	int error = control_lookup(a[0], &t);

	if (error != 0)
		return error;
	talk.words_written = true;
	if (seen->state != talk_kernel_state(t) || seen->signals != t->signals)
		fail_msg("%s: thread_info says state %u", talk.scene, (unsigned)seen->state);
	return 0;
}

static int resume(const uint64_t *a)
{
	struct talk_thread *t;
	int error = control_lookup(a[0], &t);

	if (error != 0)
		return error;
	if (!t->has_utcb)
		return TN_EINVAL;
	if (t->state == TALK_STOPPED)
		talk_ready(t);
	return 0;
}

static int suspend(const uint64_t *a)
{
	struct talk_thread *t;
	int error = control_lookup(a[0], &t);

	if (error != 0)
		return error;
	talk_stop(t, TN_EINTR);
	if (t != talk.current)
		return 0;
	call_succeeds(t);
	talk_switch();
	return 0;
}

static void priority_set(struct talk_thread *t, uint32_t priority)
{
	if (t != talk.current && t->state == TALK_READY) {
		talk_line_remove(&talk.ready[t->priority], t);
		t->priority = priority;
		talk_ready(t);
		return;
	}
	t->priority = priority;
	for (unsigned p = priority + 1; t == talk.current && p <= TN_PRIORITY_MAX; p++)
		talk.preempts |= talk.ready[p].count != 0;
}

/* With a fault endpoint: which. Frames and addresses are not followed: they are right. */
static int configure_lookup(const uint64_t *a, struct talk_thread **t, struct talk_cap *fault)
{
	const struct tn_thread_config *config = (const void *)talk.current->utcb.words;
	struct talk_cap *c;
	int error;

	if (a[1] > 15 || ((a[1] & TN_CONFIGURE_PRIORITY) && config->priority > TN_PRIORITY_MAX))
		return TN_EINVAL;
	error = talk_lookup(a[0], TN_CAP_THREAD, TN_THREAD_CONTROL, &c);
	if (error != 0)
		return error;
	*t = (struct talk_thread *)c->object;
	*fault = (struct talk_cap){.type = TN_CAP_NONE};
	if ((a[1] & TN_CONFIGURE_FAULT) && a[5] != TN_NONE) {
		error = talk_lookup(a[5], TN_CAP_ENDPOINT, TN_ENDPOINT_SEND, &c);
		*fault = *c;
	}
	return error;
}

static int configure(const uint64_t *a)
{
	const struct tn_thread_config *config = (const void *)talk.current->utcb.words;
	struct talk_thread *t;
	struct talk_cap fault;
	int error = configure_lookup(a, &t, &fault);

	if (error != 0)
		return error;
	if (t->process->dying)
		return TN_EDYING;
	if ((a[1] & (TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB)) && t->state != TALK_STOPPED)
		return TN_EBUSY;
	if ((a[1] & TN_CONFIGURE_PRIORITY) && config->priority > t->process->ceiling)
		return TN_EPERM;
	if ((a[1] & TN_CONFIGURE_FAULT) && t->kernel == thread_boot)
		return TN_EPERM;
	if (a[1] & TN_CONFIGURE_UTCB) {
		t->has_utcb = true;
		memcpy(&t->utcb, host_memory(a[3]), sizeof(t->utcb));
	}
	for (unsigned i = 0; (a[1] & TN_CONFIGURE_REGISTERS) && i < 32; i++)
		talk_set(t, i, i == 0 ? config->pc : config->registers[i - 1]);
	if (a[1] & TN_CONFIGURE_FAULT)
		t->fault = fault;
	if (a[1] & TN_CONFIGURE_PRIORITY)
		priority_set(t, (uint32_t)config->priority);
	return 0;
}

/* --- calls about objects --------------------------------------------------------------------- */

static int create(const uint64_t *a)
{
	struct talk_cap *c, *place;
	struct talk_process *p;
	uint32_t frame;
	int error = talk_lookup(a[1], TN_CAP_PROCESS, TN_PROCESS_MANAGE, &c);

	if (error != 0)
		return error;
	p = (struct talk_process *)c->object;
	if (p->dying)
		return TN_EDYING;
	place = talk_slot(talk.current->process, a[4]);
	if (place == NULL || place->type != TN_CAP_NONE)
		return place == NULL ? TN_ERANGE : TN_EEXIST;
	frame = talk.current->process->kernel->directory[0][a[4]].frame;
	*place = (struct talk_cap){.type = a[0], .rights = TN_RIGHTS_ALL};
	place->object = a[0] == TN_KIND_THREAD ? &talk_thread_add(frame, p)->object
					       : &talk_endpoint_add(frame, p)->object;
	place->life = place->object->life;
	return 0;
}

/* One step of it, or all. */
static int process_destroy(struct talk_process *p, uint64_t flags, int64_t got)
{
	if (p == talk.current->process)
		return TN_EBUSY;
	if ((flags & TN_FLAG_STEP) && (end_process_step(p) || got != 0))
		return TN_EAGAIN;
	end_process(p);
	return 0;
}

static int destroy(const uint64_t *a, int64_t got)
{
	struct talk_cap *c = talk_slot(talk.current->process, a[0]);
	bool known = c != NULL && c->type >= TN_CAP_PROCESS && c->type <= TN_CAP_ENDPOINT;
	int error = a[1] > TN_FLAG_STEP ? TN_EINVAL : 0;

	if (error == 0)
		error = talk_lookup(a[0], known ? c->type : TN_CAP_THREAD, TN_RIGHT_OWN, &c);
	if (error != 0)
		return error;
	if (c->object == &talk.current->object)
		return TN_EBUSY;
	if (c->type == TN_CAP_PROCESS)
		error = process_destroy((struct talk_process *)c->object, a[1], got);
	else if (c->type == TN_CAP_THREAD)
		end_thread((struct talk_thread *)c->object);
	else
		end_endpoint((struct talk_endpoint *)c->object);
	if (error == 0)
		*c = (struct talk_cap){.type = TN_CAP_NONE};
	return error;
}

/* The pool of server or client, whose only process ends with it. The pool itself stays. */
static int pool_revoke(const uint64_t *a)
{
	struct talk_process *p = &talk.processes[a[0] == CREW_SERVER_POOL ? 1 : 2];

	if (p->object.alive)
		end_process(p);
	return 0;
}

static int cap_copy(const uint64_t *a)
{
	struct talk_cap *c = talk_slot(talk.current->process, a[0]), *place;
	int error = talk_lookup(a[0], c != NULL ? c->type : TN_CAP_NONE, 0, &c);

	if (error == 0)
		error = place_lookup(a[1], a[2], false, &place);
	if (error != 0)
		return error;
	if (c->type == TN_CAP_REPLY)
		return TN_ENOTSUP;
	if ((a[3] & ~c->rights) != 0)
		return TN_EPERM;
	if (a[4] != 0 && c->type != TN_CAP_ENDPOINT)
		return TN_EINVAL;
	if (a[4] != 0 && c->badge != 0)
		return TN_EPERM;
	*place = *c;
	place->rights = a[3];
	place->badge = a[4] != 0 ? (uint32_t)a[4] : c->badge;
	return 0;
}

static int cap_delete(const uint64_t *a)
{
	struct talk_cap *c;
	int error = place_lookup(a[0], a[1], true, &c);

	if (error == 0)
		talk_cap_end(c);
	return error;
}

/* Who waits there goes on waiting: the owner may still answer. */
static int cap_revoke(const uint64_t *a)
{
	struct talk_cap *c = talk_slot(talk.current->process, a[0]);
	bool known = c != NULL && c->type >= TN_CAP_PROCESS && c->type <= TN_CAP_ENDPOINT;
	int error = talk_lookup(a[0], known ? c->type : TN_CAP_THREAD, TN_RIGHT_OWN, &c);

	if (error != 0)
		return error;
	if (c->type == TN_CAP_PROCESS && ((struct talk_process *)c->object)->dying)
		return TN_EDYING;
	c->life = ++c->object->life;
	return 0;
}

/* Pages are not followed: of a process that lives they are right. */
static int unmap(const uint64_t *a)
{
	struct talk_cap *c;
	int error = talk_lookup(a[0], TN_CAP_PROCESS, TN_PROCESS_MAP, &c);

	if (error != 0)
		return error;
	return ((struct talk_process *)c->object)->dying ? TN_EDYING : 0;
}

static int leave(const uint64_t *a)
{
	talk_fault(TN_LABEL_EXIT, a[0], 0, 0);
	return 0;
}

int talk_call_about_threads(uint64_t number, const uint64_t *a, int64_t got)
{
	switch (number) {
	case TN_CALL_YIELD:
		return yield();
	case TN_CALL_UNMAP:
		return unmap(a);
	case TN_CALL_THREAD_INFO:
		return info(a);
	case TN_CALL_THREAD_CONFIGURE:
		return configure(a);
	case TN_CALL_THREAD_RESUME:
		return resume(a);
	case TN_CALL_THREAD_SUSPEND:
		return suspend(a);
	case TN_CALL_THREAD_EXIT:
		return leave(a);
	case TN_CALL_CREATE:
		return create(a);
	case TN_CALL_DESTROY:
		return destroy(a, got);
	case TN_CALL_POOL_REVOKE:
		return pool_revoke(a);
	case TN_CALL_CAP_COPY:
		return cap_copy(a);
	case TN_CALL_CAP_DELETE:
		return cap_delete(a);
	case TN_CALL_CAP_REVOKE:
		return cap_revoke(a);
	default:
		return TN_ENOSYS;
	}
}
