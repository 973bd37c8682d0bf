/* SPDX-License-Identifier: MIT */
/* ci.c - see ci.h. */
#include "render/ci.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doc/doc.h"
#include "util/strbuf.h"
#include "util/utf8.h"

bool ci_fits(const struct doc *doc)
{
	return doc->judged;
}

const struct doc_frame *ci_place(const struct doc_finding *finding)
{
	for (size_t i = 0; i < finding->n_frames; i++)
		if (finding->frames[i].file && finding->frames[i].line)
			return &finding->frames[i];
	return finding->n_frames ? &finding->frames[0] : NULL;
}

const char *ci_file(const char *file)
{
	char here[4096];
	size_t len;

	if (!file || !getcwd(here, sizeof(here)))
		return file;
	len = strlen(here);
	return !strncmp(file, here, len) && file[len] == '/' ? file + len + 1 : file;
}

/* Logs are shown in terminals, too. */
static void add_frame(struct strbuf *out, const struct doc_frame *frame)
{
	utf8_add_clean(out, frame->function ? frame->function : "(unknown)");
	if (frame->file) {
		strbuf_addch(out, ' ');
		utf8_add_clean(out, ci_file(frame->file));
	}
	if (frame->file && frame->line) {
		strbuf_addf(out, ":%u", frame->line);
	} else if (!frame->file && frame->module) {
		strbuf_addstr(out, " (");
		utf8_add_clean(out, frame->module);
		strbuf_addch(out, ')');
	}
}

void ci_add_name(struct strbuf *out, const struct doc_finding *finding)
{
	const struct doc_frame *place = ci_place(finding);

	if (place)
		add_frame(out, place);
	else
		strbuf_addstr(out, "(unknown place)");
}

void ci_add_stack(struct strbuf *out, const struct doc_finding *finding)
{
	for (size_t i = 0; i < finding->n_frames; i++) {
		strbuf_addf(out, "    #%zu ", i);
		add_frame(out, &finding->frames[i]);
		strbuf_addch(out, '\n');
	}
}

static size_t failed_findings(const struct doc *doc)
{
	size_t n = 0;

	for (size_t i = 0; i < doc->n_findings; i++)
		n += doc->findings[i].failed;
	return n;
}

const char *ci_other_failure(const struct doc *doc)
{
	return doc->failure && !failed_findings(doc) ? doc->failure : NULL;
}

size_t ci_failures(const struct doc *doc)
{
	return failed_findings(doc) + (ci_other_failure(doc) != NULL);
}
