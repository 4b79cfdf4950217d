/*
 * protocol.c - the whole protocol: each request with each of its documented errors, in tables, one
 * for each state of things that the errors need. `protocol untyped`: the requests that are optional.
 *
 * The words of a row may name what the program makes before: a pid, a slot, an address.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/user.h>

#include "check.h"
#include "workers.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define BASE 0x1800000000ul
#define OTHER (BASE + 1024 * PAGE)
#define WRITE TN_MM_WRITE
#define NOW (TN_MM_WRITE | TN_MM_POPULATE)
#define OUTSIDE 0x10000ul
#define FAR ((uint64_t)1 << 40)

/* In the place of a word: what is known only when the program runs. */
enum { OWN_PID = 0x5eed0000, QUOTA_POOL, QUOTA_USER, ABOVE, MAKE_SLOT, ENDPOINT_SLOT };

struct row {
	const char *what;
	enum tn_mm_request request;
	uint64_t words[TN_MESSAGE_REGISTERS];
	int64_t error;
};

static uint64_t endpoint_slot;
static unsigned answered;

static uint64_t word(uint64_t w)
{
	switch (w) {
	case OWN_PID:
		return tn_client->pid;
	case QUOTA_POOL:
		return tn_client->pool_quota;
	case QUOTA_USER:
		return tn_client->user_quota;
	case ABOVE:
		return tn_client->priority + 1;
	case MAKE_SLOT:
		return 200;
	case ENDPOINT_SLOT:
		return endpoint_slot;
	default:
		return w;
	}
}

static void expect(int64_t got, int64_t error, const char *what)
{
	answered++;
	if (got == -error)
		return;
	printf("FAILED: %s answered %s, should be %s\n", what, tn_error_name(got),
	       tn_error_name(error));
	exit(EXIT_FAILURE);
}

static void expect_row(const struct row *row)
{
	uint64_t w[TN_MESSAGE_REGISTERS];

	for (unsigned i = 0; i < TN_MESSAGE_REGISTERS; i++)
		w[i] = word(row->words[i]);
	expect(tn_request(row->request, w[0], w[1], w[2], w[3], w[4]).code, row->error, row->what);
}

#define EXPECT(rows)                                                                               \
	for (unsigned i_ = 0; i_ < sizeof(rows) / sizeof((rows)[0]); i_++)                         \
	expect_row(&(rows)[i_])

/* --- memory ------------------------------------------------------------------------------------ */

static const struct row memory[] = {
	{"unmap at an odd address", TN_MM_UNMAP, {BASE + 1, 1}, TN_EINVAL},
	{"unmap of no page", TN_MM_UNMAP, {BASE, 0}, TN_EINVAL},
	{"unmap of the image", TN_MM_UNMAP, {OUTSIDE, 1}, TN_EFAULT},
	{"unmap of the stack", TN_MM_UNMAP, {TN_CLIENT_STACK_TOP - PAGE, 1}, TN_EFAULT},
	{"unmap of nothing", TN_MM_UNMAP, {BASE, 4}, TN_OK},
	{"map", TN_MM_MAP, {BASE, 8, NOW}, TN_OK},
	{"map across it", TN_MM_MAP, {BASE + 7 * PAGE, 2, 0}, TN_EEXIST},
	{"map above the user quota", TN_MM_MAP, {OTHER, QUOTA_USER, NOW}, TN_ENOMEM},
	{"map to write and execute", TN_MM_MAP, {OTHER, 1, 3}, TN_EINVAL},
	{"map with an unknown flag", TN_MM_MAP, {OTHER, 1, 16}, TN_EINVAL},
	{"map in the image", TN_MM_MAP, {OUTSIDE, 1, 0}, TN_EFAULT},
	{"map anywhere, more than there is", TN_MM_MAP, {0, TN_CLIENT_HIGH / PAGE, 0}, TN_ENOMEM},
	{"protect at an odd address", TN_MM_PROTECT, {BASE + 8, 1, 0}, TN_EINVAL},
	{"protect of no page", TN_MM_PROTECT, {BASE, 0, 0}, TN_EINVAL},
	{"protect with an unknown flag", TN_MM_PROTECT, {BASE, 1, TN_MM_POPULATE}, TN_EINVAL},
	{"protect to write and execute", TN_MM_PROTECT, {BASE, 1, 3}, TN_EINVAL},
	{"protect of the image", TN_MM_PROTECT, {OUTSIDE, 1, 0}, TN_EFAULT},
	{"protect beyond a region", TN_MM_PROTECT, {BASE, 9, 0}, TN_ENOENT},
	{"protect", TN_MM_PROTECT, {BASE + PAGE, 2, 0}, TN_OK},
	{"protect to execute", TN_MM_PROTECT, {BASE + 4 * PAGE, 1, TN_MM_EXECUTE}, TN_OK},
	{"protect to write again", TN_MM_PROTECT, {BASE, 8, WRITE}, TN_OK},
	{"unmap of a middle", TN_MM_UNMAP, {BASE + 3 * PAGE, 2}, TN_OK},
	{"protect across a hole", TN_MM_PROTECT, {BASE, 8, 0}, TN_ENOENT},
	{"unmap of all", TN_MM_UNMAP, {BASE, 8}, TN_OK},
};

static const struct row sharing[] = {
	{"map to read", TN_MM_MAP, {BASE, 4, 0}, TN_OK},
	{"map far too much", TN_MM_MAP, {OTHER, 1 << 20, WRITE}, TN_OK},
	{"offer at an odd address", TN_MM_OFFER, {BASE + 4, 1, OWN_PID, 0}, TN_EINVAL},
	{"offer of no page", TN_MM_OFFER, {BASE, 0, OWN_PID, 0}, TN_EINVAL},
	{"offer with an unknown flag", TN_MM_OFFER, {BASE, 1, OWN_PID, TN_MM_EXECUTE}, TN_EINVAL},
	{"offer of the image", TN_MM_OFFER, {OUTSIDE, 1, OWN_PID, 0}, TN_EFAULT},
	{"offer of nothing", TN_MM_OFFER, {BASE + 8 * PAGE, 1, OWN_PID, 0}, TN_ENOENT},
	{"offer beyond a region", TN_MM_OFFER, {BASE, 5, OWN_PID, 0}, TN_ENOENT},
	{"offer of more than one has", TN_MM_OFFER, {BASE, 4, OWN_PID, WRITE}, TN_EPERM},
	{"offer above the quota", TN_MM_OFFER, {OTHER, 1 << 20, OWN_PID, 0}, TN_ENOMEM},
	{"attach before an offer", TN_MM_ATTACH, {OWN_PID, BASE, 4, 0, 0}, TN_EACCES},
	{"offer to another", TN_MM_OFFER, {BASE, 2, FAR, 0}, TN_OK},
	{"attach of what is another's", TN_MM_ATTACH, {OWN_PID, BASE, 2, 0, 0}, TN_EACCES},
	{"offer", TN_MM_OFFER, {BASE, 2, OWN_PID, 0}, TN_OK},
	{"attach with an unknown flag", TN_MM_ATTACH, {OWN_PID, BASE, 2, 0, 2}, TN_EINVAL},
	{"attach from nobody", TN_MM_ATTACH, {FAR, BASE, 2, 0, 0}, TN_ENOENT},
	{"attach to write", TN_MM_ATTACH, {OWN_PID, BASE, 2, 0, WRITE}, TN_EACCES},
	{"attach of more", TN_MM_ATTACH, {OWN_PID, BASE, 3, 0, 0}, TN_EACCES},
	{"attach below it", TN_MM_ATTACH, {OWN_PID, BASE - PAGE, 1, 0, 0}, TN_EACCES},
	{"attach over others", TN_MM_ATTACH, {OWN_PID, BASE, 2, BASE + PAGE, 0}, TN_EEXIST},
	{"attach at an odd address", TN_MM_ATTACH, {OWN_PID, BASE, 2, BASE + 99, 0}, TN_EINVAL},
	{"attach into the image", TN_MM_ATTACH, {OWN_PID, BASE, 2, OUTSIDE, 0}, TN_EFAULT},
	{"attach", TN_MM_ATTACH, {OWN_PID, BASE, 2, BASE + 16 * PAGE, 0}, TN_OK},
	{"protect of what is attached", TN_MM_PROTECT, {BASE + 16 * PAGE, 2, WRITE}, TN_EPERM},
	{"unmap of what is attached", TN_MM_UNMAP, {BASE + 16 * PAGE, 2}, TN_OK},
	{"unmap", TN_MM_UNMAP, {BASE, 4}, TN_OK},
	{"unmap of what was too much", TN_MM_UNMAP, {OTHER, 1 << 20}, TN_OK},
};

/* All regions are taken: `count` single pages from BASE + 64 pages on, the first of them three. */
static const struct row no_regions[] = {
	{"one region too many", TN_MM_MAP, {OTHER, 1, 0}, TN_EOVERFLOW},
	{"attach, no region left",
	 TN_MM_ATTACH,
	 {OWN_PID, BASE + 64 * PAGE, 3, OTHER, 0},
	 TN_EOVERFLOW},
	{"unmap in the midst of one", TN_MM_UNMAP, {BASE + 65 * PAGE, 1}, TN_EOVERFLOW},
	{"protect in the midst of one", TN_MM_PROTECT, {BASE + 65 * PAGE, 1, 0}, TN_EOVERFLOW},
};

static void try_regions(void)
{
	uint64_t at = BASE + 64 * PAGE;

	expect(tn_request(TN_MM_MAP, at, 3, WRITE, 0, 0).code, TN_OK, "a region of three pages");
	expect(tn_request(TN_MM_OFFER, at, 3, tn_client->pid, 0, 0).code, TN_OK, "its offer");
	for (at += 4 * PAGE; tn_request(TN_MM_MAP, at, 1, WRITE, 0, 0).code == 0; at += 2 * PAGE)
		check(at < OTHER - 2 * PAGE, "regions are not without end");
	EXPECT(no_regions);
	expect(tn_request(TN_MM_UNMAP, BASE, 1024, 0, 0, 0).code, TN_OK, "unmap of all");
}

/* --- objects ----------------------------------------------------------------------------------- */

static const struct row objects[] = {
	{"a thread beyond the end",
	 TN_MM_THREAD_CREATE,
	 {TN_CLIENT_END, 0, 0, 0, MAKE_SLOT},
	 TN_EINVAL},
	{"a thread at an odd address",
	 TN_MM_THREAD_CREATE,
	 {0x10001, 0, 0, 0, MAKE_SLOT},
	 TN_EINVAL},
	{"a thread in a fixed slot", TN_MM_THREAD_CREATE, {0x10000, 0, 0, 0, 1}, TN_EINVAL},
	{"a thread in no slot", TN_MM_THREAD_CREATE, {0x10000, 0, 0, 0, 256}, TN_EINVAL},
	{"a thread in a full slot",
	 TN_MM_THREAD_CREATE,
	 {0x10000, 0, 0, 0, ENDPOINT_SLOT},
	 TN_EEXIST},
	{"the first thread's end", TN_MM_THREAD_END, {0, TN_CLIENT_THREAD}, TN_EBUSY},
	{"no thread's end", TN_MM_THREAD_END, {5, 9}, TN_ENOENT},
	{"a thread's end by another slot", TN_MM_THREAD_END, {0, 9}, TN_ENOENT},
	{"an endpoint in a fixed slot", TN_MM_ENDPOINT_CREATE, {TN_CLIENT_MM}, TN_EINVAL},
	{"an endpoint in no slot", TN_MM_ENDPOINT_CREATE, {TN_CLIENT_SLOTS}, TN_EINVAL},
	{"an endpoint in a full slot", TN_MM_ENDPOINT_CREATE, {ENDPOINT_SLOT}, TN_EEXIST},
	{"the end of no endpoint", TN_MM_ENDPOINT_DESTROY, {7}, TN_ENOENT},
	{"the end of endpoint 2^40", TN_MM_ENDPOINT_DESTROY, {FAR}, TN_ENOENT},
	{"connect in a fixed slot", TN_MM_CONNECT, {OWN_PID, 0, 2}, TN_EINVAL},
	{"connect in a full slot", TN_MM_CONNECT, {OWN_PID, 0, ENDPOINT_SLOT}, TN_EEXIST},
	{"connect to nobody", TN_MM_CONNECT, {FAR, 0, MAKE_SLOT}, TN_ENOENT},
	{"connect to no endpoint", TN_MM_CONNECT, {OWN_PID, 7, MAKE_SLOT}, TN_ENOENT},
	{"connect", TN_MM_CONNECT, {OWN_PID, 0, MAKE_SLOT}, TN_OK},
	{"connect once more", TN_MM_CONNECT, {OWN_PID, 0, MAKE_SLOT}, TN_EEXIST},
};

static void try_endpoints(void)
{
	uint64_t slots[TN_CLIENT_ENDPOINTS], numbers[TN_CLIENT_ENDPOINTS], number;
	struct tn_result info;

	for (unsigned i = 0; i < TN_CLIENT_ENDPOINTS; i++)
		slots[i] = check_done(tn_endpoint_create(&numbers[i]), "endpoint create");
	expect(tn_endpoint_create(&number), TN_EAGAIN, "one endpoint too many");
	for (unsigned i = 1; i < TN_CLIENT_ENDPOINTS; i++)
		check_done(tn_endpoint_destroy(slots[i], numbers[i]), "endpoint destroy");
	check(numbers[0] == 0, "endpoints are numbered from 0");
	endpoint_slot = slots[0];
	EXPECT(objects);
	info = tn_cap_info(TN_SELF, endpoint_slot);
	check((info.value >> 8 & 255) ==
		      (TN_ENDPOINT_SEND | TN_ENDPOINT_RECEIVE | TN_ENDPOINT_GRANT),
	      "an endpoint has all rights but own");
	info = tn_cap_info(TN_SELF, word(MAKE_SLOT));
	check((info.value >> 8 & 255) == (TN_ENDPOINT_SEND | TN_ENDPOINT_GRANT),
	      "a connection is to send and grant");
	check_done(tn_cap_delete(TN_SELF, word(MAKE_SLOT)).code, "delete");
	check_done(tn_endpoint_destroy(endpoint_slot, 0), "endpoint destroy");
}

static void try_threads(void)
{
	unsigned count;
	int64_t error = workers_fill(&count);

	expect(error, TN_EAGAIN, "one thread too many");
	check(count == TN_CLIENT_THREADS - 1, "16 threads are allowed");
}

/* --- processes --------------------------------------------------------------------------------- */

static const struct row processes[] = {
	{"wait without children", TN_MM_WAIT, {0}, TN_ENOENT},
	{"wait for oneself", TN_MM_WAIT, {OWN_PID}, TN_ENOENT},
	{"stop of oneself", TN_MM_STOP, {OWN_PID}, TN_ENOENT},
	{"stop of nobody", TN_MM_STOP, {FAR}, TN_ENOENT},
	{"statistics of nobody", TN_MM_STATISTICS, {FAR}, TN_ENOENT},
	{"statistics", TN_MM_STATISTICS, {0}, TN_OK},
	{"statistics of oneself", TN_MM_STATISTICS, {OWN_PID}, TN_OK},
	{"refill above the quota", TN_MM_REFILL, {FAR}, TN_ENOMEM},
	{"refill of all of the quota", TN_MM_REFILL, {QUOTA_POOL}, TN_ENOMEM},
	{"refill", TN_MM_REFILL, {2}, TN_OK},
	{"spawn without a text", TN_MM_SPAWN, {24, 64, 0, 0, 0}, TN_EINVAL},
	{"spawn, text that is not there", TN_MM_SPAWN, {24, 64, 0, 0, 5}, TN_EINVAL},
	{"print, text that is not there", TN_MM_PRINT, {0, 0, 0, 0, 5}, TN_EINVAL},
	{"request 0", (enum tn_mm_request)0, {0}, TN_ENOSYS},
	{"request 22", (enum tn_mm_request)22, {0}, TN_ENOSYS},
	{"request 1000", (enum tn_mm_request)1000, {0}, TN_ENOSYS},
};

static int64_t spawn(const char *text, uint64_t pool, uint64_t user, uint64_t priority)
{
	return tn_spawn(text, pool, user, priority);
}

static void wait_for_any(void *argument)
{
	*(int64_t *)argument = tn_wait(0, NULL);
}

/* Quotas go with the child and come back with its end. */
static void try_child(void)
{
	struct tn_mm_statistics before, during, after;
	struct tn_thread waiter;
	struct tn_ended ended;
	int64_t waited = 0;
	uint64_t child;

	check_done(tn_statistics(0, &before), "statistics");
	child = check_done(spawn("crowd child", 24, 64, tn_client->priority), "spawn");
	check_done(tn_statistics(0, &during), "statistics");
	check(during.pool_quota == before.pool_quota - 24 &&
		      during.user_quota == before.user_quota - 64,
	      "quotas leave the parent's");
	check(during.processes == before.processes + 1, "there is a process more");
	check_done(tn_thread_start(&waiter, wait_for_any, &waited), "thread start");
	for (unsigned i = 0; i < 100; i++)
		tn_yield();
	expect(tn_wait(child, NULL), TN_EBUSY, "a second wait");
	check_done(tn_stop(child), "stop");
	tn_thread_join(&waiter);
	expect(waited, TN_OK, "the first wait");
	expect(tn_statistics(child, &after), TN_ENOENT, "statistics of one that has ended");
	check_done(tn_statistics(0, &after), "statistics");
	check(after.pool_quota == before.pool_quota && after.user_quota == before.user_quota,
	      "quotas come back");
	child = check_done(spawn("hello quiet", 24, 64, 0), "spawn");
	check_done(tn_wait(child, &ended), "wait");
	check(ended.pid == child && ended.code == 0 && ended.reason == TN_MM_END_EXIT,
	      "a child that ends by itself is waited for");
}

static void try_processes(void)
{
	const uint64_t priority = tn_client->priority, pool = tn_client->pool_quota;

	EXPECT(processes);
	expect(spawn("nobody", 24, 64, priority), TN_ENOENT, "no such program");
	expect(spawn("a-name-of-more-than-23-bytes", 24, 64, priority), TN_EINVAL, "a long name");
	expect(spawn("hello", 24, 64, word(ABOVE)), TN_EPERM, "a priority above one's own");
	expect(spawn("hello", pool, 64, priority), TN_ENOMEM, "the whole pool quota");
	expect(spawn("hello", 24, tn_client->user_quota, priority), TN_ENOMEM, "all memory");
	expect(spawn("hello", 0, 64, priority), TN_ENOMEM, "no kernel frame");
	expect(spawn("hello", 24, 0, priority), TN_ENOMEM, "no user frame");
	expect(spawn("hello", 4, 64, priority), TN_ENOMEM, "too few kernel frames");
	expect(spawn("hello", 24, 2, priority), TN_ENOMEM, "too few user frames");
	expect(spawn("start", 24, 64, priority), TN_ENOMEM, "a file that is no program");
	try_child();
}

/* A child whose pool quota is spent: what needs a kernel frame is refused, and says so. */
static int be_poor(void)
{
	const struct row poor[] = {
		{"an endpoint", TN_MM_ENDPOINT_CREATE, {MAKE_SLOT}, TN_ENOMEM},
		{"a thread", TN_MM_THREAD_CREATE, {0x10000, 0, 0, 0, MAKE_SLOT}, TN_ENOMEM},
		{"a page far off", TN_MM_MAP, {BASE + FAR / 32, 1, NOW}, TN_ENOMEM},
	};
	uint64_t number;

	for (uint64_t i = 0; tn_refill(1) >= 0 && i < tn_client->pool_quota; i++)
		(void)tn_request(TN_MM_MAP, BASE + i * PAGE * 512, 1, NOW, 0, 0);
	while (tn_endpoint_create(&number) >= 0)
		continue;
	EXPECT(poor);
	return 0;
}

static void try_poor(void)
{
	struct tn_ended ended;

	check_done(spawn("protocol poor", 40, 96, tn_client->priority), "spawn");
	check_done(tn_wait(0, &ended), "wait");
	check(ended.reason == TN_MM_END_EXIT && ended.code == 0, "the poor child was content");
}

/* --- untyped memory, which is optional ----------------------------------------------------------- */

#define UNTYPED_FRAMES 5u

static int try_none(void)
{
	static const struct row none[] = {
		{"untyped", TN_MM_UNTYPED, {1, MAKE_SLOT}, TN_ENOTSUP},
		{"untyped in a wrong slot", TN_MM_UNTYPED, {0, 0}, TN_ENOTSUP},
	};

	EXPECT(none);
	check(tn_request(TN_MM_UNTYPED_MAP, 0, 1, 0, 0, 0).code != 0, "nothing is mapped");
	check(tn_request(TN_MM_UNTYPED_RETURN, 0, 0, 0, 0, 0).code != 0, "nothing is returned");
	printf("untyped memory: ENOTSUP\n");
	return 0;
}

static const struct row untyped[] = {
	{"untyped of no frame", TN_MM_UNTYPED, {0, MAKE_SLOT + 1000}, TN_EINVAL},
	{"untyped in a fixed slot", TN_MM_UNTYPED, {1, 1}, TN_EINVAL},
	{"untyped in the last slot", TN_MM_UNTYPED, {1, TN_CLIENT_SLOTS - 1}, TN_EINVAL},
	{"untyped in a full slot", TN_MM_UNTYPED, {1, MAKE_SLOT}, TN_EEXIST},
	{"untyped above the quota", TN_MM_UNTYPED, {QUOTA_USER, 220}, TN_ENOMEM},
	{"a map of others' frames", TN_MM_UNTYPED_MAP, {1, 1, OTHER, 0}, TN_ENOENT},
	{"a return of others' frames", TN_MM_UNTYPED_RETURN, {1}, TN_ENOENT},
};

static int try_untyped(void)
{
	struct tn_message answer = tn_request(TN_MM_UNTYPED, UNTYPED_FRAMES, word(MAKE_SLOT), 0, 0,
					      0);
	uint64_t first = answer.words[0], frames = answer.words[1], slot = word(MAKE_SLOT);
	volatile uint64_t *words = (volatile uint64_t *)OTHER;

	if (answer.code == -TN_ENOTSUP)
		return try_none();
	expect(answer.code, TN_OK, "untyped");
	check(frames == 8 && first % 8 == 0, "a power of two, and aligned to it");
	EXPECT(untyped);
	expect(tn_frame_give(slot, slot + 1, first, 1).code, TN_OK, "give of an untyped frame");
	expect(tn_request(TN_MM_UNTYPED_MAP, first, 1, OTHER, WRITE, 0).code, TN_EKERNEL,
	       "a map of what is the kernel's");
	expect(tn_request(TN_MM_UNTYPED_MAP, first + 1, 2, OTHER, WRITE, 0).code, TN_OK, "a map");
	words[0] = words[512] = 7;
	check(words[0] == 7 && words[512] == 7, "untyped memory keeps what is written");
	expect(tn_request(TN_MM_UNTYPED_RETURN, first, 0, 0, 0, 0).code, TN_OK, "return");
	expect(tn_pool_info(slot + 1).code, TN_ENOENT, "the pool's slot afterwards");
	expect(tn_request(TN_MM_UNTYPED_RETURN, first, 0, 0, 0, 0).code, TN_ENOENT,
	       "a second return");
	printf("untyped memory: as documented\n");
	return 0;
}

int main(int argc, char **argv)
{
	struct tn_mm_statistics before, after;

	if (argc > 1)
		return strcmp(argv[1], "poor") == 0 ? be_poor() : try_untyped();
	try_threads(); /* their stacks are malloc's, which keeps them */
	check_done(tn_statistics(0, &before), "statistics");
	EXPECT(memory);
	EXPECT(sharing);
	try_regions();
	try_endpoints();
	try_processes();
	try_poor();
	check_done(tn_statistics(0, &after), "statistics");
	check(after.user_frames <= before.user_frames + 16 && after.pool_used <= before.pool_used,
	      "what was refused, or ended, costs nothing");
	printf("%u requests were answered as documented\n", answered);
	return 0;
}
