/* SPDX-License-Identifier: MIT */
/* leak_baseline.c - see leak_baseline.h. */
#include "reports/leak_baseline.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/source_files.h"
#include "reports/leak_rows.h"
#include "util/diag.h"
#include "util/json_text.h"
#include "util/path.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/strmap.h"
#include "util/xalloc.h"

/* Callers further out tell nothing more about a leak. */
#define FRAMES 12

/* The functions, or modules of those without a name, innermost first. */
static void add_stack(struct strbuf *out, const struct leak_row *row)
{
	for (size_t i = 0; i < row->n_frames && i < FRAMES; i++) {
		const struct frame *f = row->frames[i];

		if (i)
			strbuf_addstr(out, " < ");
		strbuf_addstr(out, f->function ? f->function
				   : f->module ? path_last(f->module)
					       : "?");
	}
}

static const char *line_text(const struct leak_row *row, struct source_files *sources)
{
	const struct frame *f = row->n_frames ? row->frames[0] : NULL;
	const char *text = f && f->file && f->line && sources
				   ? source_files_line(sources, f->file, f->line)
				   : NULL;

	return text ? text + strspn(text, " \t") : "";
}

static void add_key(struct strbuf *key, const char *stack, const char *text)
{
	strbuf_addf(key, "%s\n%s", stack, text);
}

static bool is_kept(const struct leak_row *row)
{
	return !row->inherited && !row->suppressed &&
	       (row->kind <= MP_POSSIBLE || row->kind == LEAK_UNCLASSIFIED);
}

void leak_baseline_write(const struct leak_rows *rows, struct source_files *sources,
			 struct sink *out)
{
	struct strbuf stack = STRBUF_INIT;

	for (size_t i = 0; i < rows->n; i++) {
		const struct leak_row *row = &rows->v[i];

		if (!is_kept(row))
			continue;
		strbuf_clear(&stack);
		add_stack(&stack, row);
		sink_printf(out, "{\"kind\":\"%s\",\"count\":%llu,\"bytes\":%llu,\"line\":",
			    leak_words[row->kind], (unsigned long long)row->count,
			    (unsigned long long)row->bytes);
		json_text(out, line_text(row, sources));
		sink_puts(out, ",\"stack\":");
		json_text(out, stack.buf);
		sink_puts(out, "}\n");
	}
	strbuf_release(&stack);
}

/* As many more as there is room for. */
static void add_count(void **slot, double count)
{
	uintptr_t now = (uintptr_t)*slot;

	/* 2^63 has a double of its own, the largest number has none */
	if (count >= 0x1p63 || (uintptr_t)count > UINTPTR_MAX - now)
		*slot = (void *)UINTPTR_MAX;
	else
		*slot = (void *)(now + (uintptr_t)count);
}

static int read_line(struct strmap *known, const char *text, const char *file, unsigned int line,
		     struct diag *diag)
{
	cJSON *json = cJSON_Parse(text);
	const char *stack = cJSON_GetStringValue(cJSON_GetObjectItem(json, "stack"));
	const char *source = cJSON_GetStringValue(cJSON_GetObjectItem(json, "line"));
	const cJSON *count = cJSON_GetObjectItem(json, "count");
	struct strbuf key = STRBUF_INIT;
	int err = 0;

	if (!stack || !cJSON_IsNumber(count) || !(count->valuedouble >= 0)) {
		err = diag_error(diag, -EINVAL, "%s:%u: not a line of a baseline", file, line);
	} else {
		add_key(&key, stack, source ? source : "");
		add_count(strmap_at(known, key.buf), count->valuedouble);
	}
	strbuf_release(&key);
	cJSON_Delete(json);
	return err;
}

static int read_all(struct strmap *known, const char *file, struct diag *diag)
{
	FILE *f = fopen(file, "re");
	unsigned int line = 0;
	char *text = NULL;
	size_t room = 0;
	int err = 0;

	if (!f && errno == ENOENT)
		return 0;
	if (!f)
		return diag_error(diag, -errno, "cannot open '%s': %s", file, strerror(errno));
	while (!err && getline(&text, &room, f) > 0) {
		line++;
		if (text[strspn(text, " \t\n")])
			err = read_line(known, text, file, line, diag);
	}
	free(text);
	fclose(f);
	return err;
}

int leak_baseline_match(struct leak_rows *rows, const char *file, struct source_files *sources,
			struct diag *diag)
{
	struct strmap known = STRMAP_INIT;
	struct strbuf stack = STRBUF_INIT, key = STRBUF_INIT;
	int err = read_all(&known, file, diag);

	for (size_t i = 0; i < rows->n && !err; i++) {
		struct leak_row *row = &rows->v[i];
		void **left;

		strbuf_clear(&stack);
		strbuf_clear(&key);
		add_stack(&stack, row);
		add_key(&key, stack.buf, line_text(row, sources));
		left = strmap_at(&known, key.buf);
		/* more blocks than there were are new ones */
		row->known = is_kept(row) && (uintptr_t)*left >= row->count;
		if (row->known)
			*left = (void *)((uintptr_t)*left - (uintptr_t)row->count);
	}
	strbuf_release(&stack);
	strbuf_release(&key);
	strmap_release(&known);
	return err;
}
