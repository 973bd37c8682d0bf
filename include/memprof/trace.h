/* SPDX-License-Identifier: MIT */
/*
 * trace.h - the C side of events.def: one struct an event, one struct a row.
 *
 * Shared by recorder and analyzer; header only, no libc calls.  A struct is
 * plain data: strings and rows are borrowed, never owned.
 */
#ifndef MEMPROF_TRACE_H
#define MEMPROF_TRACE_H

#include <stddef.h>
#include <stdint.h>

#define MP_FORMAT_VERSION 1

/* Numbers above this are not exact in a double; encoders saturate here. */
#define MP_NUMBER_MAX ((UINT64_C(1) << 53) - 1)

enum mp_kind { MP_HEAP, MP_MMAP, MP_INHERITED, MP_KINDS };

/* clang-format off */
/* Wire words of enum mp_kind, in its order. */
#define MP_KIND_WORDS { "heap", "mmap", "inherited" }
/* clang-format on */

/* What still holds a block, as a leak check finds it. */
enum mp_leak {
	MP_DEFINITE,
	MP_INDIRECT,
	MP_POSSIBLE,
	MP_REACHABLE,
	MP_RUNTIME,
	MP_IGNORED,
	MP_LEAKS
};

/* clang-format off */
/* Wire words of enum mp_leak, in its order. */
#define MP_LEAK_WORDS { "definite", "indirect", "possible", "reachable", "runtime", "ignored" }
/* clang-format on */

/* A list of strings, as argv is. */
struct mp_strs {
	const char *const *v;
	size_t n;
};

#define MP_C_u64 uint64_t
#define MP_C_i64 int64_t
#define MP_C_ns uint64_t
#define MP_C_real double
#define MP_C_hex uint64_t
#define MP_C_str const char *
#define MP_C_strs struct mp_strs
#define MP_C_kind uint64_t
#define MP_C_leak uint64_t

/* clang-format off */
#define ROW(row, doc) struct mp_row_##row {
#define COL(row, name, type, doc) MP_C_##type name;
#define END_ROW(row) };
#include <memprof/events.def>

#define EVENT(event, doc) struct mp_##event {
#define FIELD(event, name, type, doc) MP_C_##type name;
#define OPT(event, name, type, doc) MP_C_##type name;
#define ROWS(event, name, row, doc) const struct mp_row_##row *name; size_t n_##name;
#define END(event) };
#include <memprof/events.def>
/* clang-format on */

enum mp_event {
#define EVENT(event, doc) MP_##event,
#include <memprof/events.def>
	MP_EVENTS
};

#endif
