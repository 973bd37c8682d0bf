/* SPDX-License-Identifier: MIT */
/* config.c - parse the environment by the table; see config.h.  Floor: config. */
#include "config.h"

#include <stddef.h>

#include "rt.h"
#include "sys.h"

struct config config;

/* Each reader returns false when `s` is not a value of its type. */

static bool read_text(const char *s, const char *arg, const char **value)
{
	(void)arg;
	*value = s;
	return true;
}

#define read_path read_text

static bool read_flag(const char *s, const char *arg, bool *value)
{
	(void)arg;
	if ((s[0] != '0' && s[0] != '1') || s[1])
		return false;
	*value = s[0] == '1';
	return true;
}

static bool read_word(const char *s, const char *arg, unsigned int *value)
{
	size_t len = rt_strlen(s);
	unsigned int index = 0;

	for (const char *w = arg;; w++, index++) {
		const char *end = w;

		while (*end && *end != '|')
			end++;
		if (len && (size_t)(end - w) == len && rt_starts(w, s)) {
			*value = index;
			return true;
		}
		if (!*end)
			return false;
		w = end;
	}
}

static bool read_time(const char *s, const char *arg, uint64_t *value)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = {
		{ "ns", 1 },	     { "us", 1000 },	 { "ms", 1000000 },
		{ "s", 1000000000 }, { "", 1000000000 }, { "m", 60000000000 },
	};

	(void)arg;
	if (!rt_parse_u64(&s, value))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (!rt_strcmp(s, units[i].unit))
			return !__builtin_mul_overflow(*value, units[i].ns, value) && *value;
	return false;
}

static __attribute__((unused)) bool read_size(const char *s, const char *arg, uint64_t *value)
{
	int shift;

	(void)arg;
	if (!rt_parse_u64(&s, value))
		return false;
	shift = *s == 'K' ? 10 : *s == 'M' ? 20 : *s == 'G' ? 30 : 0;
	if (shift ? s[1] : *s)
		return false;
	return !__builtin_mul_overflow(*value, (uint64_t)1 << shift, value);
}

#define IS_PATH_path true
#define IS_PATH_text false
#define IS_PATH_word false
#define IS_PATH_time false
#define IS_PATH_size false
#define IS_PATH_flag false

/* Copies of what was given; a value that does not fit in here is none of ours. */
static char texts[16384];

/* `name`=`value`, kept: its value, or NULL. */
static const char *keep(struct rt_text *text, size_t *n, const char *name, const char *value)
{
	char *copy = text->buf + text->len;
	size_t name_len = rt_strlen(name);

	if (name_len + rt_strlen(value) + 3 > text->cap - text->len)
		return NULL;
	rt_put(text, name);
	rt_put_char(text, '=');
	rt_put(text, value);
	text->len++;
	config.given[(*n)++] = copy;
	return copy + name_len + 1;
}

/* The program may go to another folder, and so may its children. */
static void make_output_absolute(void)
{
	static char folder[4096], absolute[2 * sizeof(folder) + 4096];
	struct rt_text text = RT_TEXT(absolute);

	/* an unreachable folder is named "(unreachable)..." by the kernel */
	if (config.output[0] == '/' || sys_getcwd(folder, sizeof(folder)) <= 0 || folder[0] != '/')
		return;
	for (const char *p = folder; *p; p++) {
		rt_put_char(&text, *p);
		if (*p == '%')
			rt_put_char(&text, '%');
	}
	if (folder[1])
		rt_put_char(&text, '/');
	if (rt_strlen(config.output) >= sizeof(absolute) - text.len)
		return;
	rt_put(&text, config.output);
	config.output_given = config.output;
	config.output = absolute;
}

void config_read(bool trusted)
{
	struct rt_text text = RT_TEXT(texts);
	const char *value, *kept;
	size_t n = 0;

#define OPTION(field, env, cli, type, def, arg, help)          \
	read_##type(def, arg, &config.field);                  \
	value = rt_getenv(env);                                \
	if (value && *value && (trusted || !IS_PATH_##type)) { \
		CONFIG_C_##type parsed;                        \
		kept = keep(&text, &n, env, value);            \
		if (kept && read_##type(kept, arg, &parsed)) { \
			config.field = parsed;                 \
		} else if (!config.bad_name) {                 \
			config.bad_name = env;                 \
			config.bad_value = value;              \
		}                                              \
	}
#include <memprof/options.def>
	make_output_absolute();
}
