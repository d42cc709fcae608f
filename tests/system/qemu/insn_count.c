/*
 * A QEMU TCG plugin that counts issued instructions between two addresses.
 *
 * Arguments: start=ADDRESS,stop=ADDRESS[,calls=N],report=FILE
 *
 * Each time the instruction at `start` issues, a count begins (with that instruction); each time
 * the one at `stop` is about to issue, the count ends (without it). One line for each pair is
 * appended to FILE: "<instructions since start> <instructions since reset>". After N pairs QEMU is
 * ended; without N it runs until somebody ends it.
 *
 * Debian's QEMU ships no qemu-plugin.h, so what is used of its interface is declared here, from
 * "QEMU TCG Plugins" (docs/devel/tcg-plugins): what version 1 (to QEMU 8.2) and versions from 2 on
 * have in common. INTERFACE says which one; inline counting, which would be faster, is another in
 * each.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef struct qemu_info_t qemu_info_t;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*callback)(qemu_plugin_id_t,
                                                            struct qemu_plugin_tb *));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            void (*callback)(unsigned int vcpu, void *data),
                                            enum qemu_plugin_cb_flags flags, void *data);

EXPORT int qemu_plugin_version = INTERFACE;

static uint64_t start_address, stop_address;
static uint64_t issued; /* instructions since reset; one core, so no lock */
static uint64_t issued_at_start;
static bool counting;
static long calls_left = -1; /* -1: without end */
static FILE *report;

static void at_start(unsigned int vcpu, void *data) {
  (void)vcpu;
  (void)data;
  issued_at_start = issued;
  counting = true;
  issued++;
}

static void at_stop(unsigned int vcpu, void *data) {
  (void)vcpu;
  (void)data;
  if (counting) {
    counting = false;
    fprintf(report, "%" PRIu64 " %" PRIu64 "\n", issued - issued_at_start, issued);
    fflush(report);
    if (calls_left > 0 && --calls_left == 0) {
      _exit(0); /* from the CPU thread: QEMU's own exit handlers would wait for it */
    }
  }
  issued++;
}

static void elsewhere(unsigned int vcpu, void *data) {
  (void)vcpu;
  (void)data;
  issued++;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
    struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
    uint64_t address = qemu_plugin_insn_vaddr(insn);
    void (*callback)(unsigned int, void *) = elsewhere;
    if (address == start_address) callback = at_start;
    if (address == stop_address) callback = at_stop;
    qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, QEMU_PLUGIN_CB_NO_REGS, NULL);
  }
}

static bool parse_argument(const char *argument) {
  const char *value = strchr(argument, '=');
  if (value == NULL) {
    return false;
  }
  size_t name = (size_t)(value++ - argument);
  if (strncmp(argument, "start", name) == 0) {
    start_address = strtoull(value, NULL, 0);
  } else if (strncmp(argument, "stop", name) == 0) {
    stop_address = strtoull(value, NULL, 0);
  } else if (strncmp(argument, "calls", name) == 0) {
    calls_left = strtol(value, NULL, 0);
  } else if (strncmp(argument, "report", name) == 0) {
    report = fopen(value, "w");
    return report != NULL;
  } else {
    return false;
  }
  return true;
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                               char **argv) {
  (void)info;
  for (int i = 0; i < argc; i++) {
    if (!parse_argument(argv[i])) {
      fprintf(stderr, "insn_count: bad argument: %s\n", argv[i]);
      return -1;
    }
  }
  if (report == NULL || start_address == 0 || stop_address == 0) {
    fprintf(stderr, "insn_count: needs start=, stop= and report=\n");
    return -1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  return 0;
}
