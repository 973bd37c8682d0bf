/* SPDX-License-Identifier: MIT */
/*
 * micro_rec.h - the recorder's floors set up inside a benchmark, below its hooks:
 * a state, and the calling thread attached to it.  The one place here that knows
 * how the recorder starts.
 */
#ifndef BENCH_MICRO_REC_H
#define BENCH_MICRO_REC_H

#include "fat.h"
#include "micro.h"
#include "modules.h"
#include "shadow.h"
#include "state.h"
#include "sys.h"
#include "thread.h"

/* The calling thread, attached to a new state each time (the old one is removed). */
static inline struct thread *micro_rec_thread(void)
{
	static struct state *s;
	static struct thread *t;
	bool anonymous;

	if (!s) {
		modules_init("/proc/self/exe");
		shadow_init(5);
	} else {
		/* Its thread is taken over, its tree forgotten. */
		thread_ending(t);
		fat_forget();
		state_remove(s);
	}
	s = state_create(NULL, NULL, &anonymous);
	if (!s)
		micro_die("no state could be made");
	s->pid = (uint32_t)sys_getpid();
	t = thread_attach(s);
	if (!t)
		micro_die("the thread could not be attached");
	/* The new state may lie where the old one was. */
	t->ids = (struct trie_ids){ 0 };
	return t;
}

#endif
