/*
 * entries.c - a plugin of QEMU that counts the instructions of each entry into the kernel, on the
 * kernel as it is built.
 *
 *   -plugin entries.so,marks=FILE,out=FILE
 *
 * `marks` has a line an address of the kernel: KIND ADDRESS NAME. What is found there:
 *
 *   entry    the trap vector: an entry begins
 *   call     a handler: the entry is that call's, whatever else it comes by
 *   cause    names the entry as long as no handler has been reached; the last one counts
 *   idle     the hart has nobody to run: the entry ends, and another one begins
 *   look     interrupts are seen here: a stretch ends, and another one begins
 *   restart  the call ends for an interrupt, to be made again
 *   firmware the kernel calls the firmware
 *
 * An entry ends with `sret`, which counts. A stretch is what runs with interrupts unseen: from
 * entry, idle or look to the next look or the end. Only instructions in the kernel's half of the
 * address space count: those of programs and of the firmware lie in the other.
 *
 * Owns the counters; the counter of instructions is also written by QEMU's own code.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#define MARKS_MAX 128
#define NAME_MAX_BYTES 48
#define HISTOGRAM 20   /* stretches below 2, 4, 8, ... instructions; the last: all others */
#define CHAINS_MAX 256 /* calls that wait to be made again */
#define SRET 0x10200073u
#define ENTRY_STORE 16 /* bytes of the trap entry in which it first stores to the thread */

enum kind { ENTRY, CALL, CAUSE, IDLE, LOOK, RESTART, FIRMWARE, KINDS };

static const char *const kind_names[KINDS] = {
	"entry", "call", "cause", "idle", "look", "restart", "firmware",
};

/* A call as a whole: with all entries that it took because it was restarted. */
struct work {
	uint64_t instructions, entries, looks, stretch;
};

/* An address that means something, and for calls, causes and idle the sums of their entries. */
struct mark {
	enum kind kind;
	uint64_t address;
	char name[NAME_MAX_BYTES];
	uint64_t entries, instructions, looks, restarts, firmware;
	uint64_t stretch, stretch_entry; /* the longest, and in which entry of this run */
	uint64_t entry;                  /* the longest as a whole */
	uint64_t tail;                   /* the longest from a look to the end of a restart */
	uint64_t histogram[HISTOGRAM];
	struct work largest, most; /* of the works: most instructions, most entries */
};

/* A call of a thread that was restarted and has not ended. */
struct chain {
	uint64_t thread;
	struct mark *mark;
	struct work work;
};

static struct mark marks[MARKS_MAX];
static unsigned mark_count;
static struct mark *entry_mark;
static const char *out_path;

static struct chain chains[CHAINS_MAX];
static unsigned chain_count;

static uint64_t count; /* instructions of the kernel, ever */
static uint64_t entry_count;
static uint64_t unfinished; /* entries that had not ended when the machine did */

/* The entry at hand. */
static struct {
	bool open, restarted;
	uint64_t thread; /* its frame, as far as it tells threads apart */
	struct mark *mark;
	uint64_t begin, since; /* `count` where it and its stretch began */
	uint64_t stretch, looks, firmware;
} now;

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_VERSION;

static unsigned bucket(uint64_t n)
{
	unsigned i = 0;

	while (n > 1 && i < HISTOGRAM - 1) {
		n >>= 1;
		i++;
	}
	return i;
}

/* --- works: calls with their restarts ------------------------------------------------------- */

static struct chain *chain_find(uint64_t thread)
{
	for (unsigned i = 0; i < chain_count; i++)
		if (chains[i].thread == thread)
			return &chains[i];
	return NULL;
}

static void chain_drop(struct chain *c)
{
	*c = chains[--chain_count];
}

static void work_add(struct work *to, const struct work *w)
{
	to->instructions += w->instructions;
	to->entries += w->entries;
	to->looks += w->looks;
	if (w->stretch > to->stretch)
		to->stretch = w->stretch;
}

static void work_keep(struct mark *m, const struct work *w)
{
	if (w->instructions > m->largest.instructions)
		m->largest = *w;
	if (w->entries > m->most.entries ||
	    (w->entries == m->most.entries && w->instructions > m->most.instructions))
		m->most = *w;
}

/* The entry at hand is a call's. */
static void chain_step(struct work w)
{
	struct chain *c = chain_count != 0 ? chain_find(now.thread) : NULL;

	if (c != NULL && c->mark == now.mark) {
		work_add(&w, &c->work);
		chain_drop(c);
	} else if (c != NULL) {
		chain_drop(c); /* the thread was sent elsewhere, or is another one */
	}
	if (!now.restarted) {
		work_keep(now.mark, &w);
		return;
	}
	if (chain_count == CHAINS_MAX) {
		fprintf(stderr, "entries: more than %d calls wait to be made again\n", CHAINS_MAX);
		exit(1);
	}
	chains[chain_count++] = (struct chain){now.thread, now.mark, w};
}

/* --- entries and stretches ------------------------------------------------------------------ */

static void stretch_end(void)
{
	uint64_t length = count - now.since;

	if (now.mark != NULL)
		now.mark->histogram[bucket(length)]++;
	if (length > now.stretch)
		now.stretch = length;
	now.since = count;
}

static void entry_begin(struct mark *m)
{
	memset(&now, 0, sizeof(now));
	now.open = true;
	now.mark = m;
	now.begin = now.since = count;
	entry_count++;
}

static void entry_end(void)
{
	struct mark *m = now.mark != NULL ? now.mark : entry_mark;
	uint64_t length = count - now.begin, tail = count - now.since;

	now.mark = m;
	stretch_end();
	now.open = false;
	m->entries++;
	m->instructions += length;
	m->looks += now.looks;
	m->restarts += now.restarted;
	m->firmware += now.firmware;
	if (now.stretch > m->stretch) {
		m->stretch = now.stretch;
		m->stretch_entry = entry_count;
	}
	if (length > m->entry)
		m->entry = length;
	if (now.restarted && tail > m->tail)
		m->tail = tail;
	if (m->kind == CALL)
		chain_step((struct work){length, 1, now.looks, now.stretch});
}

/* --- what runs before an instruction --------------------------------------------------------- */

static void on_mark(unsigned hart, void *data)
{
	struct mark *m = data;

	(void)hart;
	if (m->kind == ENTRY) {
		entry_begin(NULL);
	} else if (now.open) {
		switch (m->kind) {
		case CALL:
		case CAUSE:
			if (now.mark == NULL || now.mark->kind == CAUSE)
				now.mark = m;
			break;
		case IDLE: {
			uint64_t thread = now.thread;

			entry_end();
			entry_begin(m);
			now.thread = thread;
			break;
		}
		case LOOK:
			stretch_end();
			now.looks++;
			break;
		case RESTART:
			now.restarted = true;
			break;
		case FIRMWARE:
			now.firmware++;
			break;
		case ENTRY:
		case KINDS:
			break;
		}
	}
	count++;
}

static void on_sret(unsigned hart, void *data)
{
	(void)hart;
	(void)data;
	count++;
	if (now.open)
		entry_end();
}

/* The entry's first store goes to the thread that has trapped. */
static void on_entry_store(unsigned hart, uint32_t info, uint64_t address, void *data)
{
	(void)hart;
	(void)info;
	(void)data;
	if (now.open && now.thread == 0)
		now.thread = address;
}

static struct mark *mark_at(uint64_t address)
{
	for (unsigned i = 0; i < mark_count; i++)
		if (marks[i].address == address)
			return &marks[i];
	return NULL;
}

static bool is_sret(const struct qemu_plugin_insn *insn)
{
	uint32_t word;

	if (qemu_plugin_insn_size(insn) != sizeof(word))
		return false;
	memcpy(&word, qemu_plugin_insn_data(insn), sizeof(word));
	return word == SRET;
}

static void on_translate(uint64_t id, struct qemu_plugin_tb *block)
{
	size_t n = qemu_plugin_tb_n_insns(block);

	(void)id;
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		struct mark *m;

		if (address >> 63 == 0)
			continue;
		m = mark_at(address);
		if (m != NULL)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, PLUGIN_NO_REGISTERS,
							       m);
		else if (is_sret(insn))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_sret, PLUGIN_NO_REGISTERS,
							       NULL);
		else
			qemu_plugin_register_vcpu_insn_exec_inline(insn, PLUGIN_ADD, &count, 1);
		if (address - entry_mark->address < ENTRY_STORE)
			qemu_plugin_register_vcpu_mem_cb(insn, on_entry_store, PLUGIN_NO_REGISTERS,
							 PLUGIN_WRITES, NULL);
	}
}

/* --- in and out ------------------------------------------------------------------------------ */

static void work_print(FILE *f, const char *name, const struct work *w)
{
	fprintf(f,
		", \"%s\": {\"instructions\": %" PRIu64 ", \"entries\": %" PRIu64
		", \"looks\": %" PRIu64 ", \"stretch\": %" PRIu64 "}",
		name, w->instructions, w->entries, w->looks, w->stretch);
}

static void mark_print(FILE *f, const struct mark *m)
{
	fprintf(f,
		"{\"kind\": \"%s\", \"name\": \"%s\", \"entries\": %" PRIu64
		", \"instructions\": %" PRIu64 ", \"stretch\": %" PRIu64 ", \"at\": %" PRIu64
		", \"entry\": %" PRIu64 ", \"looks\": %" PRIu64 ", \"restarts\": %" PRIu64
		", \"tail\": %" PRIu64 ", \"firmware\": %" PRIu64,
		kind_names[m->kind], m->name, m->entries, m->instructions, m->stretch,
		m->stretch_entry, m->entry, m->looks, m->restarts, m->tail, m->firmware);
	work_print(f, "largest", &m->largest);
	work_print(f, "most", &m->most);
	fprintf(f, ", \"histogram\": [");
	for (unsigned i = 0; i < HISTOGRAM; i++)
		fprintf(f, "%s%" PRIu64, i != 0 ? ", " : "", m->histogram[i]);
	fprintf(f, "]}\n");
}

/* A line a mark that entries are counted for, and one for the run, which is the last. */
static void on_exit_write(uint64_t id, void *data)
{
	FILE *f = fopen(out_path, "w");

	(void)id;
	(void)data;
	if (f == NULL) {
		perror(out_path);
		return;
	}
	unfinished = now.open;
	for (unsigned i = 0; i < mark_count; i++)
		if (marks[i].entries != 0)
			mark_print(f, &marks[i]);
	fprintf(f,
		"{\"kind\": \"run\", \"entries\": %" PRIu64 ", \"instructions\": %" PRIu64
		", \"unfinished\": %" PRIu64 ", \"last\": \"%s\"}\n",
		entry_count, count, unfinished, now.open && now.mark != NULL ? now.mark->name : "");
	fclose(f);
}

static bool mark_read(const char *line)
{
	char kind[16], address[20], *end;
	struct mark *m = &marks[mark_count];

	if (mark_count == MARKS_MAX ||
	    sscanf(line, "%15s %19s %47[^\n]", kind, address, m->name) != 3)
		return false;
	m->address = strtoull(address, &end, 16);
	if (*end != '\0')
		return false;
	for (m->kind = 0; m->kind < KINDS; m->kind++)
		if (strcmp(kind, kind_names[m->kind]) == 0)
			break;
	if (m->kind == KINDS)
		return false;
	if (m->kind == ENTRY)
		entry_mark = m;
	mark_count++;
	return true;
}

static bool marks_read(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[128];
	bool good = f != NULL;

	while (good && fgets(line, sizeof(line), f) != NULL)
		good = mark_read(line);
	if (f != NULL)
		fclose(f);
	return good && entry_mark != NULL;
}

int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv)
{
	const char *marks_path = NULL;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "marks=", 6) == 0)
			marks_path = argv[i] + 6;
		else if (strncmp(argv[i], "out=", 4) == 0)
			out_path = strdup(argv[i] + 4);
	}
	if (marks_path == NULL || out_path == NULL || !marks_read(marks_path)) {
		fprintf(stderr, "entries: usage: -plugin entries.so,marks=FILE,out=FILE\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_write, NULL);
	return 0;
}
