/* SPDX-License-Identifier: MIT */
/* case_filter.c - see case_filter.h. */
#include "cmds/case_filter.h"

#include <stdlib.h>
#include <string.h>

#include "util/strbuf.h"
#include "util/xalloc.h"

void case_filter_init(struct case_filter *filter, const char *operand)
{
	char *at;

	*filter = (struct case_filter){ .file = xstrdup(operand) };
	at = strstr(filter->file, "::");
	if (!at)
		return;
	*at = '\0';
	filter->suite = at + 2;
	at = strstr(at + 2, "::");
	if (!at)
		return;
	*at = '\0';
	filter->name = at + 2;
}

void case_filter_release(struct case_filter *filter)
{
	free(filter->file);
}

bool case_filter_takes(const struct case_filter *filter, const struct case_info *info)
{
	return (!filter->suite || !strcmp(filter->suite, info->suite)) &&
	       (!filter->name || !strcmp(filter->name, info->name));
}

char *case_filter_wrong(const struct case_filter *filter, const struct case_list *list)
{
	struct strbuf out = STRBUF_INIT;
	bool suite = false;
	const char *last = "";

	for (size_t i = 0; i < list->n; i++) {
		if (case_filter_takes(filter, &list->v[i]))
			return NULL;
		suite |= filter->suite && !strcmp(filter->suite, list->v[i].suite);
	}
	strbuf_addf(&out, "there is no %s '%s' in '%s': there %s", suite ? "case" : "suite",
		    suite	    ? filter->name
		    : filter->suite ? filter->suite
				    : "",
		    filter->file, list->n ? "are" : "is none");
	for (size_t i = 0; i < list->n; i++) {
		if (suite && strcmp(filter->suite, list->v[i].suite))
			continue;
		if (!suite && !strcmp(last, list->v[i].suite))
			continue;
		strbuf_addf(&out, "%s%s", *last ? ", " : " ",
			    suite ? list->v[i].name : list->v[i].suite);
		last = list->v[i].suite;
	}
	return strbuf_detach(&out, NULL);
}

/* Is `name` one of the words in `list`, divided by commas and spaces? */
static bool has_word(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (*list) {
		size_t n;

		list += strspn(list, ", ");
		n = strcspn(list, ", ");
		if (n == len && !memcmp(list, name, n))
			return true;
		list += n;
	}
	return false;
}

char *case_filter_skips(const struct case_info *info, const char *profiler)
{
	if (*info->skip)
		return xasprintf("Marked as `skipped`: %s", info->skip);
	if (has_word(info->skip_profiler, profiler))
		return xasprintf("Marked as `skipped` because it does not support %s", profiler);
	if (*info->accept_profiler && strcmp(profiler, "passthrough") &&
	    !has_word(info->accept_profiler, profiler))
		return xasprintf("Marked as `skipped` because it accepts %s only, not %s",
				 info->accept_profiler, profiler);
	return NULL;
}
