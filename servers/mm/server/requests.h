/*
 * requests.h - what clients ask for, and what faults and exits of their threads lead to.
 */
#pragma once

#include <stdbool.h>
#include <tenure/message.h>

#include "server.h"

/* A message, taken out of registers and UTCB: printing would overwrite it there. */
struct request {
	struct client *client;
	unsigned thread; /* that faulted or ended; SERVER_NOBODY in requests */
	uint32_t label;
	uint64_t words[TN_MESSAGE_REGISTERS];
	uint64_t text_room; /* bytes of text that can have come along */
	char text[TN_MM_TEXT_MAX];
};

/* What goes back. */
struct answer {
	bool owed;      /* false: nobody is to be answered now */
	uint32_t label; /* 0 or an enum tn_error; enum tn_fault_answer for faults */
	uint32_t count; /* of words */
	uint64_t words[TN_MESSAGE_WORDS];
};

/* One kind of request: fills the answer, which is owed and empty, and returns its label. */
typedef uint32_t request_handler(struct server *server, struct request *request,
				 struct answer *answer);

/* Of all labels, TN_LABEL_FAULT and TN_LABEL_EXIT among them. */
void request_serve(struct server *server, struct request *request, struct answer *answer);

/* requests_memory.c */
request_handler request_map, request_unmap, request_protect, request_offer, request_attach;

/* requests_untyped.c */
request_handler request_untyped, request_untyped_map, request_untyped_return;

/* requests_processes.c */
request_handler request_spawn, request_wait, request_exit, request_stop, request_statistics,
	request_refill, request_print, request_version;

/* requests_objects.c */
request_handler request_thread_create, request_thread_end, request_endpoint_create,
	request_endpoint_destroy, request_connect;

/* 0, or why a capability cannot be put into this slot of the client's table. */
uint32_t request_slot_refusal(const struct client *client, uint64_t slot);
