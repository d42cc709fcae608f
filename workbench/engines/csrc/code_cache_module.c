/* A code cache that pieces of code are executed in, one after the other: `NativeReplay` in
 * code_cache.py. Limited API, as in tracer_module.c.
 */
#define Py_LIMITED_API 0x030A0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

#include "code_cache_python.h"
#include "none.h"

typedef struct {
  CodeCache cache;
  CodePiece *pieces;
  int32_t count;
  uint32_t taken; /* of the cache's first uses, by the cuts so far */
  uint32_t end;   /* of the piece that was executed last */
} Replay;

typedef struct {
  PyObject_HEAD Replay *replay;
} ReplayObject;

static Replay *replay_of(PyObject *self) { return ((ReplayObject *)self)->replay; }

static PyObject *replay_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  (void)kwargs;
  allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
  ReplayObject *self = (ReplayObject *)allocate(type, 0);
  if (!self) return NULL;
  self->replay = calloc(1, sizeof *self->replay);
  if (!self->replay) {
    Py_DECREF(self);
    return PyErr_NoMemory();
  }
  if (code_cache_from(&self->replay->cache, args) < 0) {
    Py_DECREF(self);
    return NULL;
  }
  code_cache_record(&self->replay->cache, 1);
  return (PyObject *)self;
}

static void replay_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  Replay *r = replay_of(self);
  if (r) {
    for (int32_t i = 0; i < r->count; i++) code_piece_clear(&r->pieces[i]);
    free(r->pieces);
    code_cache_destroy(&r->cache);
  }
  free(r);
  freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
  release(self);
  Py_DECREF(type);
}

static PyObject *add_piece(PyObject *self, PyObject *args) {
  Replay *r = replay_of(self);
  unsigned int address, size;
  if (!PyArg_ParseTuple(args, "II", &address, &size)) return NULL;
  CodePiece *pieces = realloc(r->pieces, (size_t)(r->count + 1) * sizeof *pieces);
  if (!pieces) return PyErr_NoMemory();
  r->pieces = pieces;
  pieces[r->count++] = (CodePiece){.address = address, .size = size};
  return none();
}

static PyObject *run(PyObject *self, PyObject *args) {
  Replay *r = replay_of(self);
  const char *numbers;
  Py_ssize_t length;
  if (!PyArg_ParseTuple(args, "y#", &numbers, &length)) return NULL;
  for (Py_ssize_t at = 0; at + (Py_ssize_t)sizeof(uint32_t) <= length; at += sizeof(uint32_t)) {
    uint32_t number;
    memcpy(&number, numbers + at, sizeof number);
    if (number >= (uint32_t)r->count) {
      PyErr_SetString(PyExc_IndexError, "no such piece");
      return NULL;
    }
    CodePiece *piece = &r->pieces[number];
    if (!code_cache_use(&r->cache, piece)) code_cache_look_up(&r->cache, piece, r->end);
    r->end = code_piece_end(piece);
  }
  if (r->cache.out_of_memory) return PyErr_NoMemory();
  return none();
}

static PyObject *cut(PyObject *self, PyObject *unused) {
  (void)unused;
  Replay *r = replay_of(self);
  PyObject *misses = PyDict_New(), *firsts = PyList_New(0), *result = NULL;
  int failed = !misses || !firsts;
  for (int32_t i = 0; !failed && i < r->count; i++)
    failed = code_cache_take_misses(misses, i, &r->pieces[i]) < 0;
  for (; !failed && r->taken < r->cache.first_count; r->taken++) {
    const FirstUse *use = &r->cache.firsts[r->taken];
    failed = code_cache_add_first(firsts, use, (int)(use->piece - r->pieces)) < 0;
  }
  if (!failed) result = PyTuple_Pack(2, misses, firsts);
  Py_XDECREF(misses);
  Py_XDECREF(firsts);
  return result;
}

static PyObject *contents(PyObject *self, PyObject *unused) {
  (void)unused;
  return code_cache_list(&replay_of(self)->cache, 0);
}

static PyMethodDef methods[] = {
    {"add", add_piece, METH_VARARGS, "(address, size): one more piece of code, before any run."},
    {"run", run, METH_VARARGS, "(numbers): execute pieces, by 32-bit numbers in their order."},
    {"cut", cut, METH_NOARGS, "Return (misses, first uses) since the last cut."},
    {"contents", contents, METH_NOARGS, "Numbers of the lines in the cache, the latest first."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Replay(lines, log2 of bytes of a line, [(start, end) of flash])"},
    {Py_tp_new, replay_new},
    {Py_tp_dealloc, replay_dealloc},
    {Py_tp_methods, methods},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "workbench.engines._code_cache.Replay",
    .basicsize = sizeof(ReplayObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = slots,
};

static int execute(PyObject *module) {
  PyObject *type = PyType_FromSpec(&spec);
  if (!type) return -1;
  int failed = PyModule_AddObjectRef(module, "Replay", type);
  Py_DECREF(type);
  return failed ? failed : PyModule_AddStringConstant(module, "SOURCE_DIGEST", SOURCE_DIGEST);
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "_code_cache", .m_doc = "The part's code cache in C.",
    .m_size = 0,           .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__code_cache(void) { return PyModuleDef_Init(&module); }
