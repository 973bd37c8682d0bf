/* SPDX-License-Identifier: MIT */
/*
 * config.h - the settings of options.def as the recorder uses them.  Floor: config.
 *
 * Read once from the environment before the first event is recorded; constant
 * afterwards, so any thread may read it at any time.
 */
#ifndef PRELOAD_CONFIG_H
#define PRELOAD_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#define CONFIG_C_path const char *
#define CONFIG_C_text const char *
#define CONFIG_C_word unsigned int /* index of the word in the table's list */
#define CONFIG_C_time uint64_t	   /* nanoseconds */
#define CONFIG_C_size uint64_t	   /* bytes */
#define CONFIG_C_flag bool

enum {
#define OPTION(field, env, cli, type, def, arg, help) CONFIG_AT_##field,
#include <memprof/options.def>
	CONFIG_OPTIONS
};

struct config {
#define OPTION(field, env, cli, type, def, arg, help) CONFIG_C_##type field;
#include <memprof/options.def>
	/* The first variable whose value could not be read, and that value; NULL
	 * when all were fine.  The default stands for it. */
	const char *bad_name, *bad_value;
	/* `output` as it was given when that was relative: it is absolute above, for the folder
	 * the program started in; else NULL. */
	const char *output_given;
	/* What was given, "NAME=value"; ends with NULL.  Copies, as the texts above are:
	 * programs write over the environment they were started with. */
	const char *given[CONFIG_OPTIONS + 1];
};

/* Words of the table, in its order. */
enum { SAMPLER_THREAD, SAMPLER_HOOKS, SAMPLER_OFF };
enum { PEAK_BATCHED, PEAK_EXACT };
enum { FOLLOW_ALL, FOLLOW_FORK, FOLLOW_EXEC, FOLLOW_NONE };
enum { ALLOCATOR_STATS_AUTO, ALLOCATOR_STATS_ALWAYS, ALLOCATOR_STATS_OFF };
enum { START_ON, START_OFF };
enum { LEAKS_OFF, LEAKS_LSAN, LEAKS_MEMCHECK };

extern struct config config;

/* Read the environment into `config`.  With `trusted` false (the program has
 * more rights than its user) paths from the environment are ignored. */
void config_read(bool trusted);

#endif
