/* The function `read` for Python. The limited API, so that one build serves every Python from 3.10.
 */
#define Py_LIMITED_API 0x030A0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

#include "inlines.h"
#include "lines.h"

static int read_unit(Reader *r, Unit *unit) {
  Entry top;
  int wanted = 0;
  if (!open_unit(r, unit, &top) || !is_wanted(r, unit, &top, &wanted)) return DAMAGED;
  if (!wanted) return OK;
  if (top.stmt_list.form && !read_lines(r, &unit->in, top.stmt_list.number)) return DAMAGED;
  return read_inlined(r, unit, &top);
}

static int read_places(Reader *r, List *chains) {
  if (!read_units(r)) return DAMAGED;
  for (size_t i = 0; i < r->units.count; i++)
    if (!read_unit(r, unit_at(r, i))) return DAMAGED;
  return chain_places(r, chains);
}

static PyObject *list_of_files(const List *files) {
  PyObject *list = PyList_New(0);
  const File *file = files->items;
  for (size_t i = 0; list && i < files->count; i++, file++) {
    PyObject *pair = Py_BuildValue("yy", file->directory ? file->directory : "", file->name);
    if (!pair || PyList_Append(list, pair) < 0) Py_CLEAR(list);
    Py_XDECREF(pair);
  }
  return list;
}

static PyObject *list_of_names(const List *names) {
  PyObject *list = PyList_New(0);
  const char *const *name = names->items;
  for (size_t i = 0; list && i < names->count; i++, name++) {
    PyObject *bytes = PyBytes_FromString(*name);
    if (!bytes || PyList_Append(list, bytes) < 0) Py_CLEAR(list);
    Py_XDECREF(bytes);
  }
  return list;
}

static PyObject *bytes_of(const void *items, size_t bytes) {
  return PyBytes_FromStringAndSize(items, (Py_ssize_t)bytes);
}

static PyObject *found(const Reader *r, const List *chains) {
  return Py_BuildValue("NNNN", list_of_files(&r->files), list_of_names(&r->names),
                       bytes_of(chains->items, chains->count * sizeof(int32_t)),
                       bytes_of(r->places, r->count * sizeof(Place)));
}

static PyObject *read_and_free(Reader *r) {
  List chains = {NULL, 0, 0, sizeof(int32_t)};
  PyObject *result = NULL;
  r->places = calloc(r->count ? r->count : 1, sizeof(Place));
  if (!r->places)
    PyErr_NoMemory();
  else if (read_places(r, &chains))
    result = found(r, &chains);
  else if (r->out_of_memory)
    PyErr_NoMemory();
  else
    PyErr_SetString(PyExc_ValueError, "damaged or unknown debug information");
  free(r->places);
  free(r->files.items);
  free(r->inlined.items);
  free(r->names.items);
  free_units(r);
  free(chains.items);
  return result;
}

static PyObject *read_all(PyObject *self, PyObject *args) {
  (void)self;
  Reader r;
  memset(&r, 0, sizeof r);
  r.files.item_bytes = sizeof(File);
  r.inlined.item_bytes = sizeof(Inlined);
  r.names.item_bytes = sizeof(const char *);
  r.units.item_bytes = sizeof(Unit);
  Section *s[] = {&r.sections.info,     &r.sections.abbrev,   &r.sections.line,
                  &r.sections.str,      &r.sections.line_str, &r.sections.ranges,
                  &r.sections.rnglists, &r.sections.addr,     &r.sections.str_offsets};
  Section addresses;
  const char *data[10];
  Py_ssize_t size[10];
  if (!PyArg_ParseTuple(args, "y#y#y#y#y#y#y#y#y#y#", &data[0], &size[0], &data[1], &size[1],
                        &data[2], &size[2], &data[3], &size[3], &data[4], &size[4], &data[5],
                        &size[5], &data[6], &size[6], &data[7], &size[7], &data[8], &size[8],
                        &data[9], &size[9]))
    return NULL;
  for (int i = 0; i < 9; i++) {
    s[i]->data = (const uint8_t *)data[i];
    s[i]->size = (size_t)size[i];
  }
  addresses.data = (const uint8_t *)data[9];
  addresses.size = (size_t)size[9];
  r.count = addresses.size / sizeof(uint32_t);
  uint32_t *copy = malloc(addresses.size ? addresses.size : 1); /* bytes may lie anywhere */
  if (!copy) return PyErr_NoMemory();
  memcpy(copy, addresses.data, r.count * sizeof(uint32_t));
  r.addresses = copy;
  PyObject *result = read_and_free(&r);
  free(copy);
  return result;
}

static PyMethodDef methods[] = {
    {"read", read_all, METH_VARARGS,
     "read(info, abbrev, line, str, line_str, ranges, rnglists, addr, str_offsets, addresses): "
     "(files, names, chains, places). addresses: uint32, ascending. files: (directory, name). "
     "chains: int32, indices of names, a -1 behind each. places: int32 file, line (0: none), "
     "chain of each address. ValueError for what is damaged or not known."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {{0, NULL}};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_dwarf",
    .m_doc = "Source lines and inlined calls from DWARF, in C.",
    .m_size = 0,
    .m_methods = methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__dwarf(void) { return PyModuleDef_Init(&module); }
