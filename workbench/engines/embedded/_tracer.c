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
enum {
  CAUSE_DEADLINE = 1,
  CAUSE_LIMIT = 2,
  CAUSE_BEFORE = 3,
  CAUSE_AFTER = 4,
  CAUSE_FAILED = 5,
  CAUSE_DIVIDE = 6
};

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

enum { EDGES_IN_BLOCK = 2, FIRST_SLOTS = 1 << 12, CHUNK = 1024, RECENT = 1 << 12 };

typedef struct Block Block;
typedef struct Edge Edge;

/* Blocks and edges never move, so that pointers to them stay good. */
struct Block {
  uint32_t address, size, instructions, flags; /* in the order of State */
  const uint8_t *memory;                       /* host memory to compare with, NULL if constant */
  uint8_t *code;                               /* copy of the bytes that were decoded */
  Block *older;                     /* block with the same address and size, other bytes */
  uint64_t issued;                  /* while recording */
  Block *successor[EDGES_IN_BLOCK]; /* the first edges from here */
  uint64_t taken[EDGES_IN_BLOCK];
  Edge *more_edges;
  int32_t number; /* in a recording */
  /* for the cycle counter: see CycleCounter in cycle_counter.py */
  uint64_t counted, jumps_out, jumps_in;
  uint32_t cycles, refill, extra;
  int is_timed;
};

struct Edge {
  Block *successor;
  Edge *next;
  uint64_t taken;
};

/* Where memory can be seen by the host: [start, end) at host. */
typedef struct {
  uint64_t start, end;
  const uint8_t *host;
  int is_volatile;
} Range;

typedef int (*StopFunction)(void *);
typedef int (*ReadFunction)(void *, int, void *);

typedef struct {
  State state;
  StopFunction stop;
  ReadFunction read_register;
  int first_register;    /* Unicorn's number of r0; the others follow */
  Block *recent[RECENT]; /* by address, so that most look-ups are one load */
  Block **slots;         /* open addressing; the newest block of an (address, size) */
  uint32_t slot_mask;
  Block **chunks;
  int32_t block_count, chunk_count;
  Range *ranges;
  int32_t range_count;
  int recording, out_of_memory;
  Block *last, *before_last;
  int counting, timed_jump;
  Block *timed_last, *timed_before;
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

static Block *block_at(const Tracer *t, int32_t index) {
  return &t->chunks[index / CHUNK][index % CHUNK];
}

static const Range *range_of(const Tracer *t, uint32_t address, uint32_t size) {
  for (int32_t i = 0; i < t->range_count; i++) {
    const Range *r = &t->ranges[i];
    if (address >= r->start && (uint64_t)address + size <= r->end) return r;
  }
  return NULL;
}

/* Return the slot of (address, size), or the free slot where it belongs. */
static Block **find_slot(const Tracer *t, uint32_t address, uint32_t size) {
  uint32_t i = ((address >> 1 ^ size << 16) * 2654435761u) >> 8 & t->slot_mask;
  for (;; i = (i + 1) & t->slot_mask) {
    const Block *block = t->slots[i];
    if (!block || (block->address == address && block->size == size)) return &t->slots[i];
  }
}

static int grow_slots(Tracer *t, uint32_t count) {
  Block **old = t->slots;
  uint32_t old_count = old ? t->slot_mask + 1 : 0;
  Block **slots = calloc(count, sizeof *slots);
  if (!slots) return 0;
  t->slots = slots;
  t->slot_mask = count - 1;
  for (uint32_t i = 0; i < old_count; i++)
    if (old[i]) *find_slot(t, old[i]->address, old[i]->size) = old[i];
  free(old);
  return 1;
}

static Block *new_block(Tracer *t) {
  if (t->block_count == t->chunk_count * CHUNK) {
    Block **chunks = realloc(t->chunks, (t->chunk_count + 1) * sizeof *chunks);
    if (!chunks) return NULL;
    t->chunks = chunks;
    t->chunks[t->chunk_count] = malloc(CHUNK * sizeof(Block));
    if (!t->chunks[t->chunk_count]) return NULL;
    t->chunk_count++;
  }
  Block *block = block_at(t, t->block_count);
  memset(block, 0, sizeof *block);
  return block;
}

/* Decode a block that was not seen before; `older` is the one it replaces, or NULL. */
static Block *add_block(Tracer *t, uint32_t address, uint32_t size, Block *older) {
  if ((uint32_t)t->block_count * 2 >= t->slot_mask && !grow_slots(t, 2 * (t->slot_mask + 1)))
    return NULL;
  Block *block = new_block(t);
  if (!block) return NULL;
  block->address = address;
  block->size = size;
  block->older = older;
  block->code = calloc(size ? size : 1, 1);
  if (!block->code) return NULL;
  const Range *range = range_of(t, address, size);
  if (range) {
    const uint8_t *memory = range->host + (address - range->start);
    memcpy(block->code, memory, size);
    if (range->is_volatile) block->memory = memory;
  }
  scan(block);
  *find_slot(t, address, size) = block;
  t->block_count++;
  return block;
}

static int is_current(const Block *block) {
  return !block->memory || !memcmp(block->memory, block->code, block->size);
}

/* The bytes differ from those of the newest block: take an older one that fits, or a new one. */
static Block *other_version(Tracer *t, uint32_t address, uint32_t size, Block *newest) {
  Block *newer = NULL;
  for (Block *block = newest; block; newer = block, block = block->older) {
    if (!is_current(block)) continue;
    if (newer) { /* move it to the front of the list */
      newer->older = block->older;
      block->older = newest;
      *find_slot(t, address, size) = block;
    }
    return block;
  }
  return add_block(t, address, size, newest);
}

static Block *look_up(Tracer *t, uint32_t address, uint32_t size) {
  Block *block = *find_slot(t, address, size);
  if (!block || !is_current(block)) block = other_version(t, address, size, block);
  if (block)
    t->recent[address >> 1 & (RECENT - 1)] = block;
  else
    t->out_of_memory = 1;
  return block;
}

static uint64_t *edge_counter(Tracer *t, Block *from, Block *to) {
  for (int i = 0; i < EDGES_IN_BLOCK; i++) {
    if (!from->successor[i]) from->successor[i] = to;
    if (from->successor[i] == to) return &from->taken[i];
  }
  for (Edge *edge = from->more_edges; edge; edge = edge->next)
    if (edge->successor == to) return &edge->taken;
  Edge *edge = calloc(1, sizeof *edge);
  if (!edge) {
    t->out_of_memory = 1;
    return NULL;
  }
  edge->successor = to;
  edge->next = from->more_edges;
  from->more_edges = edge;
  return &edge->taken;
}

static void record(Tracer *t, Block *block) {
  block->issued++;
  if (t->last) {
    uint64_t *counter = edge_counter(t, t->last, block);
    if (counter) ++*counter;
  }
  t->before_last = t->last;
  t->last = block;
}

static void count_cycles(Tracer *t, Block *block) {
  Block *before = t->timed_last;
  block->counted++;
  t->timed_jump = before && before->address + before->size != block->address;
  if (t->timed_jump) {
    before->jumps_out++;
    block->jumps_in++;
  }
  t->timed_before = before;
  t->timed_last = block;
}

static void take_back_cycles(Tracer *t) {
  t->timed_last->counted--;
  if (t->timed_jump) {
    t->timed_before->jumps_out--;
    t->timed_last->jumps_in--;
  }
  t->timed_last = t->timed_before;
}

static inline void issue(Tracer *t, Block *block) {
  State *s = &t->state;
  s->count += block->instructions;
  memcpy(&s->address, &block->address, 4 * sizeof(uint32_t));
  if (block->flags & FLAG_SEV) s->event = 1;
  if (t->recording) record(t, block);
  if (t->counting) count_cycles(t, block);
}

static uint32_t why_to_stop(const State *s, const Block *block) {
  if (!block) return CAUSE_FAILED;
  if (s->flags & s->stop_after) return CAUSE_AFTER;
  if (s->count >= s->deadline) return CAUSE_DEADLINE;
  if (block->flags & s->stop_before) return CAUSE_BEFORE;
  return s->count + block->instructions > s->limit ? CAUSE_LIMIT : 0;
}

static void on_block(void *uc, uint64_t address, uint32_t size, void *user_data) {
  Tracer *t = user_data;
  State *s = &t->state;
  Block *block = t->recent[address >> 1 & (RECENT - 1)];
  if (!block || block->address != address || block->size != size || !is_current(block))
    block = look_up(t, (uint32_t)address, size);
  uint32_t cause = why_to_stop(s, block);
  if (!cause) {
    issue(t, block);
    return;
  }
  s->cause = cause;
  s->refused_size = size;
  t->stop(uc);
}

/* Runs before a division whose trap is watched: stop there if the divisor is 0. */
static void on_divide(void *uc, uint64_t address, uint32_t size, void *user_data) {
  Tracer *t = user_data;
  const Range *range = range_of(t, (uint32_t)address, size);
  if (!(t->state.stop_before & FLAG_DIVIDE) || !range || size != 4) return;
  const uint8_t *code = range->host + (address - range->start);
  uint32_t second = halfword(code + 2);
  if (!(flags_of(halfword(code), second) & FLAG_DIVIDE)) return;
  uint32_t divisor = 1;
  t->read_register(uc, t->first_register + (int)(second & 0xF), &divisor);
  if (divisor) return;
  t->state.cause = CAUSE_DIVIDE;
  t->stop(uc);
}

static void clear_recording(Tracer *t) {
  for (int32_t i = 0; i < t->block_count; i++) {
    Block *block = block_at(t, i);
    block->issued = 0;
    memset(block->successor, 0, sizeof block->successor);
    memset(block->taken, 0, sizeof block->taken);
    while (block->more_edges) {
      Edge *edge = block->more_edges;
      block->more_edges = edge->next;
      free(edge);
    }
  }
  t->last = t->before_last = NULL;
}

static void clear_blocks(Tracer *t) {
  clear_recording(t);
  for (int32_t i = 0; i < t->block_count; i++) free(block_at(t, i)->code);
  t->block_count = 0;
  t->timed_last = t->timed_before = NULL;
  memset(t->slots, 0, (t->slot_mask + 1) * sizeof *t->slots);
  memset(t->recent, 0, sizeof t->recent);
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
  unsigned long long stop, read_register;
  int first_register;
  if (!PyArg_ParseTuple(args, "KKi", &stop, &read_register, &first_register)) return NULL;
  allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
  TracerObject *self = (TracerObject *)allocate(type, 0);
  if (!self) return NULL;
  Tracer *t = self->tracer = calloc(1, sizeof *t);
  if (!t || !grow_slots(t, FIRST_SLOTS)) {
    Py_DECREF(self);
    return PyErr_NoMemory();
  }
  t->stop = (StopFunction)(uintptr_t)stop;
  t->read_register = (ReadFunction)(uintptr_t)read_register;
  t->first_register = first_register;
  t->state.deadline = t->state.limit = UINT64_MAX;
  return (PyObject *)self;
}

static void tracer_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  Tracer *t = tracer_of(self);
  if (t) {
    if (t->slots) clear_blocks(t);
    for (int32_t i = 0; i < t->chunk_count; i++) free(t->chunks[i]);
    free(t->chunks);
    free(t->slots);
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
  return Py_BuildValue("KKKKn", (unsigned long long)(uintptr_t)&t->state,
                       (unsigned long long)(uintptr_t)on_block,
                       (unsigned long long)(uintptr_t)on_divide, (unsigned long long)(uintptr_t)t,
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
  range->start = start;
  range->end = end;
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

/* Fill the list and the dictionary of a Recording. */
static int collect(const Tracer *t, PyObject *blocks, PyObject *edges) {
  int32_t used = 0;
  for (int32_t i = 0; i < t->block_count; i++) {
    Block *block = block_at(t, i);
    if (!block->issued) continue;
    block->number = used++;
    PyObject *item = Py_BuildValue("Iy#K", block->address, (const char *)block->code,
                                   (Py_ssize_t)block->size, (unsigned long long)block->issued);
    int failed = !item || PyList_Append(blocks, item) < 0;
    Py_XDECREF(item);
    if (failed) return -1;
  }
  for (int32_t i = 0; i < t->block_count; i++)
    if (block_at(t, i)->issued && add_edges(edges, block_at(t, i)) < 0) return -1;
  return 0;
}

static PyObject *recorded(PyObject *self, PyObject *unused) {
  (void)unused;
  Tracer *t = tracer_of(self);
  if (t->out_of_memory) return PyErr_NoMemory();
  PyObject *blocks = PyList_New(0), *edges = PyDict_New(), *result = NULL;
  if (blocks && edges && collect(t, blocks, edges) == 0) result = PyTuple_Pack(2, blocks, edges);
  Py_XDECREF(blocks);
  Py_XDECREF(edges);
  return result;
}

static PyObject *stop_recording(PyObject *self, PyObject *unused) {
  tracer_of(self)->recording = 0;
  return recorded(self, unused);
}

static PyObject *issue_block(PyObject *self, PyObject *args) {
  Tracer *t = tracer_of(self);
  unsigned int address, size;
  if (!PyArg_ParseTuple(args, "II", &address, &size)) return NULL;
  Block *block = look_up(t, address, size);
  if (block) issue(t, block);
  return check_memory(t);
}

static void take_back(Tracer *t) {
  State *s = &t->state;
  s->count -= s->instructions;
  if (t->counting && t->timed_last) take_back_cycles(t);
  if (!t->recording || !t->last) return;
  t->last->issued--;
  if (t->before_last) {
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
    Block *block = look_up(t, s->address, size);
    if (block) issue(t, block);
  } else {
    s->size = s->instructions = s->flags = 0;
  }
  return check_memory(t);
}

static PyObject *forget(PyObject *self, PyObject *unused) {
  (void)unused;
  Tracer *t = tracer_of(self);
  if (!t->recording && !t->counting) {
    clear_blocks(t);
    Py_RETURN_NONE;
  }
  /* What was recorded or counted must stay: blocks in memory that cannot change are checked from
   * now on. */
  for (int32_t i = 0; i < t->block_count; i++) {
    Block *block = block_at(t, i);
    const Range *range = range_of(t, block->address, block->size);
    if (range) block->memory = range->host + (block->address - range->start);
  }
  Py_RETURN_NONE;
}

static PyObject *accept_block(PyObject *self, PyObject *args) {
  Tracer *t = tracer_of(self);
  unsigned int address, size;
  if (!PyArg_ParseTuple(args, "II", &address, &size)) return NULL;
  Block *block = look_up(t, address, size);
  if (block) block->flags &= ~(uint32_t)FLAG_DIVIDE;
  return check_memory(t);
}

static PyObject *count(PyObject *self, PyObject *args) {
  Tracer *t = tracer_of(self);
  int on;
  if (!PyArg_ParseTuple(args, "p", &on)) return NULL;
  t->counting = on;
  t->timed_last = t->timed_before = NULL;
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
  const Tracer *t = tracer_of(self);
  uint64_t sum = 0;
  for (int32_t i = 0; i < t->block_count; i++) {
    Block *block = block_at(t, i);
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
    {"stop", stop_recording, METH_NOARGS, "End recording; return (blocks, edges)."},
    {"recorded", recorded, METH_NOARGS, "Return (blocks, edges) so far and go on."},
    {"issue", issue_block, METH_VARARGS, "(address, size): count a block the hook has not seen."},
    {"accept", accept_block, METH_VARARGS, "(address, size): its divisions are watched singly."},
    {"truncate", truncate_block, METH_VARARGS, "(size): the block issued last was cut short."},
    {"forget", forget, METH_NOARGS, "Decode blocks anew."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Tracer(uc_emu_stop, uc_reg_read, r0): addresses, and Unicorn's number of r0."},
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
