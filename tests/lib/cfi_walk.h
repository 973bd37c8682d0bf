/* SPDX-License-Identifier: MIT */
/* Between the walks (cfi_walk.cc) and the workloads (cfi_walk_loads.cc). */
#ifndef MEMPROF_TESTS_CFI_WALK_H
#define MEMPROF_TESTS_CFI_WALK_H

#define NOINLINE __attribute__((noinline))

enum when {
	ALWAYS,
	NOT_STEPPED,  /* too long for it */
	ONLY_STEPPED, /* happens once in a process */
};

struct workload {
	const char *name;
	void (*run)(void);
	enum when when;
};

/* Ends with one without a function. */
extern const struct workload workloads[];

/* The shared object made from cfi_walk_lib.cc. */
extern const char *library;

/* Compares the walks of the stack as it is now; exits with a report if they differ. */
extern "C" void check(void);

/* Handles `sig` on the alternate stack, returning through code without unwind information. */
void install_with_own_restorer(int sig, void (*handler)(int));

#endif /* MEMPROF_TESTS_CFI_WALK_H */
