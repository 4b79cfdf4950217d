/*
 * list.h - doubly linked lists through the members `next` and `previous`; `head` is an lvalue.
 */
#pragma once

#define LIST_PUSH(head, item)                                                                      \
	do {                                                                                       \
		(item)->next = (head);                                                             \
		(item)->previous = NULL;                                                           \
		if ((head) != NULL)                                                                \
			(head)->previous = (item);                                                 \
		(head) = (item);                                                                   \
	} while (0)

#define LIST_REMOVE(head, item)                                                                    \
	do {                                                                                       \
		if ((item)->next != NULL)                                                          \
			(item)->next->previous = (item)->previous;                                 \
		if ((item)->previous != NULL)                                                      \
			(item)->previous->next = (item)->next;                                     \
		else                                                                               \
			(head) = (item)->next;                                                     \
	} while (0)
