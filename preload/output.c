/* SPDX-License-Identifier: MIT */
/* output.c - write the trace; see output.h.  Floor: sampler. */
#define _GNU_SOURCE
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "allocator.h"
#include "arena.h"
#include "config.h"
#include "drain.h"
#include "graves.h"
#include "header.h"
#include "memstat.h"
#include "peak.h"
#include "perfmap.h"
#include "peak.h"
#include "rt.h"
#include "sampler.h"
#include "spikes.h"
#include "sys.h"
#include "tracefile.h"
#include "capture_check.h"

static struct tracefile file;
static uint32_t *chain;
static bool stopped;
static uint64_t before_exec; /* size of the trace without the end an exec gives it */
static bool has_footer;	     /* nothing may follow it, unless the exec it was for fails */

uint64_t output_now(struct state *s)
{
	uint64_t now = sys_clock_ns(CLOCK_MONOTONIC) - s->epoch;

	__atomic_store_n(&s->now, now, __ATOMIC_RELAXED);
	return now;
}

/* Paths are the user's or the program's own: nothing in them may steer a terminal. */
static void put_clean(struct rt_text *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];
		/* in UTF-8 the controls above 0x7f are two bytes */
		bool control = c < ' ' || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0);

		rt_put_char(out, control ? '?' : *text);
		text += c == 0xc2 && control;
	}
}

static void say(const char *level, const char *text)
{
	char line[512];
	struct rt_text out = RT_TEXT(line);

	if (!config.verbose)
		return;
	rt_put(&out, "memprof: ");
	rt_put(&out, level);
	rt_put(&out, ": ");
	put_clean(&out, text);
	rt_put_char(&out, '\n');
	sys_write_all(2, line, out.len);
}

void output_complain(const char *text)
{
	say("error", text);
}

int output_open(const char *program)
{
	int err = tracefile_open(&file, config.output, program, 0);
	char text[512];
	struct rt_text out = RT_TEXT(text);

	/* in another root the folder is another one */
	if (err && config.output_given) {
		tracefile_close(&file);
		err = tracefile_open(&file, config.output_given, program, 0);
	}
	if (err) {
		rt_put(&out, "no trace can be made, so nothing is recorded (error ");
		rt_put_u64(&out, (uint64_t)-err);
		rt_put(&out, "; MEMPROF_OUTPUT says where traces go): ");
		rt_put(&out, file.path);
		say("error", text);
	}
	return err;
}

const char *output_path(void)
{
	return file.path;
}

static bool gone(uint32_t tid)
{
	return sys_thread_exists(sys_getpid(), (int)tid) == -ESRCH;
}

static struct drain begin(struct state *s)
{
	lock_take(&s->drain_lock, (uint32_t)sys_gettid());
	return (struct drain){
		.s = s,
		.out = &file.out,
		.chain = chain,
		.gone = gone,
		.t = output_now(s),
	};
}

/* `last`: a footer was written. */
static void end_with(struct drain *d, bool last)
{
	int err = tracefile_flush(&file);

	if (!err)
		drain_commit(d, file.size, last);
	else if (!stopped) {
		stopped = true;
		say("error", "cannot write the trace; recording stops");
	}
	lock_release(&d->s->drain_lock);
}

static void end(struct drain *d)
{
	end_with(d, false);
}

bool output_broken(void)
{
	return stopped;
}

int output_start(struct state *s, const char *exe, bool anonymous, uint32_t parent)
{
	struct drain d;

	stopped = false;
	has_footer = false;
	chain = arena_map(DRAIN_CHAIN * sizeof(*chain), ARENA_OUTPUT);
	if (!chain)
		return -ENOMEM;
	s->trace_path = state_add_text(s, file.path);
	s->trace_dev = file.dev;
	s->trace_ino = file.ino;
	d = begin(s);
	header_write(&file.out, s, exe, anonymous ? "" : state_text(s, s->state_path), parent);
	end(&d);
	return stopped ? -EIO : 0;
}

void output_note(struct state *s, const char *level, const char *code, const char *text)
{
	struct drain d = begin(s);

	mp_encode_note(&file.out, &(struct mp_note){
					  .t = d.t,
					  .level = level,
					  .code = code,
					  .text = text,
				  });
	say(level, text);
	end(&d);
}

static void put_peak(struct drain *d, bool running)
{
	size_t len = drain_peak_scratch(d->s);
	void *scratch = arena_map(len, ARENA_OUTPUT);

	drain_peak(d, scratch, len, running);
	arena_unmap(scratch, len);
}

static void put_sample(struct drain *d)
{
	struct mp_sample sample = { 0 };

	memstat_sample(&sample);
	if (sample.hwm)
		d->s->max_rss = sample.hwm;
	spikes_sample(d, &sample);
	/* The recorder's own thread is not the program's. */
	if (sampler_has_helper() && sample.nthreads > 1)
		sample.nthreads--;
	drain_counters(d);
	drain_sample(d, &sample);
}

/* What a footer says of memory: the footer of a killed process says what was
 * seen last.  `now`: not only what the last sample did. */
static void look(struct state *s, bool now)
{
	memstat_recorder(s, s->recorder);
	if (now || !s->max_rss)
		s->max_rss = memstat_max_rss();
	graves_fill(s);
}

/* The helper may be late; there will be another tick if an exec fails. */
static bool skip(struct drain *d)
{
	bool skipped = has_footer;

	if (skipped)
		lock_release(&d->s->drain_lock);
	return skipped;
}

void output_sites(struct state *s, bool peak)
{
	struct drain d = begin(s);

	if (skip(&d))
		return;
	look(s, false);
	d.durations = peak;
	drain_pass(&d);
	if (peak)
		put_peak(&d, true);
	end(&d);
}

void output_point(struct state *s, output_put_fn *put, void *ctx)
{
	struct drain d = begin(s);

	if (skip(&d))
		return;
	look(s, true);
	d.durations = true;
	drain_pass(&d);
	put_sample(&d);
	put(&d, ctx);
	end(&d);
}

static void put_allocator(struct drain *d, struct mp_allocator *allocator)
{
	allocator->t = d->t;
	mp_encode_allocator(d->out, allocator);
}

void output_sample(struct state *s, enum asker asker)
{
	struct mp_allocator allocator;
	bool told = asker != ASKER_START && allocator_read(&allocator, asker == ASKER_HELPER);
	struct drain d = begin(s);

	if (skip(&d))
		return;
	put_sample(&d);
	if (told)
		put_allocator(&d, &allocator);
	end(&d);
}

void output_leaks(struct state *s, struct mp_leak_check *check)
{
	struct drain d = begin(s);

	if (skip(&d))
		return;
	look(s, true);
	drain_pass(&d);
	check->t = d.t;
	for (size_t i = 0; i < check->n_rows; i++)
		drain_stack(&d, (uint32_t)check->rows[i].stack);
	mp_encode_leak_check(&file.out, check);
	end(&d);
}

void output_invalid(struct state *s, struct mp_invalid *line)
{
	struct drain d = begin(s);

	if (skip(&d))
		return;
	line->t = d.t;
	/* A pass of its own, of these stacks alone. */
	s->drain_pass++;
	drain_stack(&d, (uint32_t)line->stack);
	drain_stack(&d, (uint32_t)line->alloc);
	drain_stack(&d, (uint32_t)line->freed);
	mp_encode_invalid(&file.out, line);
	end(&d);
}

static void put_footer(struct drain *d, const char *reason, const int *status)
{
	struct mp_footer footer = {
		.reason = reason,
		.status = status ? *status : 0,
		.max_rss = d->s->max_rss,
	};

	/* A thread may have begun since the pass did, and its line says when. */
	d->t = output_now(d->s);
	drain_footer(d, &footer);
}

void output_fork(struct state *s, uint32_t child)
{
	struct drain d = begin(s);

	mp_encode_fork(&file.out, &(struct mp_fork){
					  .t = d.t,
					  .tid = (uint64_t)sys_gettid(),
					  .child = child,
				  });
	end(&d);
}

void output_exec(struct state *s, const char *path)
{
	struct drain d = begin(s);

	look(s, true);
	d.durations = d.last = true;
	drain_pass(&d);
	put_sample(&d);
	put_peak(&d, false);
	perfmap_write(&d);
	tracefile_flush(&file);
	before_exec = file.size;
	has_footer = true;
	mp_encode_exec(&file.out, &(struct mp_exec){
					  .t = d.t,
					  .tid = (uint64_t)sys_gettid(),
					  .path = path,
				  });
	put_footer(&d, "exec", NULL);
	end_with(&d, true);
}

void output_exec_failed(struct state *s)
{
	struct drain d = begin(s);

	has_footer = false;
	/* Other threads do not stop for it: their state stays without a name. */
	if (!peak_many_threads)
		state_attach(s);
	/* The exec line and the footer did not come true. */
	if (tracefile_cut(&file, before_exec) == 0)
		mp_encode_note(&file.out,
			       &(struct mp_note){
				       .t = d.t,
				       .level = "info",
				       .code = "exec-failed",
				       .text = "an exec did not happen; recording went on",
			       });
	end(&d);
}

/* Such events are counted all the same. */
static void note_no_room(struct state *s)
{
	char text[160];
	struct rt_text out = RT_TEXT(text);

	if (s->moments_lost) {
		rt_put_u64(&out, s->moments_lost);
		rt_put(&out, " marks, counters or regions are missing: no memory for them");
		output_note(s, "warning", "moments-lost", text);
		out = (struct rt_text)RT_TEXT(text);
	}
	if (!s->lost_memory)
		return;
	rt_put(&out, "the recorder's tables had no room for ");
	rt_put_u64(&out, s->lost_memory);
	rt_put(&out, " entries: some allocations are counted without their stack, or some frees "
		     "as those of unknown blocks");
	output_note(s, "warning", "no-room", text);
}

void output_finish(struct state *s, const char *reason, const int *status)
{
	/* Other ends may come in the middle of anything. */
	bool orderly = rt_strcmp(reason, "exit") == 0;
	struct mp_allocator allocator;
	char checked[256];
	struct drain d;

	if (capture_check_result(checked, sizeof(checked)))
		output_note(s, "info", "check", checked);
	note_no_room(s);
	orderly = orderly && allocator_read(&allocator, false);
	d = begin(s);
	peak_flush_all(s);
	look(s, true);
	d.durations = d.last = true;
	drain_pass(&d);
	put_sample(&d);
	if (orderly)
		put_allocator(&d, &allocator);
	put_peak(&d, false);
	perfmap_write(&d);
	put_footer(&d, reason, status);
	has_footer = true;
	end_with(&d, true);
	s->ended = !stopped;
}

void output_forget(void)
{
	tracefile_close(&file);
}
