/*
 * ipc_check.h - what always holds of threads that wait, of all below world.root: who is in which
 * queue, and that caller and answerer know each other.
 */
#pragma once

/* Fails the cmocka test if something does not. */
void assert_ipc_holds(void);
