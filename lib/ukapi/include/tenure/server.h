/*
 * server.h - for first servers that run programs: what each of them needs and what is no policy.
 *
 * Which frame is used for what, and who may have how many, is the server's: functions that need
 * frames for the kernel get them from its `pay`. servers/mm-min shows all of it in use; servers/mm,
 * which keeps account of each mapping of its own, takes the parts that make none.
 */
#pragma once

#include <image/elf.h>
#include <image/text.h>
#include <stdbool.h>
#include <stdint.h>
#include <tenure/protocol.h>
#include <tenure/user.h>

/* --- paying ----------------------------------------------------------------------------------- */

/* Gives a pool so many frames. False: it is not to have them, and what needed them has failed. */
typedef bool tn_payer(uint64_t pool, uint64_t missing);

/*
 * Makes a call, and pays the pool what was missing and makes it again as often as it answers
 * ENOMEM. True if it is done. The call stands in the loop: progress that it keeps is kept.
 */
#define TN_PAID(pay, pool, call)                                                                   \
	({                                                                                         \
		struct tn_result paid_;                                                            \
		do                                                                                 \
			paid_ = (call);                                                            \
		while (paid_.code == -TN_ENOMEM && (pay)(pool, paid_.value));                      \
		paid_.code == 0;                                                                   \
	})

/* Makes an object for the pool or process `of`, which `payer` pays; argument: as in create. */
bool tn_object_make(uint64_t kind, uint64_t payer, uint64_t of, uint64_t slot, uint64_t argument,
		    tn_payer *pay);

/* --- programs of the boot image -------------------------------------------------------------- */

/* Maps the boot image at va, to read. NULL: there is none, or page tables for it cannot be paid. */
const void *tn_boot_image_map(uint64_t va, tn_payer *pay);

struct tn_program {
	struct elf_image image;
	uint32_t segment; /* of the page that comes next */
	uint64_t taken;   /* pages of that segment */
};

/* A page of a program to be: `size` bytes from `bytes` at `offset`, and else zero. */
struct tn_page {
	uint64_t va;     /* of the page */
	uint64_t rights; /* TN_MAP_READ, _WRITE, _EXECUTE */
	uint64_t offset, size;
	const void *bytes; /* where size > 0; no alignment */
};

/*
 * Finds the program `name` in a cpio archive of `size` bytes, which may be hostile, and checks that
 * it can be loaded where protocol.h wants images. NULL, or in one line why not.
 */
const char *tn_program_open(struct tn_program *program, const void *archive, uint64_t size,
			    const char *name);

/* Takes the next page of the program; false: it has no more. No two pages have the same address. */
bool tn_program_take(struct tn_program *program, struct tn_page *page);

/* Clears an idle frame and writes the page into it, through a window of a page at `window`. */
bool tn_page_write(const struct tn_page *page, uint64_t frame, uint64_t window, tn_payer *pay);

/* A program to be served. */
struct tn_client {
	uint64_t endpoint;              /* slot: where its requests and faults arrive */
	uint64_t pool, process, thread; /* slots, empty at first, of its objects */
	uint64_t priority;              /* below ours */
};

/*
 * Makes a pool below the root pool, and paid by it a process, capability slots and a thread. False
 * if that cannot be paid: what there is then ends with the pool.
 */
bool tn_client_make(const struct tn_client *client, tn_payer *pay);

/*
 * Lets the thread run as protocol.h says programs begin: the start page and the image are there.
 * utcb: a frame, all zero, that becomes its UTCB. False if that is none, as TN_NONE, or its page
 * tables cannot be paid.
 */
bool tn_client_run(const struct tn_client *client, uint64_t entry, uint64_t utcb, tn_payer *pay);

/* --- boot arguments -------------------------------------------------------------------------- */

/*
 * Splits the value of workload=NAME,ARGUMENT,... into what a start page has: `name`, TN_CLIENT_NAME
 * bytes, and `args`, TN_CLIENT_ARGS bytes, blanks between them. False, and neither is written, if
 * there is no name or one of them is too long.
 */
bool tn_workload_split(struct text value, char *name, char *args);

/* The same for the last workload= of the boot arguments; false also if there is none. */
bool tn_workload_read(const char *boot_arguments, char *name, char *args);

/* --- requests -------------------------------------------------------------------------------- */

#define TN_SERVED UINT32_MAX

/*
 * Answers what is called at the endpoint: `answer` has the info word and the registers' words, and
 * returns the answer's label, whose only word it leaves in words[0]; or TN_SERVED, and this ends.
 */
void tn_serve(uint64_t endpoint, uint32_t (*answer)(uint64_t info, uint64_t *words));

/* Bytes of text that a message with this info word can have brought in the UTCB's words. */
static inline uint64_t tn_text_room(uint64_t info)
{
	uint64_t words = TN_INFO_WORDS(info);

	if (words <= TN_MM_TEXT_WORD || words > TN_MESSAGE_WORDS)
		return 0;
	return (words - TN_MM_TEXT_WORD) * sizeof(uint64_t);
}

/*
 * Makes a program's text harmless: what could move the terminal's cursor becomes a question mark.
 * Line ends and tabs stay, and so does UTF-8 but for its control characters.
 */
void tn_make_printable(char *text, uint64_t bytes);

/* Prints text so made, each line under the program's name: none can pass for somebody else's. */
void tn_print_lines(const char *name, char *text, uint64_t bytes);

/* The request PRINT, as it was received last. TN_OK, or EINVAL. */
uint32_t tn_print_request(const char *name, uint64_t info, uint64_t bytes);

/* The request REFILL: *frames, how many free ones the pool is to have, and then has. TN_OK, or
 * ENOMEM. */
uint32_t tn_refill_request(uint64_t pool, uint64_t *frames, tn_payer *pay);

/* --- the end --------------------------------------------------------------------------------- */

/* Is the frame still what the boot information says, the kernel's word on it being `word`? A frame
 * of a pool may have become another object, or free; a user frame has as many references. */
bool tn_frame_as_at_boot(const struct tn_boot_range *range, uint64_t word);

/* The kernel's words on the frames [first, first + count), which lie in one range of the boot
 * information. The words are copies: calls may be made, and text be printed. */
typedef void tn_frames_visitor(void *context, const struct tn_boot_range *range, uint64_t first,
			       uint64_t count, const uint64_t *words);

/*
 * Visits all frames that the boot information names, in their order, at most TN_UTCB_WORDS at a
 * time. Ends at the first answer of frame_info that is not 0, which it returns. Not from within a
 * visit: there is one copy of the words.
 */
struct tn_result tn_frames_visit(tn_frames_visitor *visit, void *context);

/* The same, a frame at a time: of how many frames is `agrees` true? 0 if frame_info fails. */
uint64_t tn_frames_agreeing(bool (*agrees)(const struct tn_boot_range *range, uint64_t frame,
					   uint64_t word));

/* Prints the census: frames by kind, with shares of all RAM. Answers as the call does. */
struct tn_result tn_census_show(void);
