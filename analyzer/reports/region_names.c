/* SPDX-License-Identifier: MIT */
/* region_names.c - what a region is called; see region_names.h. */
#include "reports/region_names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/symbols.h"
#include "util/path.h"
#include "util/strbuf.h"

/* The function of "path/of/module+0x1234"; NULL when nothing is known of it. */
static const struct frame *function_of(const struct model *model, struct symbols *symbols,
				       const char *name)
{
	const char *plus = strrchr(name, '+');
	const struct frame *frames;
	size_t n;

	if (!symbols || !plus)
		return NULL;
	for (uint32_t i = 0; i < model->n_modules; i++) {
		const char *path = model->modules[i].path;

		if (strncmp(path, name, (size_t)(plus - name)) || path[plus - name])
			continue;
		frames = symbols_at(symbols, i, strtoull(plus + 1, NULL, 16), &n);
		/* the outermost one: others are inlined into its first line */
		return n && frames[n - 1].function ? &frames[n - 1] : NULL;
	}
	return NULL;
}

/* "src/a.c:12(f)" and "lib/libx.so+0x10" without their folders. */
static const char *without_folders(const char *name)
{
	size_t n = strcspn(name, ":+(<");
	const char *start = name;

	for (size_t i = 0; name[n] && i < n; i++)
		if (name[i] == '/')
			start = name + i + 1;
	return start;
}

void region_name(const struct model *model, struct symbols *symbols, uint32_t region,
		 enum region_naming naming, struct strbuf *out)
{
	const struct model_region *r = &model->regions[region];
	const struct frame *f = r->is_function ? function_of(model, symbols, r->name) : NULL;
	uint32_t line = f ? f->declared ? f->declared : f->line : 0;

	if (!f)
		strbuf_addstr(out,
			      naming == REGION_WHOLE || (naming == REGION_SHORT && !r->is_function)
				      ? r->name
				      : without_folders(r->name));
	else if (naming == REGION_SHORT || !f->file || !line)
		strbuf_addstr(out, f->function);
	else
		strbuf_addf(out, "%s:%" PRIu32 "(%s)",
			    naming == REGION_FILE ? path_last(f->file) : f->file, line,
			    f->function);
}
