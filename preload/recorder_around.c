/* SPDX-License-Identifier: MIT */
/* recorder_around.c - around calls by which the program changes its process: those that
 * want it to have one thread, less memory, fork and exec; see recorder.h.  Floor: hooks. */
#include "recorder.h"

#include "follow.h"
#include "inheritance.h"
#include "leap.h"
#include "output.h"
#include "sampler.h"
#include "sys.h"

#define INSIDE leap_inside(__builtin_frame_address(0))

void recorder_alone(void)
{
	if (!INSIDE && recorder_is_on())
		sampler_pause();
}

void recorder_not_alone(void)
{
	if (!INSIDE && recorder_is_on())
		sampler_resume();
}

void recorder_limit(unsigned long bytes)
{
	if (INSIDE || !recorder_is_on() || !recorder_memory ||
	    recorder_memory->pid != (uint32_t)sys_getpid())
		return;
	guard_close(&tls);
	state_shrink(recorder_memory, bytes);
	guard_leave(&tls);
}

void recorder_before_fork(void)
{
	struct state *s = recorder_memory;

	if (INSIDE || !recorder_is_on() || !s || !follow_forks())
		return;
	guard_close(&tls);
	inheritance_take(s);
	guard_leave(&tls);
}

void recorder_after_fork(int child)
{
	struct state *s = recorder_memory;

	if (INSIDE || !recorder_is_on() || !s)
		return;
	guard_close(&tls);
	inheritance_forget();
	if (child > 0)
		output_fork(s, (uint32_t)child);
	guard_leave(&tls);
}

/* The state's name goes before an exec and does not come back: not for one that
 * cannot succeed, as shells try them along PATH.  A bare name is looked for by
 * the C library. */
static bool may_succeed(const char *path)
{
	bool has_slash = false;

	for (const char *p = path; p && *p; p++)
		has_slash |= *p == '/';
	return !has_slash || sys_may_execute(path) == 0;
}

static bool exec_announced;

void recorder_before_exec(const char *path)
{
	struct state *s = recorder_memory;

	if (INSIDE || !recorder_is_on() || !s || s->pid != (uint32_t)sys_getpid())
		return;
	guard_close(&tls);
	exec_announced = may_succeed(path);
	if (exec_announced) {
		output_exec(s, path);
		state_detach(s);
	}
	guard_leave(&tls);
}

void recorder_exec_failed(void)
{
	struct state *s = recorder_memory;

	if (INSIDE || !recorder_is_on() || !s || s->pid != (uint32_t)sys_getpid())
		return;
	guard_close(&tls);
	if (exec_announced)
		output_exec_failed(s);
	guard_leave(&tls);
}
