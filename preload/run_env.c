/* SPDX-License-Identifier: MIT */
/* run_env.c - pass the run on to new programs; see run_env.h.  Floor: hooks. */
#include "run_env.h"

#include <unistd.h>

#include "arena.h"
#include "follow.h"
#include "lock.h"
#include "rt.h"
#include "sys.h"

#define RUN_VARIABLE "MEMPROF_RUN="
#define OUTPUT "MEMPROF_OUTPUT="
#define PRELOAD "LD_PRELOAD="

/* What there is to be done. */
enum change {
	CHANGE_NOTHING,
	CHANGE_PASS_ON, /* the recorder goes along: its run, too */
	CHANGE_PUT_IN,	/* it was taken out: put it and its settings in */
	CHANGE_TAKE_OUT,
};

static const char *preload_of(char *const env[])
{
	for (size_t i = 0; env && env[i]; i++)
		if (rt_starts(env[i], PRELOAD))
			return env[i] + sizeof(PRELOAD) - 1;
	return NULL;
}

/* The part of NAME=value up to and with the =. */
static bool same_name(const char *a, const char *b)
{
	while (*a && *a == *b && *a != '=')
		a++, b++;
	return *a == '=' && *b == '=';
}

static bool has(char *const env[], const char *variable)
{
	for (size_t i = 0; env && env[i]; i++)
		if (same_name(env[i], variable))
			return true;
	return false;
}

/* Is it a template of ours that is relative to a folder the program may have left? */
static bool is_given_output(const char *entry)
{
	return config.output_given && rt_starts(entry, OUTPUT) &&
	       !rt_strcmp(entry + sizeof(OUTPUT) - 1, config.output_given);
}

static bool is_complete(char *const env[])
{
	if (!has(env, RUN_VARIABLE) || (follow_output() && !has(env, OUTPUT)))
		return false;
	for (size_t i = 0; env && env[i]; i++)
		if (is_given_output(env[i]))
			return false;
	return true;
}

static enum change change_of(char *const env[])
{
	const char *preload = preload_of(env);
	bool there = preload && follow_is_preloaded(preload);

	/* before the start of the recorder, or where it never starts */
	if (!*follow_run())
		return CHANGE_NOTHING;
	if (!follow_programs())
		return there ? CHANGE_TAKE_OUT : CHANGE_NOTHING;
	if (!there)
		return config.follow_cleaned && *follow_path() ? CHANGE_PUT_IN : CHANGE_NOTHING;
	return is_complete(env) ? CHANGE_NOTHING : CHANGE_PASS_ON;
}

struct run_env_room run_env_room(char *const env[])
{
	const char *preload = preload_of(env);
	struct run_env_room room = { 0 };
	size_t n = 0;

	while (env && env[n])
		n++;
	if (n >= RUN_ENV_MAX || change_of(env) == CHANGE_NOTHING)
		return room;
	room.entries = n + RUN_ENV_MORE;
	room.text = sizeof(PRELOAD) + rt_strlen(follow_path()) + 1 +
		    (preload ? rt_strlen(preload) : 0) + 1;
	return room;
}

struct building {
	char **to;
	size_t n;
	struct rt_text text;
};

static void put(struct building *b, const char *entry)
{
	b->to[b->n++] = (char *)(uintptr_t)entry;
}

/* LD_PRELOAD with the recorder in front of what is there, or without it. */
static void put_preload(struct building *b, const char *value, enum change change)
{
	const char *entry = b->text.buf;

	rt_put(&b->text, PRELOAD);
	if (change == CHANGE_TAKE_OUT) {
		if (follow_without(b->text.buf + b->text.len, value))
			put(b, entry);
		return;
	}
	rt_put(&b->text, follow_path());
	if (*value) {
		rt_put_char(&b->text, ':');
		rt_put(&b->text, value);
	}
	put(b, entry);
}

static void put_settings(struct building *b, char *const env[])
{
	for (size_t i = 0; config.given[i]; i++)
		if (!has(env, config.given[i]) && !same_name(config.given[i], RUN_VARIABLE) &&
		    !same_name(config.given[i], OUTPUT))
			put(b, config.given[i]);
}

/* The output as it was given, absolute or not. */
static const char *output_entry(void)
{
	for (size_t i = 0; config.given[i]; i++)
		if (same_name(config.given[i], OUTPUT) && !follow_output())
			return config.given[i];
	return follow_output();
}

char *const *run_env_build(char *const env[], char *to[], char *text)
{
	enum change change = change_of(env);
	struct building b = {
		.to = to,
		.text = { .buf = text, .cap = run_env_room(env).text + 1 },
	};
	bool preload = false, output = false, id = false;

	for (size_t i = 0; env && env[i]; i++) {
		bool is_preload = rt_starts(env[i], PRELOAD);

		output |= rt_starts(env[i], OUTPUT);
		id |= rt_starts(env[i], RUN_VARIABLE);
		if (is_preload && !preload && change != CHANGE_PASS_ON)
			put_preload(&b, env[i] + sizeof(PRELOAD) - 1, change);
		else
			put(&b, is_given_output(env[i]) ? follow_output() : env[i]);
		preload |= is_preload;
	}
	if (change == CHANGE_PUT_IN && !preload)
		put_preload(&b, "", change);
	if (change == CHANGE_PUT_IN)
		put_settings(&b, env);
	if (change != CHANGE_TAKE_OUT && !id)
		put(&b, follow_run());
	if (change != CHANGE_TAKE_OUT && !output && output_entry())
		put(&b, output_entry());
	put(&b, NULL);
	return to;
}

/* Environments that were lent, to be used again. */
struct lent {
	struct lent *next;
	char **before;
	size_t entries, text;
	bool in_use;
	char *env[];
};

static struct lock lock;
static struct lent *all_lent;

static size_t lent_size(size_t entries, size_t text)
{
	return sizeof(struct lent) + entries * sizeof(char *) + text;
}

static struct lent *take(struct run_env_room need)
{
	struct lent *lent;

	for (lent = all_lent; lent; lent = lent->next)
		if (!lent->in_use && lent->entries >= need.entries && lent->text >= need.text)
			return lent;
	lent = arena_map(lent_size(need.entries, need.text + 1), ARENA_OUTPUT);
	if (!lent)
		return NULL;
	lent->entries = need.entries;
	lent->text = need.text;
	lent->next = all_lent;
	all_lent = lent;
	return lent;
}

char **run_env_lend(void)
{
	struct run_env_room need = run_env_room(environ);
	struct lent *lent;

	if (!need.entries)
		return NULL;
	lock_take(&lock, (uint32_t)sys_gettid());
	lent = take(need);
	if (lent) {
		lent->in_use = true;
		lent->before = environ;
		run_env_build(environ, lent->env, (char *)(lent->env + lent->entries));
		environ = lent->env;
	}
	lock_release(&lock);
	return lent ? lent->env : NULL;
}

void run_env_back(char **env)
{
	struct lent *lent;

	if (!env)
		return;
	lock_take(&lock, (uint32_t)sys_gettid());
	for (lent = all_lent; lent && lent->env != env; lent = lent->next)
		;
	/* where the program has made another one meanwhile, that one stays */
	if (lent && environ == env)
		environ = lent->before;
	if (lent)
		lent->in_use = false;
	lock_release(&lock);
}
