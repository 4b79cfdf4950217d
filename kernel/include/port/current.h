/*
 * port/current.h - the thread that this hart runs.
 *
 * The port defines `current`, a struct thread * lvalue, and
 *   port_restart(a0..a3, number)  what a handler answers so that its call begins again with
 *                                 these arguments once the waiting interrupt has been taken
 *   port_switch()                 what a handler answers when the thread's results, if any, are in
 *                                 its saved registers: the scheduler decides who goes on
 *   port_switch_to_others()       the same, and the thread's turn is over
 *   port_switched()               the most urgent thread is current: nothing is left to interrupt
 *                                 for, and the floating-point unit is off until somebody uses it
 */
#pragma once

#include <port_impl/current.h>
