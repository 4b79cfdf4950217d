/*
 * ipc_check.h - what always holds of threads that wait, of all below world.root: who is in which
 * queue and who has a deadline, that caller and answerer know each other, and that what the short
 * ways look at is true.
 */
#pragma once

/* Fails the cmocka test if something does not. */
void assert_ipc_holds(void);
