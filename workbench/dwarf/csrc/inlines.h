/* The functions that the compiler put in place of calls, of the code that was asked for. */
#ifndef WORKBENCH_INLINES_H
#define WORKBENCH_INLINES_H

#include "units.h"

/* Note the inlined calls of one unit in `inlined`; code that was not asked for is passed over. */
int read_inlined(Reader *r, Unit *unit, const Entry *top);

/* Is any of the unit's code asked for, as far as it says where its code is? */
int is_wanted(Reader *r, const Unit *unit, const Entry *top, int *wanted);

/* Give each place its chain: indices of `names` in `chains`, outermost first, each chain followed
 * by -1. Chain 0 is the empty one. */
int chain_places(Reader *r, List *chains);

#endif
