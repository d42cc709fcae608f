/* Line programs (DWARF 5, section 6.2). */
#ifndef WORKBENCH_LINES_H
#define WORKBENCH_LINES_H

#include "values.h"

/* Give the places that a line program covers their file and line. `in`: of the unit that names it.
 */
int read_lines(Reader *r, const Context *in, uint64_t offset);

#endif
