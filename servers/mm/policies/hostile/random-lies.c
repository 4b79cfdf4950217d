/*
 * random-lies.c - a lie after the other (random-lies.h); page tables are made by the kernel.
 */
#include "random-lies.h"

const struct policy mm_policy = {
	.name = "random-lies",
	.about = "lies at random, from the seed low=",
	.explicit_tables = false,
	.begin = random_begin,
	.object = random_object,
	.refill = random_refill,
	.idle = random_idle,
	.press = random_press,
};
