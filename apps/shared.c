/*
 * shared.c - producer and consumer over shared memory and signals. shared [COUNT]
 *
 * The consumer is this program as `shared consumer PARENT ADDRESS NUMBER`. It sends a capability to
 * signal its thread, attaches the ring, and takes items until one says that it is the last.
 */
#include <stdatomic.h>
#include <string.h>
#include <tenure/client.h>
#include <tenure/threads.h>
#include <tenure/user.h>

#include "check.h"

#define COUNT 20000u
#define PLACES 256u
#define BIT ((uint64_t)1)
#define PAGES 2u
#define LAST (~(uint64_t)0)

struct ring {
	_Atomic uint64_t made, taken, sum;
	uint64_t items[PLACES];
};
_Static_assert(sizeof(struct ring) <= PAGES * TN_FRAME_SIZE, "the ring fits its pages");

static uint64_t take(struct ring *ring)
{
	uint64_t taken = atomic_load(&ring->taken), item;

	while (atomic_load(&ring->made) == taken)
		tn_await_signals(BIT);
	item = ring->items[taken % PLACES];
	atomic_store(&ring->taken, taken + 1);
	return item;
}

/* What the offer does not allow. */
static void try_more(uint64_t parent, uint64_t address)
{
	int64_t error;
	void *ring = tn_attach(parent, (void *)address, PAGES + 1, NULL, TN_MM_WRITE, &error);

	check(!ring && error == -TN_EACCES, "no more than what is offered can be attached");
	ring = tn_attach(parent, (void *)address, PAGES, NULL, 0, &error);
	check_done(error, "attach to read");
	check(tn_protect_memory(ring, PAGES, TN_MM_WRITE) == -TN_EPERM,
	      "what was attached to read cannot be made writable");
	check_done(tn_unmap_memory(ring, PAGES), "unmap");
}

static int consume(uint64_t parent, uint64_t address, uint64_t number)
{
	static const uint64_t none[TN_MESSAGE_REGISTERS];
	uint64_t slot = check_done(tn_connect(parent, number), "connect"), item, sum = 0;
	struct ring *ring;
	int64_t error;

	/* the answer comes once the ring has been offered */
	check_done(tn_call(slot, TN_INFO_WITH(1, 0, TN_CLIENT_THREAD), none).code, "call");
	try_more(parent, address);
	ring = tn_attach(parent, (void *)address, PAGES, NULL, TN_MM_WRITE, &error);
	check_done(error, "attach");
	while ((item = take(ring)) != LAST)
		sum += item;
	atomic_store(&ring->sum, sum);
	return 0;
}

static void put(struct ring *ring, uint64_t signal_slot, uint64_t item)
{
	uint64_t made = atomic_load(&ring->made);

	while (made - atomic_load(&ring->taken) == PLACES)
		tn_yield();
	ring->items[made % PLACES] = item;
	atomic_store(&ring->made, made + 1);
	if (made % (PLACES / 2) == 0 || item == LAST)
		check_done(tn_signal(signal_slot, BIT).code, "signal");
}

static uint64_t start_consumer(struct ring *ring, uint64_t *signal_slot)
{
	uint64_t number, endpoint = check_done(tn_endpoint_create(&number), "endpoint create");
	static const uint64_t none[TN_MESSAGE_REGISTERS];
	struct tn_message message;
	char text[80];
	uint64_t pid;

	snprintf(text, sizeof(text), "shared consumer %lu 0x%lx %lu", (unsigned long)tn_client->pid,
		 (unsigned long)ring, (unsigned long)number);
	pid = check_done(tn_spawn(text, 32, 128, tn_client->priority), "spawn");
	check_done(tn_offer(ring, PAGES, pid, TN_MM_WRITE), "offer");
	*signal_slot = tn_slot_take();
	tn_own_utcb()->receive_slot = *signal_slot;
	message = tn_recv(endpoint);
	check_done(message.code, "recv");
	check((message.info & TN_INFO_CAP) != 0, "the capability arrived");
	check_done(tn_reply(TN_INFO(0, 0), none).code, "reply");
	return pid;
}

int main(int argc, char **argv)
{
	uint64_t count = number_argument(argc, argv, 1, COUNT), sum = 0, signal_slot, pid;
	struct tn_ended ended;
	struct ring *ring;
	int64_t error;

	if (argc > 4 && strcmp(argv[1], "consumer") == 0)
		return consume(strtoul(argv[2], NULL, 0), strtoul(argv[3], NULL, 0),
			       strtoul(argv[4], NULL, 0));
	ring = tn_map_memory(NULL, PAGES, TN_MM_WRITE, &error);
	check_done(error, "map");
	pid = start_consumer(ring, &signal_slot);
	for (uint64_t i = 0; i < count; i++) {
		put(ring, signal_slot, i);
		sum += i;
	}
	put(ring, signal_slot, LAST);
	check_done(tn_wait(pid, &ended), "wait");
	check(ended.reason == TN_MM_END_EXIT && ended.code == 0, "the consumer was content");
	check(atomic_load(&ring->sum) == sum, "everything arrived once");
	printf("%lu items went through %u places\n", (unsigned long)count, PLACES);
	return 0;
}
