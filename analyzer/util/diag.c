/* SPDX-License-Identifier: MIT */
/* diag.c - collected messages.  Never prints, never exits. */
#include "util/diag.h"

#include <stdlib.h>

#include "util/strbuf.h"
#include "util/xalloc.h"

void diag_init(struct diag *diag)
{
	*diag = (struct diag)DIAG_INIT;
}

void diag_release(struct diag *diag)
{
	for (size_t i = 0; i < diag->n; i++) {
		free(diag->messages[i].file);
		free(diag->messages[i].text);
	}
	free(diag->messages);
	diag_init(diag);
}

void diag_vadd(struct diag *diag, enum diag_level level, const char *file, uint64_t line,
	       const char *fmt, va_list ap)
{
	struct strbuf text = STRBUF_INIT;

	if (!diag || diag->seen[level]++ >= (diag->keep ? diag->keep : DIAG_KEEP))
		return;
	strbuf_vaddf(&text, fmt, ap);
	XGROW(diag->messages, diag->n, diag->alloc);
	diag->messages[diag->n++] = (struct diag_message){
		.level = level,
		.file = xstrdup(file),
		.line = line,
		.text = strbuf_detach(&text, NULL),
	};
}

void diag_add(struct diag *diag, enum diag_level level, const char *file, uint64_t line,
	      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(diag, level, file, line, fmt, ap);
	va_end(ap);
}

int diag_error(struct diag *diag, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(diag, DIAG_ERROR, NULL, 0, fmt, ap);
	va_end(ap);
	return err;
}

const char *diag_level_name(enum diag_level level)
{
	static const char *const names[] = { "note", "warning", "error" };

	return names[level];
}
