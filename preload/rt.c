/* SPDX-License-Identifier: MIT */
/* rt.c - the recorder's own string functions; see rt.h.  Floor: rt. */
#define _GNU_SOURCE
#include "rt.h"

#include <unistd.h>

size_t rt_strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int rt_strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}

bool rt_starts(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return false;
	return true;
}

const char *rt_basename(const char *path)
{
	const char *base = path;

	for (; *path; path++)
		if (*path == '/' && path[1])
			base = path + 1;
	return base;
}

void rt_put_char(struct rt_text *text, char c)
{
	if (text->len + 1 < text->cap)
		text->buf[text->len++] = c;
	text->buf[text->len] = '\0';
}

void rt_put(struct rt_text *text, const char *s)
{
	while (*s)
		rt_put_char(text, *s++);
}

void rt_put_padded(struct rt_text *text, uint64_t value, int digits)
{
	char out[20];
	int n = 0;

	do
		out[n++] = (char)('0' + value % 10);
	while ((value /= 10) || n < digits);
	while (n)
		rt_put_char(text, out[--n]);
}

void rt_put_u64(struct rt_text *text, uint64_t value)
{
	rt_put_padded(text, value, 1);
}

void rt_put_hex(struct rt_text *text, uint64_t value, int digits)
{
	while (digits--)
		rt_put_char(text, "0123456789abcdef"[(value >> (4 * digits)) & 15]);
}

void rt_put_rfc3339(struct rt_text *text, uint64_t unix_ns)
{
	uint64_t seconds = unix_ns / 1000000000, day = seconds / 86400, of_day = seconds % 86400;
	/* Days to civil date: count from 1 March of year 0, where leap days come
	 * last; eras of 400 years have 146097 days. */
	uint64_t z = day + 719468, era = z / 146097, doe = z % 146097;
	uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	uint64_t month = mp < 10 ? mp + 3 : mp - 9;

	rt_put_padded(text, yoe + era * 400 + (month <= 2), 4);
	rt_put_char(text, '-');
	rt_put_padded(text, month, 2);
	rt_put_char(text, '-');
	rt_put_padded(text, doy - (153 * mp + 2) / 5 + 1, 2);
	rt_put_char(text, 'T');
	rt_put_padded(text, of_day / 3600, 2);
	rt_put_char(text, ':');
	rt_put_padded(text, of_day / 60 % 60, 2);
	rt_put_char(text, ':');
	rt_put_padded(text, of_day % 60, 2);
	rt_put_char(text, '.');
	rt_put_padded(text, unix_ns % 1000000000, 9);
	rt_put_char(text, 'Z');
}

bool rt_parse_u64(const char **s, uint64_t *value)
{
	const char *p = *s;
	uint64_t v = 0;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return false;
	*s = p;
	*value = v;
	return true;
}

bool rt_parse_size(const char *s, uint64_t *bytes)
{
	static const char letters[] = "KMGTP";
	uint64_t whole, part = 0, of = 1, unit = 1, step = 1024;
	const char *letter = letters;

	if (!rt_parse_u64(&s, &whole))
		return false;
	if (*s == '.') {
		for (s++; *s >= '0' && *s <= '9'; s++)
			if (of < 1000000) {
				part = part * 10 + (uint64_t)(*s - '0');
				of *= 10;
			}
	}
	while (*s == ' ')
		s++;
	while (*letter && *letter != (*s & ~32))
		letter++;
	if (*s && *letter) {
		s++;
		if ((*s & ~32) == 'B')
			step = 1000;
		else if (*s == 'i')
			s++;
		for (const char *l = letters; l <= letter; l++)
			unit *= step;
	}
	if ((*s & ~32) == 'B')
		s++;
	if (*s || __builtin_mul_overflow(whole, unit, bytes))
		return false;
	return !__builtin_add_overflow(*bytes, unit / of * part + unit % of * part / of, bytes);
}

/* What the kernel put on the stack: argc, argv, the environment. */
extern void *__libc_stack_end;

/* The environment, also before the C library has started: constructors of some
 * runtimes (linked with -z initfirst) allocate that early. */
static char **environment(void)
{
	long *stack = __libc_stack_end;

	return environ ? environ : (char **)(stack + 1 + *stack + 1);
}

const char *rt_getenv(const char *name)
{
	size_t len = rt_strlen(name);

	for (char **e = environment(); *e; e++)
		if (rt_starts(*e, name) && (*e)[len] == '=')
			return *e + len + 1;
	return NULL;
}
