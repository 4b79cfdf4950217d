/*
 * port/result.h - what a system call answers: a0 (0 or a negative error) and a1. types.h brings it.
 *
 * The port defines result_t, which is 0 only where both are, and, inline,
 *   result(int64_t code, uint64_t value)  the two as one
 *   result_code(r) result_value(r)        each of them
 *   opaque(uint64_t n)                    n, which the compiler may not see through: it would load a
 *                                         constant pair of registers from memory
 */
#pragma once

#include <port_impl/result.h>
