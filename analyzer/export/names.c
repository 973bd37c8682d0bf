/* SPDX-License-Identifier: MIT */
/* names.c - numbers for functions. */
#include "export/names.h"

#include <inttypes.h>
#include <stdlib.h>

#include "export/stacks.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

void export_names_release(struct export_names *names)
{
	free(names->v);
	strmap_release(&names->index);
	strmap_release(&names->texts);
	map_release(&names->by_frame);
	*names = (struct export_names){ .v = NULL };
}

static size_t look_up(struct export_names *names, const struct frame *frame)
{
	struct strbuf name = STRBUF_INIT, key = STRBUF_INIT;
	uint32_t line = names->by_line ? frame->line : 0;
	void **slot;

	export_add_name(&name, frame);
	strbuf_addf(&key, "%s\1%s\1%s\1%" PRIu32, name.buf, frame->file ? frame->file : "",
		    frame->module ? frame->module : "", line);
	slot = strmap_at(&names->index, key.buf);
	if (!*slot) {
		XGROW(names->v, names->n, names->alloc);
		names->v[names->n++] = (struct export_name){
			.name = strmap_intern(&names->texts, name.buf),
			.file = frame->file,
			.module = frame->module,
			.line = line,
		};
		*slot = (void *)(uintptr_t)names->n;
	}
	strbuf_release(&name);
	strbuf_release(&key);
	return (size_t)(uintptr_t)*slot - 1;
}

size_t export_name_of(struct export_names *names, const struct frame *frame)
{
	bool fresh;
	uint64_t *known = map_at(&names->by_frame, (uintptr_t)frame, &fresh);

	if (fresh)
		*known = look_up(names, frame);
	return (size_t)*known;
}

const char *export_name_text(struct export_names *names, const struct frame *frame)
{
	size_t i = export_name_of(names, frame);

	return names->v[i].name;
}
