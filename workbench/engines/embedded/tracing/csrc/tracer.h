/* The block hook: exact counting, and recording of blocks and edges.
 *
 * The twin of PythonTracer in tracer.py, which says what everything means: same counts, same
 * recordings. Unicorn is not linked: its functions come as addresses from the Python binding.
 */
#ifndef WORKBENCH_TRACER_H
#define WORKBENCH_TRACER_H

#include <stdint.h>

#include "blocks.h"

/* StopCause in block_state.py */
enum {
  CAUSE_DEADLINE = 1,
  CAUSE_LIMIT = 2,
  CAUSE_BEFORE = 3,
  CAUSE_AFTER = 4,
  CAUSE_FAILED = 5,
  CAUSE_DIVIDE = 6,
  CAUSE_UNALIGNED = 7,
  CAUSE_BASE = 8
};

/* BlockState in block_state.py */
typedef struct {
  uint64_t count, deadline, limit;
  uint32_t stop_before, stop_after, cause, event;
  uint32_t address, size, instructions, flags;
  uint32_t refused_size, refused_flags;
  uint32_t exclusive, basepri, priority_mask;
} State;

typedef int (*StopFunction)(void *);
typedef int (*ReadFunction)(void *, int, void *);
typedef int (*WriteFunction)(void *, int, const void *);

typedef struct {
  State state;
  StopFunction stop;
  ReadFunction read_register;
  WriteFunction write_register;
  int first_register; /* Unicorn's number of r0; the others up to r12 follow */
  int link_register;
  int basepri, main_stack, process_stack;
  Blocks blocks;
  int open[PURPOSES]; /* recordings that are kept */
  int recording;      /* any of them */
  int left_out; /* bits of recordings that begin with the next block, the edge to it not theirs */
  Block *last;  /* issued last; not noted in the code cache yet, it may be cut short */
  Block *before_last;      /* the one before it */
  Block *from;             /* where there is no `last`: what comes next comes from here */
  Block *behind[PURPOSES]; /* the last one before the last cut of each */
  CodeCache cache;
  uint32_t taken; /* of the first uses in the cache, by the cuts of this trace */
} Tracer;

/* Unicorn's block hook: runs before every block that the core executes. */
void tracer_on_block(void *uc, uint64_t address, uint32_t size, void *tracer);

/* Runs before an instruction that may trap: stops there if it does. */
void tracer_on_inspected(void *uc, uint64_t address, uint32_t size, void *tracer);

/* The methods of Tracer in tracer.py. */
void tracer_settle(Tracer *t); /* the block issued last was executed as a whole */
void tracer_start(Tracer *t, int purpose);

/* The last block before what comes next. */
static inline Block *tracer_behind(const Tracer *t) { return t->last ? t->last : t->from; }

/* Was the block issued since the last cut, or an edge from it the first thing after it? */
int in_recording(const Tracer *t, Block *block, int purpose);
void tracer_stop(Tracer *t, int purpose);
void tracer_resume(Tracer *t, const uint32_t *lines, uint32_t count);
void tracer_issue(Tracer *t, uint32_t address, uint32_t size);
/* Takes over `bases`, NULL for none. */
void tracer_accept(Tracer *t, uint32_t address, uint32_t size, uint32_t flags, uint64_t *bases);
void tracer_truncate(Tracer *t, uint32_t size);
void tracer_change(Tracer *t, uint32_t address, uint32_t size);
void tracer_forget(Tracer *t);

#endif
