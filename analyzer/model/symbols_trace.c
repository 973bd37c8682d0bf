/* SPDX-License-Identifier: MIT */
/* symbols_trace.c - see symbols_trace.h. */
#include "model/symbols_trace.h"

#include <string.h>

#include "model/model.h"
#include "util/units.h"
#include "util/xalloc.h"

static uint64_t key_of(uint32_t module, uint64_t offset, bool exact)
{
	return map_mix((uint64_t)module << 1 | exact) ^ offset;
}

static bool same_address(const struct model_name *a, const struct model_name *b)
{
	return a->module == b->module && a->offset == b->offset && a->exact == b->exact;
}

void trace_names_init(struct trace_names *names, const struct model *model)
{
	*names = (struct trace_names){ .model = model };
	for (size_t i = 0; i < model->n_names; i++) {
		const struct model_name *name = &model->names[i];

		if (!i || !same_address(name, name - 1))
			*map_at(&names->index, key_of(name->module, name->offset, name->exact),
				NULL) = i + 1;
	}
}

void trace_names_release(struct trace_names *names)
{
	map_release(&names->index);
}

const struct model_name *trace_names_find(const struct trace_names *names, uint32_t module,
					  uint64_t offset, bool exact, size_t *n)
{
	const struct model *m = names->model;
	const uint64_t *at = map_get(&names->index, key_of(module, offset, exact));
	size_t first;

	if (!at)
		return NULL;
	first = *at - 1;
	/* two addresses may share a key */
	if (m->names[first].module != module || m->names[first].offset != offset ||
	    m->names[first].exact != exact)
		return NULL;
	for (*n = 1;
	     first + *n < m->n_names && same_address(&m->names[first], &m->names[first + *n]);)
		++*n;
	return &m->names[first];
}

/* "path:12" or "path:12:5" without the numbers; the first of them. */
static char *split_path(const char *text, uint32_t *line)
{
	char *path = xstrdup(text), *colon;
	uint64_t n, numbers[2] = { 0, 0 };
	int found = 0;

	while (found < 2 && (colon = strrchr(path, ':')) && colon != path &&
	       !units_parse_number(colon + 1, &n)) {
		numbers[found++] = n;
		*colon = '\0';
	}
	n = found ? numbers[found - 1] : 0;
	*line = n <= UINT32_MAX ? (uint32_t)n : 0;
	return path;
}

static const char *behind_file_url(const char *path)
{
	return strncmp(path, "file://", 7) ? path : path + 7;
}

void trace_jit_split(const char *name, struct jit_frame *frame)
{
	static const char *const v8[] = { "JS:",     "LazyCompile:", "Function:",
					  "Script:", "Eval:",	     "RegExp:" };
	const char *rest = NULL, *path;

	*frame = (struct jit_frame){ .function = NULL };
	if (!strncmp(name, "py::", 4) && (path = strstr(name + 4, ":"))) {
		frame->function = xstrndup(name + 4, (size_t)(path - name - 4));
		frame->file = path[1] ? xstrdup(path + 1) : NULL;
		return;
	}
	for (size_t i = 0; i < sizeof(v8) / sizeof(*v8); i++)
		if (!strncmp(name, v8[i], strlen(v8[i])))
			rest = name + strlen(v8[i]);
	/* the tier: * optimised, ~ interpreted, ^ and + in between */
	if (rest && *rest && strchr("*~^+", *rest))
		rest++;
	path = rest ? strrchr(rest, ' ') : NULL;
	if (!path) {
		frame->function = xstrdup(rest && *rest ? rest : name);
		return;
	}
	frame->function = path == rest ? xstrdup("(anonymous)")
				       : xstrndup(rest, (size_t)(path - rest));
	if (path[1])
		frame->file = split_path(behind_file_url(path + 1), &frame->line);
}

bool trace_jit_find(const struct model *model, uint64_t pc, struct jit_frame *frame)
{
	/* memory is used again: what was named last is there now */
	for (size_t i = model->n_jits; i--;) {
		const struct model_jit *jit = &model->jits[i];

		if (pc < jit->start || pc - jit->start >= jit->size)
			continue;
		trace_jit_split(jit->name, frame);
		frame->offset = pc - jit->start;
		return true;
	}
	return false;
}
