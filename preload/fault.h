/* SPDX-License-Identifier: MIT */
/*
 * fault.h - make the recorder's own system calls fail by plan.  Floor: sys.
 *
 * Only in the faulty build (MP_FAULTS), which tests run programs under: what the
 * recorder asks of the system fails as MEMPROF_FAULT says, and the program must not
 * notice.  In the normal build there is nothing here.
 *
 *   MEMPROF_FAULT=CALL:N:ERROR     the N-th call (from 1) fails with that error number
 *   MEMPROF_FAULT=CALL:N+:ERROR    and every later one
 *   MEMPROF_FAULT=write:N:short    the N-th write writes half of what it should
 *   MEMPROF_FAULT_LOG=FILE         gets a line when the first one fails
 *
 * CALL is a system call's number.  A fork child begins to count anew.
 */
#ifndef PRELOAD_FAULT_H
#define PRELOAD_FAULT_H

#include <stdbool.h>

#ifdef MP_FAULTS
/* True when call `nr` is to return *result instead; may shorten *len of a write. */
bool fault_due(long nr, long *len, long *result);
#else
static inline bool fault_due(long nr, long *len, long *result)
{
	(void)nr;
	(void)len;
	(void)result;
	return false;
}
#endif

#endif
