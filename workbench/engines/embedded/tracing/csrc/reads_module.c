/* The hook on data reads from flash in C: which instruction read how often, and how many lines.
 *
 * The twin of PythonReads in flash_reads.py, which says what everything means. Unicorn is not
 * linked: its functions come as addresses from the Python binding. Limited API, as in
 * tracer_module.c.
 */
#define Py_LIMITED_API 0x030A0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../../csrc/none.h"

enum { FIRST_SLOTS = 1 << 10 };

typedef struct {
  uint32_t pc;
  uint64_t reads, lines; /* reads == 0: the slot is free */
  uint64_t cut;          /* reads until the last `cut` */
} Reader;

/* The lines read last, the latest first: `lines` of them, UINT32_MAX where there is none yet. */
typedef struct {
  uint32_t lines, *held;
} Cache;

typedef int (*RegisterFunction)(void *, int, void *);
typedef void (*DataHook)(void *, int, uint64_t, int, int64_t, void *);

typedef struct {
  RegisterFunction read_register, write_register;
  int pc_id, xpsr_id, xpsr_write_id;
  uint32_t it_state, line_shift;
  Reader *slots;
  uint32_t slot_mask, used;
  uint64_t reads, lines;     /* in all */
  Cache cache, steady_cache; /* in a recording, and for the totals */
  int paused, out_of_memory;
  DataHook unaligned; /* what on_access passes unaligned accesses to */
} Reads;

static Reader *find(Reader *slots, uint32_t mask, uint32_t pc) {
  uint32_t i = (pc >> 1) * 2654435761u >> 8 & mask;
  while (slots[i].reads && slots[i].pc != pc) i = (i + 1) & mask;
  return &slots[i];
}

static int grow(Reads *r, uint32_t count) {
  Reader *slots = calloc(count, sizeof *slots);
  if (!slots) return 0;
  for (uint32_t i = 0; r->slots && i <= r->slot_mask; i++)
    if (r->slots[i].reads) *find(slots, count - 1, r->slots[i].pc) = r->slots[i];
  free(r->slots);
  r->slots = slots;
  r->slot_mask = count - 1;
  return 1;
}

/* Core._leave_it_block() in core.py, which says why */
static void leave_it_block(const Reads *r, void *uc) {
  uint64_t xpsr = 0;
  r->read_register(uc, r->xpsr_id, &xpsr);
  if (!((uint32_t)xpsr & r->it_state)) return;
  xpsr &= ~(uint64_t)r->it_state;
  r->write_register(uc, r->xpsr_write_id, &xpsr);
}

static void empty_cache(Cache *cache) {
  if (cache->lines) memset(cache->held, 0xFF, cache->lines * sizeof *cache->held);
}

/* Return 0 where there is no memory for it. */
static int size_cache(Cache *cache, uint32_t lines) {
  uint32_t *held = lines ? malloc(lines * sizeof *held) : NULL;
  if (lines && !held) return 0;
  free(cache->held);
  cache->held = held;
  cache->lines = lines;
  empty_cache(cache);
  return 1;
}

/* Put `line` first; return whether it was not there. */
static int is_miss(Cache *cache, uint32_t line) {
  uint32_t *held = cache->held, at = 1, missing;
  if (!cache->lines) return 1;
  if (held[0] == line) return 0;
  while (at < cache->lines && held[at] != line) at++;
  missing = at == cache->lines;
  memmove(held + 1, held, (at - missing) * sizeof *held);
  held[0] = line;
  return (int)missing;
}

static void on_read(void *uc, int type, uint64_t address, int size, int64_t value, void *data) {
  (void)type, (void)size, (void)value;
  Reads *r = data;
  uint64_t pc = 0;
  r->read_register(uc, r->pc_id, &pc);
  leave_it_block(r, uc);
  if (r->paused) return;
  if (r->used * 2 > r->slot_mask && !grow(r, 2 * (r->slot_mask + 1))) {
    r->out_of_memory = 1;
    return;
  }
  uint32_t line = (uint32_t)address >> r->line_shift;
  Reader *reader = find(r->slots, r->slot_mask, (uint32_t)pc);
  if (!reader->reads) {
    r->used++;
    reader->pc = (uint32_t)pc;
  }
  reader->reads++;
  reader->lines += is_miss(&r->cache, line);
  r->reads++;
  r->lines += is_miss(&r->steady_cache, line);
}

/* The hook of AlignmentTrap in alignment.py. */
static void on_access(void *uc, int type, uint64_t address, int size, int64_t value, void *data) {
  const Reads *r = data;
  if (address & (uint64_t)(size - 1))
    r->unaligned(uc, type, address, size, value, NULL);
  else
    leave_it_block(r, uc);
}

/* -- Python -------------------------------------------------------------------------------- */

typedef struct {
  PyObject_HEAD Reads *reads;
} ReadsObject;

static Reads *reads_of(PyObject *self) { return ((ReadsObject *)self)->reads; }

static PyObject *reads_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  (void)kwargs;
  unsigned long long reader, writer;
  int pc, xpsr, xpsr_write;
  unsigned int it_state;
  if (!PyArg_ParseTuple(args, "KKiiiI", &reader, &writer, &pc, &xpsr, &xpsr_write, &it_state))
    return NULL;
  allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
  ReadsObject *self = (ReadsObject *)allocate(type, 0);
  if (!self) return NULL;
  Reads *r = self->reads = calloc(1, sizeof *r);
  if (!r || !grow(r, FIRST_SLOTS)) {
    Py_DECREF(self);
    return PyErr_NoMemory();
  }
  r->read_register = (RegisterFunction)(uintptr_t)reader;
  r->write_register = (RegisterFunction)(uintptr_t)writer;
  r->pc_id = pc;
  r->xpsr_id = xpsr;
  r->xpsr_write_id = xpsr_write;
  r->it_state = it_state;
  return (PyObject *)self;
}

static void reads_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  Reads *r = reads_of(self);
  if (r) free(r->slots), free(r->cache.held), free(r->steady_cache.held);
  free(r);
  freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
  release(self);
  Py_DECREF(type);
}

static PyObject *addresses(PyObject *self, PyObject *unused) {
  (void)unused;
  return Py_BuildValue("KK", (unsigned long long)(uintptr_t)on_read,
                       (unsigned long long)(uintptr_t)reads_of(self));
}

static PyObject *filter_unaligned(PyObject *self, PyObject *args) {
  unsigned long long hook;
  if (!PyArg_ParseTuple(args, "K", &hook)) return NULL;
  reads_of(self)->unaligned = (DataHook)(uintptr_t)hook;
  return PyLong_FromUnsignedLongLong((unsigned long long)(uintptr_t)on_access);
}

static PyObject *pause_reads(PyObject *self, PyObject *on) {
  int paused = PyObject_IsTrue(on);
  if (paused < 0) return NULL;
  reads_of(self)->paused = paused;
  Py_RETURN_NONE;
}

static PyObject *use_data_cache(PyObject *self, PyObject *args) {
  Reads *r = reads_of(self);
  unsigned int lines, line_bytes_log2;
  if (!PyArg_ParseTuple(args, "II", &lines, &line_bytes_log2)) return NULL;
  if (!size_cache(&r->cache, lines) || !size_cache(&r->steady_cache, lines))
    return PyErr_NoMemory();
  r->line_shift = line_bytes_log2;
  return none();
}

static PyObject *forget_lines(PyObject *self, PyObject *unused) {
  (void)unused;
  empty_cache(&reads_of(self)->cache);
  return none();
}

static PyObject *lines(PyObject *self, PyObject *unused) {
  (void)unused;
  const Cache *cache = &reads_of(self)->steady_cache;
  PyObject *list = PyList_New(0);
  for (uint32_t i = 0; list && i < cache->lines && cache->held[i] != UINT32_MAX; i++) {
    PyObject *line = PyLong_FromUnsignedLong(cache->held[i]);
    if (!line || PyList_Append(list, line) < 0) Py_CLEAR(list);
    Py_XDECREF(line);
  }
  return list;
}

static PyObject *restore(PyObject *self, PyObject *list) {
  Cache *cache = &reads_of(self)->steady_cache;
  Py_ssize_t count = PySequence_Size(list);
  empty_cache(cache);
  for (Py_ssize_t i = 0; i < count && i < (Py_ssize_t)cache->lines; i++) {
    PyObject *line = PySequence_GetItem(list, i);
    if (line) cache->held[i] = (uint32_t)PyLong_AsUnsignedLong(line);
    Py_XDECREF(line);
  }
  if (PyErr_Occurred()) return NULL;
  return none();
}

static PyObject *totals(PyObject *self, PyObject *unused) {
  (void)unused;
  const Reads *r = reads_of(self);
  return Py_BuildValue("KK", (unsigned long long)r->reads, (unsigned long long)r->lines);
}

static PyObject *counts(PyObject *self, PyObject *unused) {
  (void)unused;
  Reads *r = reads_of(self);
  if (r->out_of_memory) return PyErr_NoMemory();
  PyObject *found = PyDict_New();
  for (uint32_t i = 0; found && i <= r->slot_mask; i++) {
    const Reader *reader = &r->slots[i];
    if (!reader->reads) continue;
    PyObject *key = PyLong_FromUnsignedLong(reader->pc);
    PyObject *item =
        Py_BuildValue("KK", (unsigned long long)reader->reads, (unsigned long long)reader->lines);
    int failed = !key || !item || PyDict_SetItem(found, key, item) < 0;
    Py_XDECREF(key);
    Py_XDECREF(item);
    if (failed) Py_CLEAR(found);
  }
  return found;
}

static PyObject *cut(PyObject *self, PyObject *unused) {
  (void)unused;
  Reads *r = reads_of(self);
  if (r->out_of_memory) return PyErr_NoMemory();
  PyObject *found = PyDict_New();
  for (uint32_t i = 0; found && i <= r->slot_mask; i++) {
    Reader *reader = &r->slots[i];
    if (reader->reads == reader->cut) continue;
    PyObject *key = PyLong_FromUnsignedLong(reader->pc);
    PyObject *times = PyLong_FromUnsignedLongLong(reader->reads - reader->cut);
    int failed = !key || !times || PyDict_SetItem(found, key, times) < 0;
    Py_XDECREF(key);
    Py_XDECREF(times);
    if (failed) Py_CLEAR(found);
    reader->cut = reader->reads;
  }
  return found;
}

static PyMethodDef methods[] = {
    {"filter_unaligned", filter_unaligned, METH_VARARGS,
     "(hook): a hook that calls `hook` at unaligned accesses."},
    {"addresses", addresses, METH_NOARGS, "(hook, user data) addresses"},
    {"counts", counts, METH_NOARGS, "Return {pc: (reads, lines)}."},
    {"pause", pause_reads, METH_O, "(on): count no read until it is off."},
    {"use_data_cache", use_data_cache, METH_VARARGS, "(lines, log2 of their bytes): the part's."},
    {"forget_lines", forget_lines, METH_NOARGS, "No line was read before."},
    {"cut", cut, METH_NOARGS, "Return {pc: reads} since the last cut."},
    {"lines", lines, METH_NOARGS, "Lines that the totals' cache holds, the latest first."},
    {"restore", restore, METH_O, "(lines): what the totals' cache holds."},
    {"totals", totals, METH_NOARGS, "Return (reads, lines) of all instructions."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Reads(uc_reg_read, uc_reg_write, pc, xpsr, xpsr to write, IT state)"},
    {Py_tp_new, reads_new},
    {Py_tp_dealloc, reads_dealloc},
    {Py_tp_methods, methods},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "workbench.engines.embedded.tracing._reads.Reads",
    .basicsize = sizeof(ReadsObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = slots,
};

static int execute(PyObject *module) {
  PyObject *type = PyType_FromSpec(&spec);
  if (!type) return -1;
  int failed = PyModule_AddObjectRef(module, "Reads", type);
  Py_DECREF(type);
  return failed ? failed : PyModule_AddStringConstant(module, "SOURCE_DIGEST", SOURCE_DIGEST);
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_reads",
    .m_doc = "The hook on data reads from flash in C.",
    .m_size = 0,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__reads(void) { return PyModuleDef_Init(&module); }
