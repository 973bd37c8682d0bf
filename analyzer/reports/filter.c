/* SPDX-License-Identifier: MIT */
/* filter.c - include|exclude:what:GLOB. */
#include "reports/filter.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/symbols.h"
#include "util/cxxname.h"
#include "util/diag.h"
#include "util/xalloc.h"

static const char *const words[] = { "function", "file", "module", "thread", "process" };

/* Steps over `word:` at *p. */
static bool take(const char **p, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*p, word, len) || (*p)[len] != ':')
		return false;
	*p += len + 1;
	return true;
}

static bool parse(struct filter *filter, const char *p)
{
	filter->exclude = take(&p, "exclude");
	if (!filter->exclude && !take(&p, "include"))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (take(&p, words[i])) {
			filter->on = (enum filter_on)i;
			filter->glob = p;
			return *p;
		}
	}
	return false;
}

int filters_parse(struct filters *filters, const struct opt_list *texts, struct diag *diag)
{
	*filters = (struct filters){ .v = xcalloc(texts->n, sizeof(*filters->v)) };
	for (size_t i = 0; i < texts->n; i++) {
		struct filter *filter = &filters->v[filters->n++];

		if (!parse(filter, texts->v[i]))
			return diag_error(
				diag, -EINVAL,
				"--filter '%s' is not include or exclude, function, file, "
				"module, thread or process, and a pattern: 'exclude:file:/usr/*'",
				texts->v[i]);
		filters->need_frames |= filter->on < FILTER_THREAD;
	}
	return 0;
}

void filters_release(struct filters *filters)
{
	free(filters->v);
	*filters = (struct filters){ .v = NULL };
}

static bool match(const char *glob, const char *text)
{
	return text && fnmatch(glob, text, 0) == 0;
}

static bool match_path(const char *glob, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return match(glob, path) || (slash && !strchr(glob, '/') && match(glob, slash + 1));
}

static bool match_function(const char *glob, const char *name)
{
	const char *end;
	char *bare;
	bool yes;

	if (match(glob, name))
		return true;
	name = name ? cxx_name_start(name) : "";
	end = strchr(name, '(');
	if (!end || end == name || strchr(glob, '('))
		return false;
	bare = xstrndup(name, (size_t)(end - name));
	yes = match(glob, bare);
	free(bare);
	return yes;
}

static bool match_thread(const char *glob, const struct model_thread *thread)
{
	char tid[24];

	if (!thread)
		return false;
	snprintf(tid, sizeof(tid), "%" PRIu64, thread->tid);
	return match(glob, thread->name) || match(glob, tid);
}

static bool match_process(const char *glob, const struct model_process *process)
{
	char pid[24];

	if (!process)
		return false;
	snprintf(pid, sizeof(pid), "%" PRIu64, process->pid);
	return match_path(glob, process->exe) || match(glob, pid);
}

static bool matches(const struct filter *filter, const struct frame *frame,
		    const struct model_thread *thread, const struct model_process *process)
{
	switch (filter->on) {
	case FILTER_FUNCTION:
		return frame && (match_function(filter->glob, frame->function) ||
				 match_function(filter->glob, frame->full));
	case FILTER_FILE:
		return frame && match_path(filter->glob, frame->file);
	case FILTER_MODULE:
		return frame && match_path(filter->glob, frame->module);
	case FILTER_PROCESS:
		return match_process(filter->glob, process);
	case FILTER_THREAD:
		break;
	}
	return match_thread(filter->glob, thread);
}

bool filters_pass(const struct filters *filters, const struct frame *frame,
		  const struct model_thread *thread, const struct model_process *process)
{
	bool included = false, any_include = false;

	for (size_t i = 0; i < filters->n; i++) {
		const struct filter *filter = &filters->v[i];
		bool hit = matches(filter, frame, thread, process);

		if (filter->exclude && hit)
			return false;
		any_include |= !filter->exclude;
		included |= !filter->exclude && hit;
	}
	return included || !any_include;
}

bool filters_on(const struct filters *filters, enum filter_on on)
{
	for (size_t i = 0; i < filters->n; i++)
		if (filters->v[i].on == on)
			return true;
	return false;
}
