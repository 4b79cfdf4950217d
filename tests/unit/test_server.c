/*
 * test_server.c - what first servers get from the library: pages of programs, the workload, text of
 * programs, and the walk over the kernel's table, which is a fake here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tenure/server.h>

static struct tn_utcb utcb;
struct tn_utcb *tn_utcb = &utcb;
static struct tn_boot_info boot;
const struct tn_boot_info *tn_boot = &boot;

/* --- programs -------------------------------------------------------------------------------- */

#define IMAGE ((uint64_t)64 * TN_FRAME_SIZE)
#define PAGES 16u

/* What should be in memory, byte by byte, and what the pages say. */
static uint8_t wanted[PAGES * TN_FRAME_SIZE], got[sizeof(wanted)];

static struct elf_segment segment(uint64_t offset, const uint8_t *data, uint64_t file_size,
				  uint64_t memory_size, uint32_t rights)
{
	uint64_t va = IMAGE + offset, end = va + memory_size;
	struct elf_segment new = {va, memory_size, file_size, data, va / TN_FRAME_SIZE, 0, rights};

	new.pages = (end - 1) / TN_FRAME_SIZE + 1 - new.first_page;
	memcpy(wanted + offset, data, file_size);
	return new;
}

/* Takes all pages, which must be those of the segments in their order. */
static void take_all(struct tn_program *program)
{
	struct tn_page page;

	memset(got, 0, sizeof(got));
	for (uint32_t i = 0; i < program->image.segment_count; i++)
		for (uint64_t k = 0; k < program->image.segments[i].pages; k++) {
			const struct elf_segment *of = &program->image.segments[i];

			assert_true(tn_program_take(program, &page));
			assert_true(page.va == (of->first_page + k) * TN_FRAME_SIZE);
			assert_true(page.rights == of->rights);
			assert_true(page.offset + page.size <= TN_FRAME_SIZE);
			if (page.size > 0)
				memcpy(got + (page.va - IMAGE) + page.offset, page.bytes,
				       page.size);
		}
	assert_false(tn_program_take(program, &page));
	assert_memory_equal(got, wanted, sizeof(got));
}

static void pages_hold_what_the_segments_say(void **state)
{
	uint64_t size = 3 * TN_FRAME_SIZE;
	uint8_t *data = malloc(size); /* of just that size: the sanitizer sees any byte beyond */
	struct tn_program program;

	(void)state;
	for (uint64_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 7 + 1);
	for (uint64_t file = 0; file <= size; file += 511) {
		memset(wanted, 0, sizeof(wanted));
		program = (struct tn_program){.image = {.segment_count = 3}};
		program.image.segments[0] = segment(24, data, file, file + 1, TN_MAP_READ);
		program.image.segments[1] = segment(5 * TN_FRAME_SIZE, data, file, size + 5000,
						    TN_MAP_WRITE);
		program.image.segments[2] = segment(12 * TN_FRAME_SIZE - 1, data + size - file,
						    file, file + 2, TN_MAP_EXECUTE);
		take_all(&program);
	}
	free(data);
}

/* An archive's entry at `at`, with no more than names and sizes; answers where the next one is. */
static size_t put_entry(char *archive, size_t at, const char *name, const char *content)
{
	size_t name_size = strlen(name) + 1, size = strlen(content);

	at += (size_t)sprintf(archive + at, "070701%08x%08x%032x%08x%032x%08x%08x", 1u,
			      *content ? 0100644u : 0u, 0u, (unsigned)size, 0u, (unsigned)name_size,
			      0u);
	memcpy(archive + at, name, name_size);
	at = (at + name_size + 3) / 4 * 4;
	memcpy(archive + at, content, size);
	return (at + size + 3) / 4 * 4;
}

static void what_is_no_program_is_not_opened(void **state)
{
	static const char absent[] = "there is no such program";
	static char archive[1024];
	struct tn_program program;
	const char *why;
	size_t size;

	(void)state;
	size = put_entry(archive, 0, "text", "this is a text");
	size = put_entry(archive, size, "TRAILER!!!", "");
	assert_string_equal(tn_program_open(&program, archive, size, "hello"), absent);
	why = tn_program_open(&program, archive, size, "text");
	assert_non_null(why);
	assert_string_not_equal(why, absent);
	why = tn_program_open(&program, archive, 50, "text");
	assert_non_null(why);
	assert_string_not_equal(why, absent);
}

/* --- boot arguments -------------------------------------------------------------------------- */

static bool reads(const char *boot_arguments, const char *name, const char *args)
{
	char found_name[TN_CLIENT_NAME], found_args[TN_CLIENT_ARGS];

	return tn_workload_read(boot_arguments, found_name, found_args) &&
	       strcmp(found_name, name) == 0 && strcmp(found_args, args) == 0;
}

static void the_last_workload_counts(void **state)
{
	(void)state;
	assert_true(reads("workload=hello", "hello", ""));
	assert_true(reads("tick=5 workload=a workload=hello,1,two other=1", "hello", "1 two"));
	assert_true(reads("workload=a-name-of-exactly-23-b", "a-name-of-exactly-23-b", ""));
	assert_false(reads("", "", ""));
	assert_false(reads("myworkload=hello workload", "hello", ""));
	assert_false(reads("workload=", "", ""));
	assert_false(reads("workload=,hello", "", "hello"));
	assert_false(
		reads("workload=a-name-of-more-than-23-bytes", "a-name-of-more-than-23-bytes", ""));
}

static void long_workloads_are_refused(void **state)
{
	char text[TN_CLIENT_NAME + TN_CLIENT_ARGS + 16], name[TN_CLIENT_NAME] = "old";
	char args[TN_CLIENT_ARGS] = "old";
	struct text value = {text, TN_CLIENT_ARGS + 1};

	(void)state;
	memset(text, 'x', sizeof(text));
	text[1] = ',';
	assert_true(tn_workload_split(value, name, args));
	assert_int_equal(strlen(args), TN_CLIENT_ARGS - 1);
	value.length++;
	strcpy(name, "old");
	assert_false(tn_workload_split(value, name, args));
	assert_string_equal(name, "old");
	assert_int_equal(strlen(args), TN_CLIENT_ARGS - 1);
}

/* --- text ------------------------------------------------------------------------------------ */

static void text_has_as_much_room_as_words(void **state)
{
	(void)state;
	assert_int_equal(tn_text_room(TN_INFO(TN_MM_PRINT, 0)), 0);
	assert_int_equal(tn_text_room(TN_INFO(TN_MM_PRINT, TN_MM_TEXT_WORD)), 0);
	assert_int_equal(tn_text_room(TN_INFO(TN_MM_PRINT, TN_MM_TEXT_WORD + 1)), 8);
	assert_int_equal(tn_text_room(TN_INFO(TN_MM_PRINT, TN_MESSAGE_WORDS)), TN_MM_TEXT_MAX);
	assert_int_equal(tn_text_room(TN_INFO(TN_MM_PRINT, TN_MESSAGE_WORDS + 1)), 0);
}

/* What the library prints of a request with this text. */
static char *printed(const char *text, uint64_t bytes)
{
	FILE *console = stdout;
	size_t size;
	char *out;

	memcpy(&utcb.words[TN_MM_TEXT_WORD], text, bytes);
	stdout = open_memstream(&out, &size);
	assert_non_null(stdout);
	assert_int_equal(tn_print_request("me", TN_INFO(TN_MM_PRINT, TN_MESSAGE_WORDS), bytes), 0);
	fclose(stdout);
	stdout = console;
	return out;
}

static void text_stands_in_lines_of_its_own(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{"", ""},
		{"a", "         me │ a\n"},
		{"a\n", "         me │ a\n"},
		{"a\n\nb\tc", "         me │ a\n         me │ \n         me │ b\tc\n"},
		{"\033[2J\r\177", "         me │ ?[2J??\n"},
		{"é \302\233 \302\240", "         me │ é \302? \302\240\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *out = printed(cases[i].text, strlen(cases[i].text));

		assert_string_equal(out, cases[i].wanted);
		free(out);
	}
	assert_int_equal(tn_print_request("me", TN_INFO(TN_MM_PRINT, TN_MM_TEXT_WORD + 1), 9),
			 TN_EINVAL);
}

/* --- frames ---------------------------------------------------------------------------------- */

#define HOLE 5u /* frames between the ranges */

static uint64_t refused; /* frame_info fails there */
static uint64_t next;    /* frame to be visited */

/* A frame's word is its number. */
struct tn_result tn_frame_info(uint64_t frames, uint64_t first, uint64_t count)
{
	assert_true(frames == TN_SLOT_FRAMES && count > 0 && count <= TN_UTCB_WORDS);
	if (refused >= first && refused < first + count)
		return (struct tn_result){-TN_EACCES, 0};
	for (uint64_t i = 0; i < count; i++)
		utcb.words[i] = first + i;
	return (struct tn_result){0, count};
}

static void visit(void *context, const struct tn_boot_range *range, uint64_t first, uint64_t count,
		  const uint64_t *words)
{
	assert_ptr_equal(context, &next);
	if (first == range->first && range != boot.ranges)
		next += HOLE;
	assert_int_equal(first, next);
	assert_true(first + count <= (uint64_t)range->first + range->count);
	memset(utcb.words, 0xff, sizeof(utcb.words)); /* as printing may */
	for (uint64_t i = 0; i < count; i++)
		assert_int_equal(words[i], first + i);
	next += count;
}

static bool is_even(const struct tn_boot_range *range, uint64_t frame, uint64_t word)
{
	assert_true(range->first <= frame && word == frame);
	return frame % 2 == 0;
}

static void make_ranges(void)
{
	static const uint32_t counts[] = {1, TN_UTCB_WORDS, TN_UTCB_WORDS + 1, 3000};
	uint32_t first = 100;

	memset(&boot, 0, sizeof(boot));
	refused = TN_NONE;
	for (uint32_t i = 0; i < 4; i++) {
		boot.ranges[i] = (struct tn_boot_range){.first = first, .count = counts[i]};
		first += counts[i] + HOLE;
		boot.ram_frames += counts[i];
	}
	boot.range_count = 4;
}

static void each_frame_is_visited_once(void **state)
{
	(void)state;
	make_ranges();
	next = 100;
	assert_int_equal(tn_frames_visit(visit, &next).code, 0);
	assert_int_equal(next, 100 + boot.ram_frames + 3 * HOLE);
	assert_in_range(tn_frames_agreeing(is_even), boot.ram_frames / 2 - 2,
			boot.ram_frames / 2 + 2);
}

static void a_refusal_ends_the_visit(void **state)
{
	(void)state;
	make_ranges();
	next = 100;
	refused = boot.ranges[2].first + TN_UTCB_WORDS; /* the last of them */
	assert_int_equal(tn_frames_visit(visit, &next).code, -TN_EACCES);
	assert_int_equal(next, refused);
	assert_int_equal(tn_frames_agreeing(is_even), 0);
}

static uint64_t word(enum tn_kind kind, uint64_t low)
{
	return (uint64_t)kind << 48 | low;
}

static void frames_stay_as_at_boot(void **state)
{
	const struct tn_boot_range user = {.kind = TN_KIND_USER, .detail = 2};
	const struct tn_boot_range table = {.kind = TN_KIND_TABLE, .detail = 7};
	const struct tn_boot_range image = {.kind = TN_KIND_IMAGE};

	(void)state;
	assert_true(tn_frame_as_at_boot(&user, word(TN_KIND_USER, 2)));
	assert_false(tn_frame_as_at_boot(&user, word(TN_KIND_USER, 1)));
	assert_false(tn_frame_as_at_boot(&user, word(TN_KIND_USER, 2) | TN_INFO_LARGE));
	assert_false(tn_frame_as_at_boot(&user, word(TN_KIND_FREE, 2)));
	assert_true(tn_frame_as_at_boot(&table, word(TN_KIND_FREE, 9)));
	assert_true(tn_frame_as_at_boot(&table, word(TN_KIND_POOL, 0)));
	assert_false(tn_frame_as_at_boot(&table, word(TN_KIND_USER, 0)));
	assert_false(tn_frame_as_at_boot(&table, word(TN_KIND_IMAGE, 0)));
	assert_true(tn_frame_as_at_boot(&image, word(TN_KIND_IMAGE, 0)));
	assert_false(tn_frame_as_at_boot(&image, word(TN_KIND_HOLE, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_hold_what_the_segments_say),
		cmocka_unit_test(what_is_no_program_is_not_opened),
		cmocka_unit_test(the_last_workload_counts),
		cmocka_unit_test(long_workloads_are_refused),
		cmocka_unit_test(text_has_as_much_room_as_words),
		cmocka_unit_test(text_stands_in_lines_of_its_own),
		cmocka_unit_test(each_frame_is_visited_once),
		cmocka_unit_test(a_refusal_ends_the_visit),
		cmocka_unit_test(frames_stay_as_at_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
