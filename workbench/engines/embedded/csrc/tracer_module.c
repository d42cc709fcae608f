/* The Python type around Tracer. The limited API, so that one build serves every Python from 3.10.
 */
#define Py_LIMITED_API 0x030A0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdlib.h>

#include "../../csrc/code_cache_python.h"
#include "tracer.h"

typedef struct {
  PyObject_HEAD Tracer *tracer;
} TracerObject;

static Tracer *tracer_of(PyObject *self) { return ((TracerObject *)self)->tracer; }

static PyObject *check_memory(Tracer *t) {
  if (t->blocks.out_of_memory) return PyErr_NoMemory();
  Py_RETURN_NONE;
}

static PyObject *tracer_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  (void)kwargs;
  unsigned long long stop, read_register;
  int first_register, link_register;
  if (!PyArg_ParseTuple(args, "KKii", &stop, &read_register, &first_register, &link_register))
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
  Py_RETURN_NONE;
}

static PyObject *start(PyObject *self, PyObject *unused) {
  (void)unused;
  tracer_start(tracer_of(self));
  Py_RETURN_NONE;
}

static int add_edge(PyObject *dict, const Block *from, const Block *to, uint64_t taken) {
  if (!to || !taken) return 0;
  PyObject *key = Py_BuildValue("ii", from->number, to->number);
  PyObject *value = PyLong_FromUnsignedLongLong(taken);
  int failed = !key || !value || PyDict_SetItem(dict, key, value) < 0;
  Py_XDECREF(key);
  Py_XDECREF(value);
  return failed ? -1 : 0;
}

static int add_edges(PyObject *dict, const Block *from) {
  for (int i = 0; i < EDGES_IN_BLOCK; i++)
    if (add_edge(dict, from, from->successor[i], from->taken[i]) < 0) return -1;
  for (const Edge *edge = from->more_edges; edge; edge = edge->next)
    if (add_edge(dict, from, edge->successor, edge->taken) < 0) return -1;
  return 0;
}

static Block *block_of(CodePiece *piece) {
  return (Block *)((char *)piece - offsetof(Block, code_piece));
}

/* Fill the parts of a Recording. An edge from a block that was issued before the last cut may be
 * the first thing after it. */
static int collect(Tracer *t, PyObject *blocks, PyObject *edges, PyObject *misses,
                   PyObject *firsts) {
  const Blocks *seen = &t->blocks;
  int32_t used = 0;
  for (int32_t i = 0; i < seen->count; i++) {
    Block *block = blocks_get(seen, i);
    if (!block->issued && !block->successor[0]) continue;
    block->number = used++;
    PyObject *item = Py_BuildValue("Iy#K", block->address, (const char *)block->code,
                                   (Py_ssize_t)block->size, (unsigned long long)block->issued);
    int failed = !item || PyList_Append(blocks, item) < 0;
    Py_XDECREF(item);
    if (failed || code_cache_add_misses(misses, block->number, &block->code_piece) < 0) return -1;
  }
  for (int32_t i = 0; i < seen->count; i++)
    if (add_edges(edges, blocks_get(seen, i)) < 0) return -1;
  for (; t->taken < t->cache.first_count; t->taken++) {
    const FirstUse *use = &t->cache.firsts[t->taken];
    if (code_cache_add_first(firsts, use, block_of(use->piece)->number) < 0) return -1;
  }
  return 0;
}

static PyObject *cut(PyObject *self, PyObject *unused) {
  (void)unused;
  Tracer *t = tracer_of(self);
  if (t->cache.capacity) code_cache_settle(&t->cache);
  if (t->blocks.out_of_memory || t->cache.out_of_memory) return PyErr_NoMemory();
  PyObject *parts[4] = {PyList_New(0), PyDict_New(), PyDict_New(), PyList_New(0)}, *result = NULL;
  int good = parts[0] && parts[1] && parts[2] && parts[3];
  if (good && collect(t, parts[0], parts[1], parts[2], parts[3]) == 0)
    result = PyTuple_Pack(4, parts[0], parts[1], parts[2], parts[3]);
  for (int i = 0; i < 4; i++) Py_XDECREF(parts[i]);
  blocks_clear_recording(&t->blocks);
  return result;
}

static PyObject *stop_recording(PyObject *self, PyObject *unused) {
  tracer_stop(tracer_of(self));
  return cut(self, unused);
}

static PyObject *issue_block(PyObject *self, PyObject *args) {
  unsigned int address, size;
  if (!PyArg_ParseTuple(args, "II", &address, &size)) return NULL;
  tracer_issue(tracer_of(self), address, size);
  return check_memory(tracer_of(self));
}

static PyObject *accept_block(PyObject *self, PyObject *args) {
  unsigned int address, size, flags;
  if (!PyArg_ParseTuple(args, "III", &address, &size, &flags)) return NULL;
  tracer_accept(tracer_of(self), address, size, flags);
  return check_memory(tracer_of(self));
}

static PyObject *checked(PyObject *self, PyObject *unused) {
  (void)unused;
  Tracer *t = tracer_of(self);
  PyObject *list = PyList_New(0);
  for (uint32_t i = 0; list && i < t->state.checked; i++) {
    PyObject *address = PyLong_FromUnsignedLong(t->checked[i]);
    int failed = !address || PyList_Append(list, address) < 0;
    Py_XDECREF(address);
    if (failed) Py_CLEAR(list);
  }
  t->state.checked = 0;
  return list;
}

static PyObject *truncate_block(PyObject *self, PyObject *args) {
  unsigned int size;
  if (!PyArg_ParseTuple(args, "I", &size)) return NULL;
  tracer_truncate(tracer_of(self), size);
  return check_memory(tracer_of(self));
}

static PyObject *forget(PyObject *self, PyObject *unused) {
  (void)unused;
  tracer_forget(tracer_of(self));
  Py_RETURN_NONE;
}

static PyObject *count(PyObject *self, PyObject *args) {
  int on;
  if (!PyArg_ParseTuple(args, "p", &on)) return NULL;
  tracer_count(tracer_of(self), on);
  Py_RETURN_NONE;
}

static PyObject *use_code_cache(PyObject *self, PyObject *args) {
  if (code_cache_from(&tracer_of(self)->cache, args) < 0) return NULL;
  Py_RETURN_NONE;
}

static PyObject *code_lines(PyObject *self, PyObject *args) {
  int of_count;
  if (!PyArg_ParseTuple(args, "p", &of_count)) return NULL;
  CodeCache *cache = &tracer_of(self)->cache;
  if (cache->capacity) code_cache_settle(cache);
  return code_cache_list(cache, of_count);
}

static PyObject *code_misses(PyObject *self, PyObject *unused) {
  (void)unused;
  const CodeCache *cache = &tracer_of(self)->cache;
  return Py_BuildValue("KKI", (unsigned long long)cache->counted[IN_SEQUENCE],
                       (unsigned long long)cache->counted[BY_JUMP],
                       cache->capacity ? code_cache_end(cache) : 0);
}

static PyObject *restore_code(PyObject *self, PyObject *args) {
  CodeCache *cache = &tracer_of(self)->cache;
  PyObject *lines;
  unsigned int end;
  if (!PyArg_ParseTuple(args, "OI", &lines, &end)) return NULL;
  Py_ssize_t count = PySequence_Size(lines);
  uint32_t *numbers = malloc(((size_t)count + 1) * sizeof *numbers);
  if (!numbers) return PyErr_NoMemory();
  for (Py_ssize_t i = 0; i < count; i++) {
    PyObject *number = PySequence_GetItem(lines, i);
    numbers[i] = number ? (uint32_t)PyLong_AsUnsignedLong(number) : 0;
    Py_XDECREF(number);
  }
  if (cache->capacity && !PyErr_Occurred())
    code_cache_restore(cache, numbers, (uint32_t)count, end);
  free(numbers);
  if (PyErr_Occurred()) return NULL;
  Py_RETURN_NONE;
}

/* Ask `cost` for the cycles of a block: (cycles, refill, extra). */
static int time_block(PyObject *cost, Block *block) {
  PyObject *found = PyObject_CallFunction(cost, "Iy#", block->address, (const char *)block->code,
                                          (Py_ssize_t)block->size);
  int good = found && PyArg_ParseTuple(found, "III", &block->cycles, &block->refill, &block->extra);
  Py_XDECREF(found);
  block->is_timed = good;
  return good;
}

static PyObject *cycles(PyObject *self, PyObject *cost) {
  const Blocks *seen = &tracer_of(self)->blocks;
  uint64_t sum = 0;
  for (int32_t i = 0; i < seen->count; i++) {
    Block *block = blocks_get(seen, i);
    if (!block->counted && !block->jumps_out) continue;
    if (!block->is_timed && !time_block(cost, block)) return NULL;
    sum += block->counted * block->cycles + block->jumps_out * block->refill +
           block->jumps_in * block->extra;
  }
  return PyLong_FromUnsignedLongLong(sum);
}

static PyMethodDef methods[] = {
    {"count", count, METH_VARARGS, "(on): count what `cycles` needs."},
    {"cycles", cycles, METH_O, "(cost): cycles of the blocks counted; cost(address, code)."},
    {"addresses", addresses, METH_NOARGS, "Addresses: state, hooks, user data; size of the state."},
    {"add_range", add_range, METH_VARARGS, "(start, end, host address, volatile): memory"},
    {"start", start, METH_NOARGS, "Begin to record."},
    {"stop", stop_recording, METH_NOARGS, "End recording; return what `cut` does."},
    {"cut", cut, METH_NOARGS, "Return (blocks, edges, misses, first uses) since the last one."},
    {"use_code_cache", use_code_cache, METH_VARARGS,
     "(lines, log2 of their bytes, [(start, end) of flash]): the part's."},
    {"code_lines", code_lines, METH_VARARGS,
     "(of the count?): lines in the code cache, else of the recording; the latest first."},
    {"code_misses", code_misses, METH_NOARGS,
     "Misses counted (in sequence, by jump), and where the code before ended."},
    {"restore_code", restore_code, METH_VARARGS, "(lines, end): what the count goes on with."},
    {"issue", issue_block, METH_VARARGS, "(address, size): count a block the hook has not seen."},
    {"accept", accept_block, METH_VARARGS, "(address, size, flags): no longer refused."},
    {"checked", checked, METH_NOARGS, "Addresses of instructions that were looked at enough."},
    {"truncate", truncate_block, METH_VARARGS, "(size): the block issued last was cut short."},
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
    .name = "workbench.engines.embedded._tracer.Tracer",
    .basicsize = sizeof(TracerObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = slots,
};

static int execute(PyObject *module) {
  PyObject *type = PyType_FromSpec(&spec);
  if (!type) return -1;
  int failed = PyModule_AddObjectRef(module, "Tracer", type);
  Py_DECREF(type);
  return failed;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_tracer",
    .m_doc = "The block hook of the embedded engine in C.",
    .m_size = 0,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__tracer(void) { return PyModuleDef_Init(&module); }
