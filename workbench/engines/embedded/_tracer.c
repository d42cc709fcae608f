/* The block hook in C: exact counting, and recording of blocks and edges.
 *
 * The twin of PythonTracer in tracer.py, which says what everything means: same counts, same
 * recordings. The hook runs before every block that the core executes, so this is the hot path.
 *
 * Unicorn is not linked: its functions come as addresses from the Python binding. The module uses
 * the limited API, so that one build serves every Python from 3.10 on.
 */
#define Py_LIMITED_API 0x030A0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* StopCause in tracer.py */
enum { CAUSE_DEADLINE = 1, CAUSE_LIMIT = 2, CAUSE_BEFORE = 3, CAUSE_AFTER = 4 };

/* BlockFlag in thumb.py */
enum {
  FLAG_WFI = 1,
  FLAG_WFE = 2,
  FLAG_SEV = 4,
  FLAG_MASKS = 8,
  FLAG_FLOAT = 16,
  FLAG_DIVIDE = 32
};

/* TracerState in tracer.py */
typedef struct {
  uint64_t count, deadline, limit;
  uint32_t stop_before, stop_after, cause, event;
  uint32_t address, size, instructions, flags;
  uint32_t refused_size;
} State;

enum { NO_BLOCK = -1, NO_EDGE = -1, EDGES_IN_BLOCK = 2, FIRST_SLOTS = 1 << 12 };

typedef struct {
  uint32_t address, size;
  uint32_t instructions, flags;
  const uint8_t *memory; /* host memory to compare with, NULL where it cannot change */
  uint8_t *code;         /* copy of the bytes that were decoded */
  int32_t older;         /* block with the same address and size, other bytes; or NO_BLOCK */
  int32_t successor[EDGES_IN_BLOCK]; /* index of the edge's end */
  uint64_t taken[EDGES_IN_BLOCK];    /* its count */
  int32_t more_edges;                /* further edges, a list; or NO_EDGE */
  uint64_t issued;                   /* while recording */
} Block;

typedef struct {
  int32_t successor, next;
  uint64_t taken;
} Edge;

/* Where memory can be seen by the host: [start, end) at host. */
typedef struct {
  uint32_t start, end;
  const uint8_t *host;
  int is_volatile;
} Range;

typedef int (*StopFunction)(void *);

typedef struct {
  State state;
  StopFunction stop;
  Block *blocks;
  int32_t block_count, block_capacity;
  int32_t *slots; /* open addressing; index of the newest block of an (address, size) */
  uint32_t slot_mask;
  Edge *edges;
  int32_t edge_count, edge_capacity;
  Range *ranges;
  int32_t range_count;
  int recording, out_of_memory;
  int32_t last, before_last;
} Tracer;

static uint32_t halfword(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }

static int is_wide(uint32_t first) { return first >= 0xE800; }

static uint32_t hint(uint32_t operation) {
  switch (operation) {
    case 2:
      return FLAG_WFE;
    case 3:
      return FLAG_WFI;
    case 4:
      return FLAG_SEV;
    default:
      return 0;
  }
}

/* flags_of() in thumb.py, which names the encodings */
static uint32_t flags_of(uint32_t first, uint32_t second) {
  if (!is_wide(first)) {
    if ((first & 0xFF0F) == 0xBF00) return hint(first >> 4 & 0xF);
    return (first & 0xFFE8) == 0xB660 ? FLAG_MASKS : 0;
  }
  if (first == 0xF3AF && (second & 0xFF00) == 0x8000) return hint(second & 0xFF);
  if ((first & 0xFFE0) == 0xF380 && (second & 0xD000) == 0x8000) return FLAG_MASKS;
  if ((first & 0xEC00) == 0xEC00 && (second >> 8 & 0xE) == 0xA) return FLAG_FLOAT;
  if ((first & 0xFFD0) == 0xFB90 && (second & 0xF0) == 0xF0) return FLAG_DIVIDE;
  return 0;
}

static void scan(Block *block) {
  uint32_t offset = 0;
  while (offset + 2 <= block->size) {
    uint32_t first = halfword(block->code + offset), second = 0, width = 2;
    if (is_wide(first) && offset + 4 <= block->size) {
      second = halfword(block->code + offset + 2);
      width = 4;
    }
    block->instructions++;
    block->flags |= flags_of(first, second);
    offset += width;
  }
}

static uint32_t hash(uint32_t address, uint32_t size) {
  return (address >> 1 ^ size << 16) * 2654435761u;
}

static const Range *range_of(const Tracer *t, uint32_t address, uint32_t size) {
  for (int32_t i = 0; i < t->range_count; i++) {
    const Range *r = &t->ranges[i];
    if (address >= r->start && (uint64_t)address + size <= r->end) return r;
  }
  return NULL;
}

/* Return the slot of (address, size), or the free slot where it belongs. */
static int32_t *find_slot(const Tracer *t, uint32_t address, uint32_t size) {
  uint32_t i = hash(address, size) & t->slot_mask;
  for (;; i = (i + 1) & t->slot_mask) {
    int32_t index = t->slots[i];
    if (index == NO_BLOCK) return &t->slots[i];
    if (t->blocks[index].address == address && t->blocks[index].size == size) return &t->slots[i];
  }
}

static int grow_slots(Tracer *t, uint32_t count) {
  int32_t *old = t->slots;
  uint32_t old_count = old ? t->slot_mask + 1 : 0;
  t->slots = malloc(count * sizeof *t->slots);
  if (!t->slots) {
    t->slots = old;
    return 0;
  }
  memset(t->slots, 0xFF, count * sizeof *t->slots); /* NO_BLOCK */
  t->slot_mask = count - 1;
  for (uint32_t i = 0; i < old_count; i++)
    if (old[i] != NO_BLOCK)
      *find_slot(t, t->blocks[old[i]].address, t->blocks[old[i]].size) = old[i];
  free(old);
  return 1;
}

/* Decode a block that was not seen before; `older` is the one it replaces, or NO_BLOCK. */
static int32_t add_block(Tracer *t, uint32_t address, uint32_t size, int32_t older) {
  const Range *range = range_of(t, address, size);
  if (t->block_count == t->block_capacity) {
    int32_t capacity = t->block_capacity ? 2 * t->block_capacity : 1024;
    Block *blocks = realloc(t->blocks, capacity * sizeof *blocks);
    if (!blocks) return NO_BLOCK;
    t->blocks = blocks;
    t->block_capacity = capacity;
  }
  Block *block = &t->blocks[t->block_count];
  memset(block, 0, sizeof *block);
  block->address = address;
  block->size = size;
  block->older = older;
  block->more_edges = NO_EDGE;
  for (int i = 0; i < EDGES_IN_BLOCK; i++) block->successor[i] = NO_BLOCK;
  block->code = calloc(size ? size : 1, 1);
  if (!block->code) return NO_BLOCK;
  if (range) {
    const uint8_t *memory = range->host + (address - range->start);
    memcpy(block->code, memory, size);
    if (range->is_volatile) block->memory = memory;
  }
  scan(block);
  if (older == NO_BLOCK && (uint32_t)t->block_count * 2 >= t->slot_mask)
    if (!grow_slots(t, 2 * (t->slot_mask + 1))) return NO_BLOCK;
  *find_slot(t, address, size) = t->block_count;
  return t->block_count++;
}

static int is_current(const Block *block) {
  return !block->memory || !memcmp(block->memory, block->code, block->size);
}

/* The bytes differ from those of the newest block: take an older one that fits, or a new one. */
static int32_t other_version(Tracer *t, uint32_t address, uint32_t size, int32_t newest) {
  for (int32_t i = newest, prior = NO_BLOCK; i != NO_BLOCK; prior = i, i = t->blocks[i].older) {
    if (!is_current(&t->blocks[i])) continue;
    if (prior != NO_BLOCK) { /* move it to the front of the list */
      t->blocks[prior].older = t->blocks[i].older;
      t->blocks[i].older = newest;
      *find_slot(t, address, size) = i;
    }
    return i;
  }
  return add_block(t, address, size, newest);
}

static int32_t look_up(Tracer *t, uint32_t address, uint32_t size) {
  int32_t index = *find_slot(t, address, size);
  if (index != NO_BLOCK && is_current(&t->blocks[index])) return index;
  index = other_version(t, address, size, index);
  if (index == NO_BLOCK) t->out_of_memory = 1;
  return index;
}

static uint64_t *edge_counter(Tracer *t, int32_t from, int32_t to) {
  Block *block = &t->blocks[from];
  for (int i = 0; i < EDGES_IN_BLOCK; i++) {
    if (block->successor[i] == to) return &block->taken[i];
    if (block->successor[i] == NO_BLOCK) {
      block->successor[i] = to;
      return &block->taken[i];
    }
  }
  for (int32_t i = block->more_edges; i != NO_EDGE; i = t->edges[i].next)
    if (t->edges[i].successor == to) return &t->edges[i].taken;
  if (t->edge_count == t->edge_capacity) {
    int32_t capacity = t->edge_capacity ? 2 * t->edge_capacity : 1024;
    Edge *edges = realloc(t->edges, capacity * sizeof *edges);
    if (!edges) {
      t->out_of_memory = 1;
      return NULL;
    }
    t->edges = edges;
    t->edge_capacity = capacity;
  }
  Edge *edge = &t->edges[t->edge_count];
  edge->successor = to;
  edge->taken = 0;
  edge->next = block->more_edges;
  block->more_edges = t->edge_count++;
  return &edge->taken;
}

static void record(Tracer *t, int32_t index) {
  t->blocks[index].issued++;
  if (t->last != NO_BLOCK) {
    uint64_t *counter = edge_counter(t, t->last, index);
    if (counter) ++*counter;
  }
  t->before_last = t->last;
  t->last = index;
}

static void issue(Tracer *t, int32_t index) {
  const Block *block = &t->blocks[index];
  State *s = &t->state;
  s->count += block->instructions;
  s->address = block->address;
  s->size = block->size;
  s->instructions = block->instructions;
  s->flags = block->flags;
  if (block->flags & FLAG_SEV) s->event = 1;
  if (t->recording) record(t, index);
}

static void on_block(void *uc, uint64_t address, uint32_t size, void *user_data) {
  Tracer *t = user_data;
  State *s = &t->state;
  int32_t index = look_up(t, (uint32_t)address, size);
  uint32_t cause;
  if (index == NO_BLOCK) {
    cause = CAUSE_DEADLINE;
  } else if (s->flags & s->stop_after) {
    cause = CAUSE_AFTER;
  } else if (s->count >= s->deadline) {
    cause = CAUSE_DEADLINE;
  } else if (t->blocks[index].flags & s->stop_before) {
    cause = CAUSE_BEFORE;
  } else if (s->count + t->blocks[index].instructions > s->limit) {
    cause = CAUSE_LIMIT;
  } else {
    issue(t, index);
    return;
  }
  s->cause = cause;
  s->refused_size = size;
  t->stop(uc);
}

static void clear_recording(Tracer *t) {
  for (int32_t i = 0; i < t->block_count; i++) {
    Block *block = &t->blocks[i];
    block->issued = 0;
    block->more_edges = NO_EDGE;
    for (int e = 0; e < EDGES_IN_BLOCK; e++) {
      block->successor[e] = NO_BLOCK;
      block->taken[e] = 0;
    }
  }
  t->edge_count = 0;
  t->last = t->before_last = NO_BLOCK;
}

static void clear_blocks(Tracer *t) {
  for (int32_t i = 0; i < t->block_count; i++) free(t->blocks[i].code);
  t->block_count = t->edge_count = 0;
  memset(t->slots, 0xFF, (t->slot_mask + 1) * sizeof *t->slots);
}

/* -- Python -------------------------------------------------------------------------------- */

typedef struct {
  PyObject_HEAD Tracer *tracer;
} TracerObject;

static Tracer *tracer_of(PyObject *self) { return ((TracerObject *)self)->tracer; }

static PyObject *check_memory(Tracer *t) {
  if (t->out_of_memory) return PyErr_NoMemory();
  Py_RETURN_NONE;
}

static PyObject *tracer_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  (void)kwargs;
  unsigned long long stop;
  if (!PyArg_ParseTuple(args, "K", &stop)) return NULL;
  allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
  TracerObject *self = (TracerObject *)allocate(type, 0);
  if (!self) return NULL;
  Tracer *t = self->tracer = calloc(1, sizeof *t);
  if (!t || !grow_slots(t, FIRST_SLOTS)) {
    Py_DECREF(self);
    return PyErr_NoMemory();
  }
  t->stop = (StopFunction)(uintptr_t)stop;
  t->state.deadline = t->state.limit = UINT64_MAX;
  t->last = t->before_last = NO_BLOCK;
  return (PyObject *)self;
}

static void tracer_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  Tracer *t = tracer_of(self);
  if (t) {
    if (t->slots) clear_blocks(t);
    free(t->blocks);
    free(t->slots);
    free(t->edges);
    free(t->ranges);
    free(t);
  }
  freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
  release(self);
  Py_DECREF(type);
}

static PyObject *addresses(PyObject *self, PyObject *unused) {
  (void)unused;
  Tracer *t = tracer_of(self);
  return Py_BuildValue("KKKn", (unsigned long long)(uintptr_t)&t->state,
                       (unsigned long long)(uintptr_t)on_block, (unsigned long long)(uintptr_t)t,
                       (Py_ssize_t)sizeof(State));
}

static PyObject *add_range(PyObject *self, PyObject *args) {
  Tracer *t = tracer_of(self);
  unsigned long long start, end, host;
  int is_volatile;
  if (!PyArg_ParseTuple(args, "KKKp", &start, &end, &host, &is_volatile)) return NULL;
  Range *ranges = realloc(t->ranges, (t->range_count + 1) * sizeof *ranges);
  if (!ranges) return PyErr_NoMemory();
  t->ranges = ranges;
  Range *range = &ranges[t->range_count++];
  range->start = (uint32_t)start;
  range->end = (uint32_t)end;
  range->host = (const uint8_t *)(uintptr_t)host;
  range->is_volatile = is_volatile;
  Py_RETURN_NONE;
}

static PyObject *start(PyObject *self, PyObject *unused) {
  (void)unused;
  Tracer *t = tracer_of(self);
  clear_recording(t);
  t->recording = 1;
  Py_RETURN_NONE;
}

static int add_edge(PyObject *dict, int32_t from, int32_t to, uint64_t taken) {
  if (!taken) return 0;
  PyObject *key = Py_BuildValue("ii", from, to);
  PyObject *value = PyLong_FromUnsignedLongLong(taken);
  int failed = !key || !value || PyDict_SetItem(dict, key, value) < 0;
  Py_XDECREF(key);
  Py_XDECREF(value);
  return failed ? -1 : 0;
}

static int add_edges(const Tracer *t, PyObject *dict, int32_t from, const int32_t *number) {
  const Block *block = &t->blocks[from];
  for (int i = 0; i < EDGES_IN_BLOCK; i++) {
    if (block->successor[i] == NO_BLOCK) continue;
    if (add_edge(dict, number[from], number[block->successor[i]], block->taken[i]) < 0) return -1;
  }
  for (int32_t i = block->more_edges; i != NO_EDGE; i = t->edges[i].next)
    if (add_edge(dict, number[from], number[t->edges[i].successor], t->edges[i].taken) < 0)
      return -1;
  return 0;
}

/* Fill the list and the dictionary of a Recording; `number` maps blocks to list positions. */
static int collect(const Tracer *t, PyObject *blocks, PyObject *edges, int32_t *number) {
  int32_t used = 0;
  for (int32_t i = 0; i < t->block_count; i++) {
    const Block *block = &t->blocks[i];
    if (!block->issued) continue;
    number[i] = used++;
    PyObject *item = Py_BuildValue("Iy#K", block->address, (const char *)block->code,
                                   (Py_ssize_t)block->size, (unsigned long long)block->issued);
    if (!item || PyList_Append(blocks, item) < 0) {
      Py_XDECREF(item);
      return -1;
    }
    Py_DECREF(item);
  }
  for (int32_t i = 0; i < t->block_count; i++)
    if (t->blocks[i].issued && add_edges(t, edges, i, number) < 0) return -1;
  return 0;
}

static PyObject *stop_recording(PyObject *self, PyObject *unused) {
  (void)unused;
  Tracer *t = tracer_of(self);
  t->recording = 0;
  if (t->out_of_memory) return PyErr_NoMemory();
  PyObject *blocks = PyList_New(0), *edges = PyDict_New();
  int32_t *number = malloc((t->block_count + 1) * sizeof *number);
  PyObject *result = NULL;
  if (blocks && edges && number && collect(t, blocks, edges, number) == 0)
    result = PyTuple_Pack(2, blocks, edges);
  else if (!PyErr_Occurred())
    PyErr_NoMemory();
  free(number);
  Py_XDECREF(blocks);
  Py_XDECREF(edges);
  return result;
}

static PyObject *issue_block(PyObject *self, PyObject *args) {
  Tracer *t = tracer_of(self);
  unsigned int address, size;
  if (!PyArg_ParseTuple(args, "II", &address, &size)) return NULL;
  int32_t index = look_up(t, address, size);
  if (index != NO_BLOCK) issue(t, index);
  return check_memory(t);
}

static void take_back(Tracer *t) {
  State *s = &t->state;
  s->count -= s->instructions;
  if (!t->recording || t->last == NO_BLOCK) return;
  t->blocks[t->last].issued--;
  if (t->before_last != NO_BLOCK) {
    uint64_t *counter = edge_counter(t, t->before_last, t->last);
    if (counter) --*counter;
  }
  t->last = t->before_last;
}

static PyObject *truncate_block(PyObject *self, PyObject *args) {
  Tracer *t = tracer_of(self);
  State *s = &t->state;
  unsigned int size;
  if (!PyArg_ParseTuple(args, "I", &size)) return NULL;
  if (size >= s->size) Py_RETURN_NONE;
  take_back(t);
  if (size) {
    int32_t index = look_up(t, s->address, size);
    if (index != NO_BLOCK) issue(t, index);
  } else {
    s->size = s->instructions = s->flags = 0;
  }
  return check_memory(t);
}

static PyObject *forget(PyObject *self, PyObject *unused) {
  (void)unused;
  Tracer *t = tracer_of(self);
  if (!t->recording) {
    clear_blocks(t);
    Py_RETURN_NONE;
  }
  /* What was recorded must stay: blocks in memory that cannot change are checked from now on. */
  for (int32_t i = 0; i < t->block_count; i++) {
    Block *block = &t->blocks[i];
    const Range *range = range_of(t, block->address, block->size);
    if (range) block->memory = range->host + (block->address - range->start);
  }
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"addresses", addresses, METH_NOARGS, "(state, hook, user data) addresses, size of the state"},
    {"add_range", add_range, METH_VARARGS, "(start, end, host address, volatile): memory"},
    {"start", start, METH_NOARGS, "Begin to record."},
    {"stop", stop_recording, METH_NOARGS, "End recording; return (blocks, edges)."},
    {"issue", issue_block, METH_VARARGS, "(address, size): count a block the hook has not seen."},
    {"truncate", truncate_block, METH_VARARGS, "(size): the block issued last was cut short."},
    {"forget", forget, METH_NOARGS, "Decode blocks anew."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Tracer(stop): `stop` is the address of uc_emu_stop."},
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
