/* What a code cache has recorded, as Python objects. Include Python.h before it. */
#ifndef WORKBENCH_CODE_CACHE_PYTHON_H
#define WORKBENCH_CODE_CACHE_PYTHON_H

#include <stdlib.h>

#include "code_cache.h"

/* Create the cache from (lines, log2 of bytes of a line, [(start, end) of flash]); -1 if it fails.
 */
static inline int code_cache_from(CodeCache *cache, PyObject *args) {
  unsigned int lines, line_shift;
  PyObject *flash;
  if (!PyArg_ParseTuple(args, "IIO", &lines, &line_shift, &flash)) return -1;
  int good = code_cache_create(cache, lines, line_shift);
  Py_ssize_t count = PySequence_Size(flash);
  for (Py_ssize_t i = 0; good && i < count; i++) {
    unsigned int start, end;
    PyObject *range = PySequence_GetItem(flash, i);
    int parsed = range && PyArg_ParseTuple(range, "II", &start, &end);
    Py_XDECREF(range);
    if (!parsed) return -1;
    good = code_cache_add_flash(cache, start, end);
  }
  if (good) return 0;
  PyErr_NoMemory();
  return -1;
}

/* Move {(number of the piece, index of the line): (misses in sequence, by jump)} to `found`. */
static inline int code_cache_take_misses(PyObject *found, int number, CodePiece *piece) {
  for (int32_t i = 0; piece->misses && i < piece->count; i++) {
    uint64_t *missed = piece->misses[i];
    if (!missed[IN_SEQUENCE] && !missed[BY_JUMP]) continue;
    PyObject *key = Py_BuildValue("ii", number, (int)i);
    PyObject *value = Py_BuildValue("KK", (unsigned long long)missed[IN_SEQUENCE],
                                    (unsigned long long)missed[BY_JUMP]);
    int failed = !key || !value || PyDict_SetItem(found, key, value) < 0;
    Py_XDECREF(key);
    Py_XDECREF(value);
    if (failed) return -1;
    missed[IN_SEQUENCE] = missed[BY_JUMP] = 0;
  }
  return 0;
}

/* Add (line, number of the piece, index of the line in it, in sequence or by jump). */
static inline int code_cache_add_first(PyObject *firsts, const FirstUse *use, int number) {
  unsigned int line = use->piece->lines[use->index]->number;
  PyObject *item = Py_BuildValue("Iiii", line, number, (int)use->index, use->way);
  int failed = !item || PyList_Append(firsts, item) < 0;
  Py_XDECREF(item);
  return failed ? -1 : 0;
}

/* The numbers of the lines in the cache, the one used last first. */
static inline PyObject *code_cache_list(CodeCache *cache, int of_count) {
  uint32_t *numbers = malloc((cache->capacity + 1) * sizeof *numbers);
  if (!numbers) return PyErr_NoMemory();
  uint32_t count = code_cache_contents(cache, of_count, numbers);
  PyObject *list = PyList_New(0);
  for (uint32_t i = 0; list && i < count; i++) {
    PyObject *number = PyLong_FromUnsignedLong(numbers[i]);
    if (!number || PyList_Append(list, number) < 0) Py_CLEAR(list);
    Py_XDECREF(number);
  }
  free(numbers);
  return list;
}

#endif
