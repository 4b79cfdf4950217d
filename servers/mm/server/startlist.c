/*
 * startlist.c - reads the text file `start`.
 */
#include "startlist.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* One line, or what is left of it. */
struct line {
	const char *at;
	size_t size;
};

static void skip_blanks(struct line *line)
{
	while (line->size > 0 && is_blank(*line->at)) {
		line->at++;
		line->size--;
	}
}

static struct line take_word(struct line *line)
{
	struct line word;

	skip_blanks(line);
	word = *line;
	while (line->size > 0 && !is_blank(*line->at)) {
		line->at++;
		line->size--;
	}
	word.size -= line->size;
	return word;
}

/* Nine digits at most, so that it cannot wrap. */
static bool take_number(struct line *line, uint64_t *value)
{
	struct line word = take_word(line);

	*value = 0;
	if (word.size == 0 || word.size > 9)
		return false;
	for (size_t i = 0; i < word.size; i++) {
		if (word.at[i] < '0' || word.at[i] > '9')
			return false;
		*value = *value * 10 + (uint64_t)(word.at[i] - '0');
	}
	return true;
}

static bool copy_text(struct line from, char *to, size_t room)
{
	while (from.size > 0 && is_blank(from.at[from.size - 1]))
		from.size--;
	if (from.size >= room || memchr(from.at, '\0', from.size))
		return false;
	memset(to, 0, room);
	memcpy(to, from.at, from.size);
	return true;
}

static struct line take_line(struct startlist *list)
{
	const char *end = memchr(list->text, '\n', list->size);
	struct line line = {list->text, end ? (size_t)(end - list->text) : list->size};
	size_t used = line.size + (end ? 1 : 0);

	list->text += used;
	list->size -= used;
	list->line++;
	skip_blanks(&line);
	return line;
}

static bool copy_name(struct line *line, struct start_entry *entry)
{
	struct line word = take_word(line);

	return word.size > 0 && copy_text(word, entry->name, sizeof(entry->name));
}

static bool copy_args(struct line *line, struct start_entry *entry)
{
	skip_blanks(line);
	return copy_text(*line, entry->args, sizeof(entry->args));
}

static const char *read_entry(struct line *line, struct start_entry *entry)
{
	if (!copy_name(line, entry))
		return "the name is too long";
	if (!take_number(line, &entry->pool_quota) || entry->pool_quota == 0)
		return "the second word is no number of pool frames";
	if (!take_number(line, &entry->user_quota) || entry->user_quota == 0)
		return "the third word is no number of user frames";
	if (!take_number(line, &entry->priority) || entry->priority > STARTLIST_PRIORITY_MAX)
		return "the fourth word is no priority from 0 to 30, below mm's";
	return copy_args(line, entry) ? NULL : "the arguments are too long";
}

enum startlist_answer startlist_next(struct startlist *list, struct start_entry *entry,
				     const char **why)
{
	while (list->size > 0) {
		struct line line = take_line(list);

		if (line.size == 0 || *line.at == '#')
			continue;
		*why = read_entry(&line, entry);
		return *why ? STARTLIST_BAD : STARTLIST_ENTRY;
	}
	return STARTLIST_END;
}

bool startlist_split(const char *text, size_t size, struct start_entry *entry)
{
	struct line line = {text, size};

	return copy_name(&line, entry) && copy_args(&line, entry);
}
