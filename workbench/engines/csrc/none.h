/* None as a result. Include Python.h before it. */
#ifndef WORKBENCH_NONE_H
#define WORKBENCH_NONE_H

/* For Py_RETURN_NONE, which counts no reference as the headers of 3.12 and 3.13 have it: with those
 * None cannot go away. One build serves 3.10 and 3.11 too, where it can.
 */
static inline PyObject *none(void) { return Py_NewRef(Py_None); }

#endif
