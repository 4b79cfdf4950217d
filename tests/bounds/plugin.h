/*
 * plugin.h - what entries.c uses of QEMU's interface for TCG plugins, version 1, as QEMU's
 * documentation describes it ("QEMU TCG Plugins"): Debian has no package with the header.
 *
 * QEMU defines the functions; the plugin defines qemu_plugin_version and qemu_plugin_install().
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PLUGIN_EXPORT __attribute__((visibility("default")))
#define PLUGIN_VERSION 1

#define PLUGIN_NO_REGISTERS 0 /* the callback changes none of the guest's */
#define PLUGIN_ADD 0          /* the inline operation: add to a word of 64 bits */
#define PLUGIN_WRITES 2       /* callbacks for stores alone */

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;

typedef void plugin_translate_fn(uint64_t id, struct qemu_plugin_tb *block);
typedef void plugin_execute_fn(unsigned hart, void *data);
typedef void plugin_memory_fn(unsigned hart, uint32_t info, uint64_t address, void *data);
typedef void plugin_exit_fn(uint64_t id, void *data);

PLUGIN_EXPORT extern int qemu_plugin_version;
PLUGIN_EXPORT int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc,
				      char **argv);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, plugin_translate_fn *fn);
void qemu_plugin_register_atexit_cb(uint64_t id, plugin_exit_fn *fn, void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, plugin_execute_fn *fn,
					    int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int operation,
						void *word, uint64_t value);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, plugin_memory_fn *fn,
				      int flags, int accesses, void *data);
