/*
 * limits.c - what a program cannot have or do: every request and call that is to be refused is
 * refused with the error that is documented, and changes nothing.
 *
 * Its children `limits pages` and `limits tables` touch more pages, or pages further apart, than
 * their quotas pay; `limits holes` is refused in the middle of a request.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/user.h>

#include "check.h"
#include "workers.h"

#define BIT ((uint64_t)1)
#define BASE 0x1800000000ul
#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define GIB ((uint64_t)1 << 30)

static const uint64_t none[TN_MESSAGE_REGISTERS];
static unsigned refusals;

/* The answer is this error. */
static void refused(int64_t answer, enum tn_error error, const char *what)
{
	refusals++;
	if (answer == -(int64_t)error)
		return;
	printf("FAILED: %s answered %s, should be %s\n", what, tn_error_name(answer),
	       tn_error_name(error));
	exit(EXIT_FAILURE);
}

static int64_t raw(uint64_t info)
{
	struct tn_message answer = tn_call(TN_CLIENT_MM, info, none);

	return answer.code != 0 ? answer.code : -(int64_t)TN_INFO_LABEL(answer.info);
}

static void try_messages(void)
{
	refused(raw(TN_INFO(TN_MM_PRINT, TN_MESSAGE_WORDS + 1)), TN_EINVAL, "a long message");
	refused(raw(TN_INFO(TN_LABEL_FAULT, 3)), TN_EINVAL, "a label of the kernel");
	refused(raw(TN_INFO(0, 0)), TN_ENOSYS, "request 0");
	refused(raw(TN_INFO(1000, 0)), TN_ENOSYS, "request 1000");
	refused(raw(TN_INFO_WITH(TN_MM_ASK_VERSION, 0, TN_CLIENT_THREAD)), TN_EPERM,
		"a capability for mm");
	refused(tn_request_text(TN_MM_PRINT, 0, 0, 0, 0, 0).code, TN_OK, "no text");
	refused(tn_request(TN_MM_PRINT, 0, 0, 0, 0, 9).code, TN_EINVAL, "text that is not there");
	refused(tn_reply(TN_INFO(0, 0), none).code, TN_EPEER, "a reply to nobody");
	refused(tn_save_reply(200).code, TN_EPEER, "save_reply without a caller");
	refused(tn_reply_to(200, TN_INFO(0, 0), none).code, TN_ENOENT, "a reply by an empty slot");
	refused(tn_recv(TN_CLIENT_MM).code, TN_EPERM, "recv where others receive");
}

/* Deadlines that have passed: nobody waits. */
static void try_deadlines(void)
{
	uint64_t number, endpoint = check_done(tn_endpoint_create(&number), "endpoint create");
	uint64_t start = tn_clock(), soon = start + tn_client->timebase / 50;

	tn_own_utcb()->deadline = 0;
	refused(tn_recv_timed(TN_NONE).code, TN_ETIMEDOUT, "a receive until tick 0");
	refused(tn_recv_timed(endpoint).code, TN_ETIMEDOUT,
		"a receive at an endpoint until tick 0");
	tn_own_utcb()->deadline = start;
	refused(tn_recv_timed(endpoint).code, TN_ETIMEDOUT, "a receive until just now");
	tn_own_utcb()->deadline = soon;
	refused(tn_recv_timed(endpoint).code, TN_ETIMEDOUT, "a receive until soon");
	check(tn_clock() >= soon, "a receive waits for its deadline");
	tn_own_utcb()->deadline = TN_ANY;
	check(tn_await_signals_until(BIT, 0) == 0, "no signal has come");
	check_done(tn_signal(TN_CLIENT_THREAD, BIT).code, "signal");
	check(tn_await_signals_until(BIT, 0) == BIT, "a signal comes before a deadline");
	start = tn_microseconds();
	tn_sleep_ms(20);
	check(tn_microseconds() - start >= 20000, "20 ms of sleep are not less");
	check_done(tn_endpoint_destroy(endpoint, number), "endpoint destroy");
}

static void try_dead_endpoint(void)
{
	uint64_t number, own = check_done(tn_endpoint_create(&number), "endpoint create");
	uint64_t slot = check_done(tn_connect(tn_client->pid, number), "connect");

	refused(tn_send(slot, TN_INFO(1, 0), none).code, TN_EAGAIN, "send, nobody waits");
	check_done(tn_request(TN_MM_ENDPOINT_DESTROY, number, 0, 0, 0, 0).code, "destroy");
	refused(tn_call(slot, TN_INFO(1, 0), none).code, TN_ESTALE, "call of a dead endpoint");
	refused(tn_send(slot, TN_INFO(1, 0), none).code, TN_ESTALE, "send to a dead endpoint");
	refused(tn_recv(own).code, TN_ESTALE, "recv from a dead endpoint");
	refused(tn_endpoint_destroy(own, number), TN_ENOENT, "a second destroy");
	refused(tn_connect(tn_client->pid, number), TN_ENOENT, "connect to a dead endpoint");
	refused(tn_connect(tn_client->pid, 1000), TN_ENOENT, "connect to endpoint 1000");
	refused(tn_connect(0, 0), TN_ENOENT, "connect to process 0");
	tn_slot_put(own);
	tn_slot_put(slot);
}

static void try_endpoints(void)
{
	uint64_t slots[TN_CLIENT_ENDPOINTS], numbers[TN_CLIENT_ENDPOINTS], number;

	for (unsigned i = 0; i < TN_CLIENT_ENDPOINTS; i++)
		slots[i] = check_done(tn_endpoint_create(&numbers[i]), "endpoint create");
	refused(tn_endpoint_create(&number), TN_EAGAIN, "one endpoint too many");
	for (unsigned i = 0; i < TN_CLIENT_ENDPOINTS; i++)
		check_done(tn_endpoint_destroy(slots[i], numbers[i]), "endpoint destroy");
	refused(tn_request(TN_MM_ENDPOINT_CREATE, TN_CLIENT_MM, 0, 0, 0, 0).code, TN_EINVAL,
		"an endpoint in mm's slot");
	refused(tn_request(TN_MM_ENDPOINT_CREATE, TN_CLIENT_SLOTS, 0, 0, 0, 0).code, TN_EINVAL,
		"an endpoint in no slot");
}

static void try_threads(void)
{
	unsigned count;
	int64_t error = workers_fill(&count);

	refused(error, TN_EAGAIN, "one thread too many");
	check(count == TN_CLIENT_THREADS - 1, "16 threads are allowed");
	refused(tn_request(TN_MM_THREAD_END, 0, TN_CLIENT_THREAD, 0, 0, 0).code, TN_EBUSY,
		"the first thread's end");
	refused(tn_request(TN_MM_THREAD_END, 5, 9, 0, 0, 0).code, TN_ENOENT, "no thread's end");
	refused(tn_request(TN_MM_THREAD_CREATE, TN_CLIENT_END, 0, 0, 0, 100).code, TN_EINVAL,
		"a thread beyond the end");
	refused(tn_request(TN_MM_THREAD_CREATE, 0x10000, 0, 0, 0, TN_CLIENT_THREAD).code, TN_EINVAL,
		"a thread in a fixed slot");
}

static int64_t map(uint64_t address, uint64_t pages, uint64_t flags)
{
	int64_t error;

	tn_map_memory((void *)address, pages, flags, &error);
	return error;
}

static void try_memory(void)
{
	unsigned count = 0;
	int64_t error;

	while ((error = map(BASE + count * 2 * PAGE, 1, TN_MM_WRITE)) == 0)
		count++;
	refused(error, TN_EOVERFLOW, "one region too many");
	refused(map(BASE + PAGE, 1, TN_MM_EXECUTE), TN_EOVERFLOW, "one in between");
	refused(map(BASE + PAGE, tn_client->user_quota, TN_MM_WRITE | TN_MM_POPULATE), TN_EEXIST,
		"one across others");
	check_done(tn_unmap_memory((void *)BASE, 2 * count), "unmap");
	check_done(map(BASE, 1, TN_MM_WRITE), "map");
	refused(map(BASE, 1, TN_MM_WRITE), TN_EEXIST, "a second map");
	check_done(tn_unmap_memory((void *)BASE, 1), "unmap");
	refused(map(BASE + 1, 1, TN_MM_WRITE), TN_EINVAL, "an odd address");
	refused(map(BASE, 0, TN_MM_WRITE), TN_EINVAL, "no page");
	refused(map(BASE, 1, TN_MM_WRITE | TN_MM_EXECUTE), TN_EINVAL, "write and execute");
	refused(map(PAGE, 1, 0), TN_EFAULT, "a page in the image");
	refused(map(TN_CLIENT_HIGH, 1, 0), TN_EFAULT, "a page of mm's");
	refused(map(BASE, tn_client->user_quota + 1, TN_MM_POPULATE), TN_ENOMEM, "the user quota");
	refused(tn_refill(tn_client->pool_quota + 1), TN_ENOMEM, "the pool's quota");
	refused(tn_protect_memory((void *)BASE, 1, 0), TN_ENOENT, "protect of nothing");
	refused(tn_offer((void *)BASE, 1, tn_client->pid, 0), TN_ENOENT, "an offer of nothing");
}

static int64_t spawn(const char *text, uint64_t pool_quota, uint64_t user_quota, uint64_t priority)
{
	return tn_spawn(text, pool_quota, user_quota, priority);
}

static void wait_for_any(void *argument)
{
	*(int64_t *)argument = tn_wait(0, NULL);
}

/* A wait that is sent, not called, has nobody to be told; a second one finds the place taken. */
static void try_waits(void)
{
	uint64_t child = check_done(spawn("crowd child", 24, 64, tn_client->priority), "spawn");
	struct tn_thread waiter;
	int64_t first = 0;

	check_done(tn_send(TN_CLIENT_MM, TN_INFO(TN_MM_WAIT, 1), none).code, "send of a wait");
	check_done(tn_thread_start(&waiter, wait_for_any, &first), "thread start");
	for (unsigned i = 0; i < 100; i++)
		tn_yield();
	refused(tn_wait(0, NULL), TN_EBUSY, "a second wait");
	check_done(tn_stop(child), "stop");
	tn_thread_join(&waiter);
	check_done(first, "wait");
}

static void try_children(void)
{
	const uint64_t priority = tn_client->priority;

	refused(spawn("nobody", 24, 64, priority), TN_ENOENT, "no such program");
	refused(spawn("hello", 24, 64, priority + 1), TN_EPERM, "a priority above one's own");
	refused(spawn("hello", tn_client->pool_quota, 64, priority), TN_ENOMEM, "the whole quota");
	refused(spawn("hello", 24, tn_client->user_quota, priority), TN_ENOMEM, "all memory");
	refused(spawn("hello", 4, 64, priority), TN_ENOMEM, "too few kernel frames");
	refused(spawn("hello", 24, 2, priority), TN_ENOMEM, "too few user frames");
	refused(spawn("a-name-of-more-than-23-bytes", 24, 64, priority), TN_EINVAL, "a long name");
	refused(tn_wait(0, NULL), TN_ENOENT, "a wait without children");
	refused(tn_wait(tn_client->pid, NULL), TN_ENOENT, "a wait for oneself");
	refused(tn_stop(tn_client->pid), TN_ENOENT, "a stop of oneself");
	try_waits();
}

/* --- quotas, spent by touching what was promised ----------------------------------------------- */

/* As `limits pages` and `limits tables`: does not come back. */
static void touch(uint64_t stride)
{
	for (uint64_t i = 0; i < 40; i++) {
		check_done(map(BASE + i * stride, stride == PAGE ? 1 : 2, TN_MM_WRITE), "map");
		*(volatile uint64_t *)(BASE + i * stride) = i;
	}
}

static void try_holes(void)
{
	struct tn_ended ended;

	check_done(spawn("limits holes", 40, 2300, tn_client->priority), "spawn");
	check_done(tn_wait(0, &ended), "wait");
	check(ended.reason == TN_MM_END_EXIT && ended.code == 0, "the child was content");
}

static void try_quota(const char *text, uint64_t pool_quota, uint64_t user_quota)
{
	uint64_t pid = check_done(spawn(text, pool_quota, user_quota, tn_client->priority),
				  "spawn");
	struct tn_ended ended;

	check_done(tn_wait(pid, &ended), "wait");
	check(ended.reason == TN_MM_END_MEMORY, "a quota that is spent ends the program");
}

static void spend_tables(uint64_t stride)
{
	int64_t error;

	for (uint64_t va = BASE;
	     (error = map(va, 1, TN_MM_WRITE | TN_MM_POPULATE)) == 0 || error == -TN_EEXIST;)
		va += stride;
	refused(error, TN_ENOMEM, "more page tables");
}

/* As `limits holes`: an unmap that fails midway leaves a hole in what is offered. */
static int make_holes(void)
{
	const uint64_t half = 512, own = tn_client->pid;
	int64_t error;
	volatile uint64_t *copy,
		*memory = tn_map_memory(NULL, 2 * half, TN_MM_WRITE | TN_MM_LARGE | TN_MM_POPULATE,
					&error);

	check_done(error, "map of large pages");
	memory[0] = 1;
	check_done(tn_offer((void *)memory, 2 * half, own, 0), "offer to oneself");
	copy = tn_attach(own, (void *)memory, 2 * half, NULL, 0, &error);
	check_done(error, "attach of large pages");
	check(copy[0] == 1, "what is attached is the same");
	check_done(tn_unmap_memory((void *)copy, 2 * half), "unmap");
	spend_tables(GIB); /* two page tables each, then one */
	spend_tables(GIB / 512);
	refused(tn_unmap_memory((void *)memory, half + half / 2), TN_ENOMEM, "a cut, unpaid");
	(void)tn_attach(own, (void *)memory, 2 * half, NULL, 0, &error);
	check(error == 0 || error == -TN_ENOMEM, "a hole is filled, or too expensive");
	return 0;
}

static int child(const char *name)
{
	if (strcmp(name, "holes") == 0)
		return make_holes();
	touch(strcmp(name, "pages") == 0 ? PAGE : GIB);
	return 0;
}

int main(int argc, char **argv)
{
	struct tn_mm_statistics before, after;

	if (argc > 1)
		return child(argv[1]);
	try_quota("limits pages", 64, 32);
	try_quota("limits tables", 24, 128);
	try_holes();
	try_threads(); /* their stacks are malloc's, which keeps them */
	check_done(tn_statistics(0, &before), "statistics");
	try_messages();
	try_deadlines();
	try_dead_endpoint();
	try_endpoints();
	try_memory();
	try_children();
	check_done(tn_statistics(0, &after), "statistics");
	check(after.user_frames == before.user_frames && after.pool_used <= before.pool_used,
	      "refusals cost nothing");
	printf("%u requests were refused as documented\n", refusals);
	return 0;
}
