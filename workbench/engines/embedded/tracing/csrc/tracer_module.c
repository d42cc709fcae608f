/* The Python type around Tracer. The limited API, so that one build serves every Python from 3.10.
 */
#define Py_LIMITED_API 0x030A0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdlib.h>

#include "../../../csrc/code_cache_python.h"
#include "../../../csrc/none.h"
#include "thumb.h"
#include "tracer.h"

typedef struct {
  PyObject_HEAD Tracer *tracer;
} TracerObject;

static Tracer *tracer_of(PyObject *self) { return ((TracerObject *)self)->tracer; }

static PyObject *check_memory(Tracer *t) {
  if (t->blocks.out_of_memory) return PyErr_NoMemory();
  return none();
}

static PyObject *tracer_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  (void)kwargs;
  unsigned long long stop, read_register, write_register;
  int first_register, link_register, basepri, main_stack, process_stack;
  if (!PyArg_ParseTuple(args, "KKKiiiii", &stop, &read_register, &write_register, &first_register,
                        &link_register, &basepri, &main_stack, &process_stack))
    return NULL;
  allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
  TracerObject *self = (TracerObject *)allocate(type, 0);
  if (!self) return NULL;
  Tracer *t = self->tracer = calloc(1, sizeof *t);
  if (!t || !blocks_create(&t->blocks)) {
    Py_DECREF(self);
    return PyErr_NoMemory();
  }
  t->stop = (StopFunction)(uintptr_t)stop;
  t->read_register = (ReadFunction)(uintptr_t)read_register;
  t->write_register = (WriteFunction)(uintptr_t)write_register;
  t->basepri = basepri;
  t->main_stack = main_stack;
  t->process_stack = process_stack;
  t->first_register = first_register;
  t->link_register = link_register;
  t->state.deadline = t->state.limit = UINT64_MAX;
  return (PyObject *)self;
}

static void tracer_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  Tracer *t = tracer_of(self);
  if (t) {
    blocks_destroy(&t->blocks);
    code_cache_destroy(&t->cache);
  }
  free(t);
  freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
  release(self);
  Py_DECREF(type);
}

static PyObject *addresses(PyObject *self, PyObject *unused) {
  (void)unused;
  Tracer *t = tracer_of(self);
  return Py_BuildValue("KKKKn", (unsigned long long)(uintptr_t)&t->state,
                       (unsigned long long)(uintptr_t)tracer_on_block,
                       (unsigned long long)(uintptr_t)tracer_on_inspected,
                       (unsigned long long)(uintptr_t)t, (Py_ssize_t)sizeof(State));
}

static PyObject *add_range(PyObject *self, PyObject *args) {
  Tracer *t = tracer_of(self);
  unsigned long long start, end, host;
  int is_volatile;
  if (!PyArg_ParseTuple(args, "KKKp", &start, &end, &host, &is_volatile)) return NULL;
  const Range range = {start, end, (const uint8_t *)(uintptr_t)host, is_volatile};
  if (!blocks_add_range(&t->blocks, &range)) return PyErr_NoMemory();
  return none();
}

static int purpose_of(PyObject *number) {
  long purpose = PyLong_AsLong(number);
  if (purpose >= 0 && purpose < PURPOSES) return (int)purpose;
  if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "no such purpose");
  return -1;
}

static PyObject *start(PyObject *self, PyObject *number) {
  int purpose = purpose_of(number);
  if (purpose < 0) return NULL;
  tracer_start(tracer_of(self), purpose);
  return none();
}

static int add_edges(PyObject *dict, Block *from, int purpose) {
  EdgeCount edge;
  for (int i = 0; (edge = block_edge(from, i)).to; i++) {
    uint64_t taken = *edge.taken - edge.before[purpose];
    if (!taken || edge.to->number < 0) continue;
    PyObject *key = Py_BuildValue("ii", from->number, edge.to->number);
    PyObject *value = PyLong_FromUnsignedLongLong(taken);
    int failed = !key || !value || PyDict_SetItem(dict, key, value) < 0;
    Py_XDECREF(key);
    Py_XDECREF(value);
    if (failed) return -1;
  }
  return 0;
}

static int add_block(PyObject *blocks, const Block *block, int purpose) {
  unsigned long long times = block->issued - block->issued_before[purpose];
  PyObject *item = Py_BuildValue("Iy#K", block->address, (const char *)block->code,
                                 (Py_ssize_t)block->size, times);
  int failed = !item || PyList_Append(blocks, item) < 0;
  Py_XDECREF(item);
  return failed ? -1 : 0;
}

static int collect(const Tracer *t, int purpose, PyObject *blocks, PyObject *edges) {
  const Blocks *seen = &t->blocks;
  int32_t used = 0;
  for (int32_t i = 0; i < seen->count; i++) {
    Block *block = blocks_get(seen, i);
    block->number = in_recording(t, block, purpose) ? used++ : -1;
    if (block->number >= 0 && add_block(blocks, block, purpose) < 0) return -1;
  }
  for (int32_t i = 0; i < seen->count; i++) {
    Block *block = blocks_get(seen, i);
    if (block->number >= 0 && add_edges(edges, block, purpose) < 0) return -1;
  }
  return 0;
}

static Block *block_of(CodePiece *piece) {
  return (Block *)((char *)piece - offsetof(Block, code_piece));
}

/* What was found in the code cache, after `collect` has numbered the blocks. */
static int collect_misses(Tracer *t, PyObject *misses, PyObject *firsts) {
  for (int32_t i = 0; i < t->blocks.count; i++) {
    Block *block = blocks_get(&t->blocks, i);
    if (block->number < 0) continue;
    if (code_cache_take_misses(misses, block->number, &block->code_piece) < 0) return -1;
  }
  for (; t->taken < t->cache.first_count; t->taken++) {
    const FirstUse *use = &t->cache.firsts[t->taken];
    if (code_cache_add_first(firsts, use, block_of(use->piece)->number) < 0) return -1;
  }
  return 0;
}

/* `collect` has numbered the blocks of the recording. */
static void cut_blocks(Tracer *t, int purpose) {
  for (int32_t i = 0; i < t->blocks.count; i++) {
    Block *block = blocks_get(&t->blocks, i);
    if (block->number >= 0) block_cut(block, purpose);
  }
  t->behind[purpose] = tracer_behind(t);
}

static PyObject *cut_recording(Tracer *t, int purpose) {
  int for_trace = purpose == FOR_TRACE;
  if (for_trace) tracer_settle(t);
  if (t->blocks.out_of_memory || t->cache.out_of_memory) return PyErr_NoMemory();
  PyObject *parts[4] = {PyList_New(0), PyDict_New(), PyDict_New(), PyList_New(0)}, *result = NULL;
  int good = parts[0] && parts[1] && parts[2] && parts[3];
  if (good && collect(t, purpose, parts[0], parts[1]) == 0 &&
      (!for_trace || collect_misses(t, parts[2], parts[3]) == 0))
    result = PyTuple_Pack(4, parts[0], parts[1], parts[2], parts[3]);
  for (int i = 0; i < 4; i++) Py_XDECREF(parts[i]);
  if (result) cut_blocks(t, purpose);
  return result;
}

static PyObject *cut(PyObject *self, PyObject *number) {
  int purpose = purpose_of(number);
  return purpose < 0 ? NULL : cut_recording(tracer_of(self), purpose);
}

static PyObject *stop_recording(PyObject *self, PyObject *number) {
  int purpose = purpose_of(number);
  if (purpose < 0) return NULL;
  tracer_stop(tracer_of(self), purpose);
  return cut_recording(tracer_of(self), purpose);
}

static PyObject *issue_block(PyObject *self, PyObject *args) {
  unsigned int address, size;
  if (!PyArg_ParseTuple(args, "II", &address, &size)) return NULL;
  tracer_issue(tracer_of(self), address, size);
  return check_memory(tracer_of(self));
}

static PyObject *accept_block(PyObject *self, PyObject *args) {
  unsigned int address, size, flags;
  PyObject *list;
  if (!PyArg_ParseTuple(args, "IIIO", &address, &size, &flags, &list)) return NULL;
  Py_ssize_t count = PySequence_Size(list);
  if (count < 0) return NULL;
  uint64_t *bases = count ? calloc((size_t)count + 1, sizeof *bases) : NULL;
  if (count && !bases) return PyErr_NoMemory();
  for (Py_ssize_t i = 0; i < count; i++) {
    PyObject *base = PySequence_GetItem(list, i);
    bases[i] = base ? PyLong_AsUnsignedLongLong(base) : 0;
    Py_XDECREF(base);
  }
  tracer_accept(tracer_of(self), address, size, flags, bases);
  return PyErr_Occurred() ? NULL : check_memory(tracer_of(self));
}

static PyObject *truncate_block(PyObject *self, PyObject *args) {
  unsigned int size;
  if (!PyArg_ParseTuple(args, "I", &size)) return NULL;
  tracer_truncate(tracer_of(self), size);
  return check_memory(tracer_of(self));
}

static PyObject *change(PyObject *self, PyObject *args) {
  unsigned int address, size;
  if (!PyArg_ParseTuple(args, "II", &address, &size)) return NULL;
  tracer_change(tracer_of(self), address, size);
  return none();
}

static PyObject *forget(PyObject *self, PyObject *unused) {
  (void)unused;
  tracer_forget(tracer_of(self));
  return none();
}

static PyObject *use_code_cache(PyObject *self, PyObject *args) {
  if (code_cache_from(&tracer_of(self)->cache, args) < 0) return NULL;
  return none();
}

static PyObject *code_lines(PyObject *self, PyObject *number) {
  int purpose = purpose_of(number);
  if (purpose < 0) return NULL;
  tracer_settle(tracer_of(self));
  return code_cache_list(&tracer_of(self)->cache, purpose == FOR_CYCLES);
}

static PyObject *code_misses(PyObject *self, PyObject *unused) {
  (void)unused;
  const CodeCache *cache = &tracer_of(self)->cache;
  return Py_BuildValue("KK", (unsigned long long)cache->counted[IN_SEQUENCE],
                       (unsigned long long)cache->counted[BY_JUMP]);
}

static PyObject *resume(PyObject *self, PyObject *lines) {
  Py_ssize_t count = PySequence_Size(lines);
  if (count < 0) return NULL;
  uint32_t *numbers = malloc(((size_t)count + 1) * sizeof *numbers);
  if (!numbers) return PyErr_NoMemory();
  for (Py_ssize_t i = 0; i < count; i++) {
    PyObject *number = PySequence_GetItem(lines, i);
    numbers[i] = number ? (uint32_t)PyLong_AsUnsignedLong(number) : 0;
    Py_XDECREF(number);
  }
  if (!PyErr_Occurred()) tracer_resume(tracer_of(self), numbers, (uint32_t)count);
  free(numbers);
  return PyErr_Occurred() ? NULL : check_memory(tracer_of(self));
}

static PyObject *scan_block(PyObject *self, PyObject *block) {
  (void)self;
  char *code;
  Py_ssize_t size;
  uint32_t instructions;
  if (PyBytes_AsStringAndSize(block, &code, &size) < 0) return NULL;
  uint32_t flags = scan((const uint8_t *)code, (uint32_t)size, &instructions);
  return Py_BuildValue("II", instructions, flags);
}

static PyMethodDef methods[] = {
    {"addresses", addresses, METH_NOARGS, "Addresses: state, hooks, user data; size of the state."},
    {"add_range", add_range, METH_VARARGS, "(start, end, host address, volatile): memory"},
    {"start", start, METH_O, "(purpose): begin to record."},
    {"stop", stop_recording, METH_O, "(purpose): end recording; return what `cut` does."},
    {"cut", cut, METH_O, "(purpose): (blocks, edges, misses, first uses) since its last one."},
    {"use_code_cache", use_code_cache, METH_VARARGS,
     "(lines, log2 of their bytes, [(start, end) of flash]): the part's."},
    {"code_lines", code_lines, METH_O, "(purpose): its lines in the code cache, the latest first."},
    {"code_misses", code_misses, METH_NOARGS, "Misses for cycles: (in sequence, by jump)."},
    {"resume", resume, METH_O, "(lines): go on behind the block in the state, as restored."},
    {"issue", issue_block, METH_VARARGS, "(address, size): count a block the hook has not seen."},
    {"accept", accept_block, METH_VARARGS, "(address, size, flags, bases): no longer refused."},
    {"truncate", truncate_block, METH_VARARGS, "(size): the block issued last was cut short."},
    {"change", change, METH_VARARGS, "(address, size): the code there may differ."},
    {"forget", forget, METH_NOARGS, "Decode blocks anew."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Tracer(uc_emu_stop, uc_reg_read, r0, lr): addresses, and Unicorn's numbers."},
    {Py_tp_new, tracer_new},
    {Py_tp_dealloc, tracer_dealloc},
    {Py_tp_methods, methods},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "workbench.engines.embedded.tracing._tracer.Tracer",
    .basicsize = sizeof(TracerObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = slots,
};

static int execute(PyObject *module) {
  PyObject *type = PyType_FromSpec(&spec);
  if (!type) return -1;
  int failed = PyModule_AddObjectRef(module, "Tracer", type);
  Py_DECREF(type);
  return failed ? failed : PyModule_AddStringConstant(module, "SOURCE_DIGEST", SOURCE_DIGEST);
}

static PyMethodDef functions[] = {
    {"scan", scan_block, METH_O, "(code): number of instructions, BlockFlag bits of the block."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_tracer",
    .m_doc = "The block hook of the embedded engine in C.",
    .m_size = 0,
    .m_methods = functions,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__tracer(void) { return PyModuleDef_Init(&module); }
