/* SPDX-License-Identifier: MIT */
/* guard.c - the words of guard.h.  Floor: guard. */
#include "guard.h"

__thread struct tls tls __attribute__((tls_model("initial-exec"), visibility("hidden")));

union recorder_page recorder __attribute__((aligned(4096), visibility("hidden")));
