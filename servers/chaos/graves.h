/*
 * graves.h - capabilities to objects that will end: once dead they must stay dead (I12), whatever
 * their frames become.
 *
 * Copies are laid into slots that no random call touches, and looked at again and again: while the
 * object lives, and long after. graves.c owns what was seen of each.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/user.h>

/* Looks at one of the slots, or fills it, by `make`. False if what was dead lives again. */
bool graves_look(struct tn_result (*make)(uint64_t number, const uint64_t words[7]));
