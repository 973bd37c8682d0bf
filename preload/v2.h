/* SPDX-License-Identifier: MIT */
/* v2.h - two counters that change together.  Floor: sys. */
#ifndef PRELOAD_V2_H
#define PRELOAD_V2_H

#include <stdint.h>

/* {count, bytes}: loaded and stored as one 16-byte access. */
typedef int64_t v2 __attribute__((vector_size(16)));

#endif
