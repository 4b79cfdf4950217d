/*
 * operations.h - what seL4 calls an operation, and what Tenure's calls for it are.
 *
 * The rows of docs/retype.md: a test holds them against what `retype` prints.
 */
#pragma once

#include <stdint.h>

#define OPERATIONS(X)                                                                              \
	X(UNTYPED, "Untyped_Retype (Untyped)", "create(POOL)")                                     \
	X(VSPACE, "Untyped_Retype (VSpace)", "create(PROCESS)")                                    \
	X(CNODE, "Untyped_Retype (CNode)", "create(CAPS)")                                         \
	X(TCB, "Untyped_Retype (TCB)", "create(THREAD)")                                           \
	X(ENDPOINT, "Untyped_Retype (Endpoint)", "create(ENDPOINT)")                               \
	X(FRAME, "Untyped_Retype (Frame)", "none: it is one")                                      \
	X(ASID, "ASIDPool_Assign", "none: on demand")                                              \
	X(TABLE_MAP, "PageTable_Map", "table_attach")                                              \
	X(TABLE_UNMAP, "PageTable_Unmap", "table_detach")                                          \
	X(PAGE_MAP, "Page_Map", "map")                                                             \
	X(LARGE_MAP, "Page_Map (large)", "map")                                                    \
	X(PAGE_ADDRESS, "Page_GetAddress", "resolve")                                              \
	X(PAGE_UNMAP, "Page_Unmap", "unmap")                                                       \
	X(COPY, "CNode_Copy", "cap_copy")                                                          \
	X(MINT, "CNode_Mint", "cap_copy")                                                          \
	X(MOVE, "CNode_Move", "cap_copy, cap_delete")                                              \
	X(DELETE, "CNode_Delete", "cap_delete")                                                    \
	X(REVOKE, "CNode_Revoke", "cap_revoke")                                                    \
	X(CONFIGURE, "TCB_Configure", "thread_configure(UTCB)")                                    \
	X(REGISTERS, "TCB_WriteRegisters", "thread_configure(REGISTERS)")                          \
	X(HANDLER, "TCB_SetSpace (fault ep)", "thread_configure(FAULT)")                           \
	X(PRIORITY, "TCB_SetPriority", "thread_configure(PRIORITY)")                               \
	X(RESUME, "TCB_Resume", "thread_resume")                                                   \
	X(FAULT, "Recv (fault)", "recv")                                                           \
	X(RETRY, "Reply (fault)", "reply")                                                         \
	X(CALL, "Call", "call")                                                                    \
	X(REPLY, "Reply", "reply")                                                                 \
	X(SUSPEND, "TCB_Suspend", "thread_suspend")                                                \
	X(READ, "TCB_ReadRegisters", "thread_info")                                                \
	X(END, "CNode_Delete (last)", "destroy")                                                   \
	X(REVOKE_ALL, "CNode_Revoke (Untyped)", "pool_revoke")                                     \
	X(RECLAIM, "(the next Retype resets)", "frame_reclaim")

enum operation {
#define X(NAME, sel4, tenure) OPERATION_##NAME,
	OPERATIONS(X)
#undef X
		OPERATION_COUNT
};

struct operation_name {
	const char *sel4, *tenure;
};

extern const struct operation_name operations[OPERATION_COUNT];
