/* SPDX-License-Identifier: MIT */
/* follow.c - see follow.h.  Floor: hooks. */
#define _GNU_SOURCE
#include "follow.h"

#include <link.h>
#include <unistd.h>

#include "arch/x86_64/cfi.h"
#include "config.h"
#include "header.h"
#include "rt.h"
#include "sys.h"

#define OUTPUT "MEMPROF_OUTPUT="
#define PRELOAD "LD_PRELOAD="

static char path[4200];
static char run[96];
static char output[sizeof(OUTPUT) + 12300];

bool follow_forks(void)
{
	return config.follow == FOLLOW_ALL || config.follow == FOLLOW_FORK;
}

bool follow_programs(void)
{
	return config.follow == FOLLOW_ALL || config.follow == FOLLOW_EXEC;
}

const char *follow_path(void)
{
	return path;
}

const char *follow_run(void)
{
	return run;
}

const char *follow_output(void)
{
	return *output ? output : NULL;
}

static bool is_separator(char c)
{
	return c == ':' || c == ' ';
}

/* An entry may say the path in many ways: what counts is the file's name. */
static bool is_ours(const char *entry, size_t len)
{
	const char *name = rt_basename(path);
	size_t n = rt_strlen(name);

	if (!n || len < n || (len > n && entry[len - n - 1] != '/'))
		return false;
	for (size_t i = 0; i < n; i++)
		if (entry[len - n + i] != name[i])
			return false;
	return true;
}

static size_t entry_length(const char *entry)
{
	size_t len = 0;

	while (entry[len] && !is_separator(entry[len]))
		len++;
	return len;
}

bool follow_is_preloaded(const char *value)
{
	while (*value) {
		size_t len = entry_length(value);

		if (is_ours(value, len))
			return true;
		value += len;
		value += *value != '\0';
	}
	return false;
}

/* May be given one place for both: it never writes in front of where it reads. */
size_t follow_without(char *to, const char *value)
{
	size_t n = 0;

	while (*value) {
		size_t len = entry_length(value), whole = len + (value[len] != '\0');

		if (!is_ours(value, len))
			for (size_t i = 0; i < whole; i++)
				to[n++] = value[i];
		value += whole;
	}
	/* the separator in front of ours when that was the last one */
	if (n && is_separator(to[n - 1]))
		n--;
	to[n] = '\0';
	return n;
}

static void find_path(void)
{
	struct rt_text text = RT_TEXT(path);
	struct cfi_module m;
	const char *name;

	if (!cfi_find_module((uint64_t)(uintptr_t)&follow_init, &m))
		return;
	name = ((const struct link_map *)m.link_map)->l_name;
	/* as LD_PRELOAD has it: relative to the folder the program starts in */
	if (*name && *name != '/' && sys_getcwd(path, sizeof(path)) > 0) {
		text.len = rt_strlen(path);
		rt_put_char(&text, '/');
	}
	rt_put(&text, name);
}

/*
 * In place: no other way reaches programs that the C library itself starts (system, popen).
 * Nothing but the loader reads this variable, and it has done so.
 */
static void hide(void)
{
	for (char **e = environ; e && *e; e++) {
		char *value = *e + sizeof(PRELOAD) - 1;

		if (!rt_starts(*e, PRELOAD) || !follow_is_preloaded(value))
			continue;
		if (follow_without(value, value))
			return;
		for (; *e; e++)
			e[0] = e[1];
		return;
	}
}

void follow_init(void)
{
	struct rt_text text = RT_TEXT(run), template = RT_TEXT(output);

	find_path();
	rt_put(&text, "MEMPROF_RUN=");
	rt_put(&text, header_run_id());
	if (config.output_given) {
		rt_put(&template, OUTPUT);
		rt_put(&template, config.output);
	}
	if (!follow_programs())
		hide();
}
