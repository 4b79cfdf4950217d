/*
 * devices.h - the devices that the device tree describes, for a first server.
 *
 * The kernel hands out pages (DEVICE capabilities) and sources of the interrupt controller (one
 * IRQ capability), but not what they are for: that is read here. Pure functions; no allocation, no
 * state but the caller's.
 */
#pragma once

#include <image/tree.h>
#include <stdbool.h>
#include <stdint.h>
#include <tenure/abi.h>

#define TN_DEVICE_RANGES 8u /* of one device; what it has more is left out */
#define TN_DEVICE_IRQS 8u

struct tn_device {
	const char *name;            /* of the node, with its unit address; in the tree */
	struct fdt_value compatible; /* texts that end in NUL each, in the tree */
	uint32_t range_count, irq_count;
	struct {
		uint64_t address, size; /* bytes; physical */
	} ranges[TN_DEVICE_RANGES];
	uint32_t irqs[TN_DEVICE_IRQS]; /* sources that the IRQ capability has */
};

/* What is left of the tree. */
struct tn_devices {
	const struct tn_boot_info *boot;
	struct tree tree;
	uint64_t irq_parents[TREE_LEVELS + 1]; /* by depth: where interrupts below go, a phandle */
};

/* Begin with the tree of the boot information, whose memory the caller sees at `tree`. NULL, or a
 * line about why it cannot be read. */
const char *tn_devices_open(struct tn_devices *devices, const struct tn_boot_info *boot,
			    const void *tree);

/*
 * Take the next device: an enabled node that is no memory, hart or the like, also if it has neither
 * registers nor interrupts. Registers that the CPU cannot reach, or that are malformed, are left
 * out; so are interrupts of other controllers. False at the end, or where the tree is broken.
 */
bool tn_devices_take(struct tn_devices *devices, struct tn_device *device);

/* Is this one of the device's compatible texts? */
bool tn_device_is(const struct tn_device *device, const char *compatible);

/* The first server's slot of the DEVICE capability that covers all pages of these bytes, at least
 * one; TN_NONE if there is none. */
uint64_t tn_device_slot(const struct tn_boot_info *boot, uint64_t address, uint64_t size);
