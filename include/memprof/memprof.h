/* SPDX-License-Identifier: MIT */
/*
 * memprof.h - what a program can tell its profiler, and ask it.
 *
 * For C99 and C++11 and later, gcc or clang.  Nothing is linked: the functions look once for
 * the recorder (libmemprof.so, preloaded) and call it; when it is not there each of them is a
 * test of two words and does nothing.  Other languages link libmemprof-api.a, which has the
 * same functions as plain symbols.  With MEMPROF_DISABLE defined, calls compile to nothing.
 *
 * Any thread may call them, and none changes errno.  The first call in a process looks the
 * recorder up, which is not safe in a signal handler; later ones are, and do nothing when the
 * handler interrupted the recorder itself.  In a child made by fork they speak of the child:
 * regions and cases that were open in its parent are not the child's.
 *
 * Names are strings; the recorder keeps copies.  That of a region must not change until the
 * region ends.
 */
#ifndef MEMPROF_MEMPROF_H
#define MEMPROF_MEMPROF_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
#if defined(MEMPROF_DISABLE) || !defined(__GNUC__) || !defined(__ELF__)
#define MEMPROF_INLINE_ static inline
#define MEMPROF_DO_(name, params, args) { }
#define MEMPROF_ASK_(type, name, params, args, none) { return none; }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#else
/* The recorder exports each as memprof_<name>. */
#define MEMPROF_ENTRIES_(ENTRY) \
	ENTRY(int,      active,         (void)) \
	ENTRY(void,     mark,           (const char *name)) \
	ENTRY(void,     begin,          (const char *name)) \
	ENTRY(void,     end,            (const char *name)) \
	ENTRY(void,     snapshot,       (const char *name)) \
	ENTRY(void,     start,          (void)) \
	ENTRY(void,     stop,           (void)) \
	ENTRY(int,      dump,           (const char *path)) \
	ENTRY(void,     counter,        (const char *name, double value)) \
	ENTRY(void,     thread_name,    (const char *name)) \
	ENTRY(uint64_t, live_bytes,     (void)) \
	ENTRY(uint64_t, peak_bytes,     (void)) \
	ENTRY(void,     reset_peak,     (void)) \
	ENTRY(int,      leak_check,     (void)) \
	ENTRY(int,      limit_memory,   (const char *size)) \
	ENTRY(int,      limit_leaks,    (const char *size)) \
	ENTRY(uint64_t, no_alloc_begin, (void)) \
	ENTRY(int,      no_alloc_end,   (uint64_t since)) \
	ENTRY(void,     case_begin,     (const char *suite, const char *name)) \
	ENTRY(void,     case_end,       (const char *suite, const char *name))

#define MEMPROF_POINTER_(type, name, params) type (*name) params;
#define MEMPROF_LOOK_(type, name, params) \
	e->name = (type (*) params)memprof_dlsym_((void *)0, "memprof_" #name);

/* Where they were found; one table for each program and shared object. */
struct memprof_entries_ {
	int looked; /* the pointers are final */
	MEMPROF_ENTRIES_(MEMPROF_POINTER_)
};

__attribute__((weak, visibility("hidden"))) struct memprof_entries_ memprof_entries_;

/* dlsym, whose header is not needed; NULL in a static program. */
void (*memprof_dlsym_(void *handle, const char *symbol))(void) __asm__("dlsym")
	__attribute__((weak));

static __attribute__((noinline, cold, unused)) void memprof_look_(void)
{
	struct memprof_entries_ *e = &memprof_entries_;

	/* Without a recorder this is the only miss. */
	if (memprof_dlsym_ && memprof_dlsym_((void *)0, "memprof_active")) {
		MEMPROF_ENTRIES_(MEMPROF_LOOK_)
	}
	__atomic_store_n(&e->looked, 1, __ATOMIC_RELEASE);
}

#undef MEMPROF_POINTER_
#undef MEMPROF_LOOK_

#define MEMPROF_INLINE_ static __inline__ __attribute__((always_inline, unused))
#define MEMPROF_FOUND_(name) \
	(__extension__({ \
		if (__builtin_expect(!__atomic_load_n(&memprof_entries_.looked, \
						      __ATOMIC_ACQUIRE), 0)) \
			memprof_look_(); \
		memprof_entries_.name; \
	}))
#define MEMPROF_DO_(name, params, args) { \
		void (*entry_) params = MEMPROF_FOUND_(name); \
		if (entry_) \
			entry_ args; \
	}
#define MEMPROF_ASK_(type, name, params, args, none) { \
		type (*entry_) params = MEMPROF_FOUND_(name); \
		return entry_ ? entry_ args : none; \
	}
#endif
/* clang-format on */

/* clang-format off */
/*
 * What is there.
 */

/* 1 when the recorder is there and records, else 0. */
MEMPROF_INLINE_ int memprof_active(void)
MEMPROF_ASK_(int, active, (void), (), 0)

/*
 * Moments.
 */

/*
 * Name this moment.  The trace keeps time, thread, and what the thread has allocated and freed
 * so far; the resident set as well, unless it was looked at within the last millisecond.  Costs
 * about 100 ns, some microseconds more when it looks.  With MEMPROF_SNAPSHOT_MARKS=1 it is
 * memprof_snapshot().
 */
MEMPROF_INLINE_ void memprof_mark(const char *name)
MEMPROF_DO_(mark, (const char *), (name))

/*
 * An exact point: what every allocation site holds at this moment goes into the trace, and
 * TRACE@name shows it.  Takes as long as writing the sites that changed since the last time.
 */
MEMPROF_INLINE_ void memprof_snapshot(const char *name)
MEMPROF_DO_(snapshot, (const char *), (name))

/*
 * A value of the program's own at this moment, such as the length of a queue.  The first 1,000
 * of each name are kept one by one; after that the newest at each sample.
 */
MEMPROF_INLINE_ void memprof_counter(const char *name, double value)
MEMPROF_DO_(counter, (const char *, double), (name, value))

/* What reports call the calling thread; up to 15 bytes.  The kernel's name stays. */
MEMPROF_INLINE_ void memprof_thread_name(const char *name)
MEMPROF_DO_(thread_name, (const char *), (name))

/*
 * Regions: a part of a thread's work with a name.  They nest: a region is its name under those
 * around it.  Of each region and thread the trace keeps calls, time in total and without inner
 * regions, shortest, longest and a histogram, what was allocated and freed inside, and the
 * highest net growth of the thread's heap inside one call.
 */

/* Begin a region.  It belongs to the calling thread. */
MEMPROF_INLINE_ void memprof_begin(const char *name)
MEMPROF_DO_(begin, (const char *), (name))

/*
 * End the innermost region of that name of the calling thread, and those inside it that were
 * left without an end.  Without such a region, nothing.  A longjmp past the call that began a
 * region ends it.
 */
MEMPROF_INLINE_ void memprof_end(const char *name)
MEMPROF_DO_(end, (const char *), (name))

/*
 * Recording.
 */

/*
 * Record allocations from here on (MEMPROF_START=off begins without), or no more.  Releases of
 * blocks that were recorded are recorded all the same.  For all threads.
 */
MEMPROF_INLINE_ void memprof_start(void)
MEMPROF_DO_(start, (void), ())
MEMPROF_INLINE_ void memprof_stop(void)
MEMPROF_DO_(stop, (void), ())

/*
 * Write what is known so far as a trace of its own to a new file, for any report:
 * `memprof flame PATH`.  Returns 0, or -1 when the file exists or cannot be written, when the
 * trace is packed (.gz, .zst), or when there is no recorder.
 */
MEMPROF_INLINE_ int memprof_dump(const char *path)
MEMPROF_ASK_(int, dump, (const char *), (path), -1)

/*
 * Questions.  Bytes are those requested, of all threads, as far as they were recorded.
 */

/* Heap bytes that are live now. */
MEMPROF_INLINE_ uint64_t memprof_live_bytes(void)
MEMPROF_ASK_(uint64_t, live_bytes, (void), (), 0)

/*
 * The most that was live since the start or the last memprof_reset_peak().  While several
 * threads allocate it may be short of the true peak by what they hold back (see
 * MEMPROF_PEAK).
 */
MEMPROF_INLINE_ uint64_t memprof_peak_bytes(void)
MEMPROF_ASK_(uint64_t, peak_bytes, (void), (), 0)

/* Let memprof_peak_bytes() start anew from what is live now; the trace's peak is not touched. */
MEMPROF_INLINE_ void memprof_reset_peak(void)
MEMPROF_DO_(reset_peak, (void), ())

/* 1 when memory is lost right now, else 0; what, and by which rules, is in the trace. */
MEMPROF_INLINE_ int memprof_leak_check(void)
MEMPROF_ASK_(int, leak_check, (void), (), 0)

/*
 * Limits.  Sizes are numbers with or without a unit: "4096", "24 MiB", "1.5 GB".  Each returns
 * 1 when the limit is broken and 0 when it is kept, or when nothing was measured:
 * memprof_active() tells which.  The trace keeps the result; a broken limit is a finding of
 * reports.
 */

/* Has the heap grown by more than `size` at any time since the case began; without a case: has
 * it been above `size` since the start, or the last memprof_reset_peak()? */
MEMPROF_INLINE_ int memprof_limit_memory(const char *size)
MEMPROF_ASK_(int, limit_memory, (const char *), (size), 0)

/* Does any one allocation site hold more than `size` beyond what it held when the case began,
 * or since the start? */
MEMPROF_INLINE_ int memprof_limit_leaks(const char *size)
MEMPROF_ASK_(int, limit_leaks, (const char *), (size), 0)

/* The ends of MEMPROF_NO_ALLOC: heap allocations of the calling thread so far; were there more
 * since? */
MEMPROF_INLINE_ uint64_t memprof_no_alloc_begin(void)
MEMPROF_ASK_(uint64_t, no_alloc_begin, (void), (), 0)
MEMPROF_INLINE_ int memprof_no_alloc_end(uint64_t since)
MEMPROF_ASK_(int, no_alloc_end, (uint64_t), (since), 0)

/*
 * Cases: a part of the run that is compared with others.  Both ends are exact points, and the
 * process's peak inside is kept.  One at a time: a case that begins ends the one before.
 * TRACE@case:SUITE/NAME shows it.
 */
MEMPROF_INLINE_ void memprof_case_begin(const char *suite, const char *name)
MEMPROF_DO_(case_begin, (const char *, const char *), (suite, name))
MEMPROF_INLINE_ void memprof_case_end(const char *suite, const char *name)
MEMPROF_DO_(case_end, (const char *, const char *), (suite, name))

/* What the macros below are made of. */
MEMPROF_INLINE_ const char *memprof_region_begin_(const char *name)
{
	memprof_begin(name);
	return name;
}

MEMPROF_INLINE_ void memprof_region_end_(const char **name)
{
	memprof_end(*name);
}

MEMPROF_INLINE_ void memprof_no_alloc_end_(uint64_t *since)
{
	(void)memprof_no_alloc_end(*since);
}

#define MEMPROF_JOIN_2_(a, b) a##b
#define MEMPROF_JOIN_(a, b) MEMPROF_JOIN_2_(a, b)

/*
 * MEMPROF_REGION("load") { ... }: the block is a region, however it is left: return, goto,
 * break (which leaves the block), an exception.
 */
#define MEMPROF_REGION(name) MEMPROF_REGION_(name, MEMPROF_JOIN_(memprof_region_, __COUNTER__))
#define MEMPROF_REGION_(name, id) \
	for (const char *id __attribute__((cleanup(memprof_region_end_), unused)) = \
		     memprof_region_begin_(name), *MEMPROF_JOIN_(id, _once) = ""; \
	     MEMPROF_JOIN_(id, _once); MEMPROF_JOIN_(id, _once) = (const char *)0)

/*
 * MEMPROF_NO_ALLOC { ... }: the calling thread must not allocate inside; when it does, that is
 * a broken limit, with the stack of its last allocation.
 */
#define MEMPROF_NO_ALLOC MEMPROF_NO_ALLOC_(MEMPROF_JOIN_(memprof_no_alloc_, __COUNTER__))
#define MEMPROF_NO_ALLOC_(id) \
	for (uint64_t id __attribute__((cleanup(memprof_no_alloc_end_), unused)) = \
		     memprof_no_alloc_begin(), MEMPROF_JOIN_(id, _once) = 1; \
	     MEMPROF_JOIN_(id, _once); MEMPROF_JOIN_(id, _once) = 0)
/*
 * Cases that `memprof case` finds in a program or shared object and runs one by one, each in a
 * process of its own:
 *
 *   MEMPROF_SUITE(strings, .setup = open_files, .teardown = close_files)
 *   MEMPROF_CASE(strings, join) { ... }
 *   MEMPROF_CASE(strings, split, .skip = "not done yet") { ... }
 *
 * Suite and case are words, not strings.  In a program the cases run in place of main(), after
 * everything that runs before it.  A suite's functions are run around each of its cases.
 */
struct memprof_case {
	unsigned int size; /* of this struct */
	int line;
	const char *suite, *name, *file;
	void (*run)(void);
	/* the attributes; NULL for none */
	const char *skip;	     /* not run, for this reason */
	const char *skip_profiler;   /* not run with these profilers, divided by commas */
	const char *accept_profiler; /* run with these profilers only, and with passthrough */
};

struct memprof_suite {
	unsigned int size; /* of this struct */
	int line;
	const char *name, *file;
	void (*setup)(void);	/* before each case; when it fails neither case nor teardown run */
	void (*teardown)(void); /* after each case, also one that crashed or was stopped */
};

#if defined(__has_attribute)
#if __has_attribute(retain)
#define MEMPROF_RETAIN_ , retain
#endif
#endif
#ifndef MEMPROF_RETAIN_
#define MEMPROF_RETAIN_
#endif

/* Pointers to them lie in a section each, so that they are found without a list. */
#define MEMPROF_IN_SECTION_(section_) __attribute__((section(section_), used MEMPROF_RETAIN_))

#define MEMPROF_SUITE(suite_, ...) \
	static const struct memprof_suite memprof_suite_##suite_ = { \
		.size = sizeof(struct memprof_suite), .line = __LINE__, .name = #suite_, \
		.file = __FILE__, __VA_ARGS__ \
	}; \
	static const struct memprof_suite *const memprof_suite_at_##suite_ \
		MEMPROF_IN_SECTION_("memprof_suites") = &memprof_suite_##suite_;

/* Followed by the body of a function. */
#define MEMPROF_CASE(suite_, ...) MEMPROF_CASE_2_(suite_, __VA_ARGS__, )
#define MEMPROF_CASE_2_(suite_, name_, ...) \
	static void memprof_case_##suite_##_##name_(void); \
	static const struct memprof_case memprof_case_of_##suite_##_##name_ = { \
		.size = sizeof(struct memprof_case), .line = __LINE__, .suite = #suite_, \
		.name = #name_, .file = __FILE__, .run = memprof_case_##suite_##_##name_, \
		__VA_ARGS__ \
	}; \
	static const struct memprof_case *const memprof_case_at_##suite_##_##name_ \
		MEMPROF_IN_SECTION_("memprof_cases") = &memprof_case_of_##suite_##_##name_; \
	static void memprof_case_##suite_##_##name_(void)
/* clang-format on */

#ifdef MEMPROF_DISABLE
#pragma GCC diagnostic pop
#endif

#ifdef __cplusplus
}

namespace memprof
{

/* A region as long as the object lives: memprof::region load("load"); */
class region
{
      public:
	explicit region(const char *name) : name_(name)
	{
		memprof_begin(name);
	}
	~region()
	{
		memprof_end(name_);
	}
	region(const region &) = delete;
	region &operator=(const region &) = delete;

      private:
	const char *name_;
};

} // namespace memprof
#endif

#endif
