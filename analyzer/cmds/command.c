/* SPDX-License-Identifier: MIT */
/* command.c - what all commands say the same way. */
#include "cmds/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "util/diag.h"
#include "util/strbuf.h"
#include "util/utf8.h"

/* Names come from the command line and from programs: nothing in them steers a terminal. */
static void print_line(const char *fmt, va_list ap)
{
	struct strbuf text = STRBUF_INIT, line = STRBUF_INIT;

	strbuf_vaddf(&text, fmt, ap);
	strbuf_addstr(&line, "memprof: ");
	utf8_add_clean(&line, text.buf);
	strbuf_addch(&line, '\n');
	/* in one piece, so that lines of several processes stay whole */
	fputs(line.buf, stderr);
	strbuf_release(&line);
	strbuf_release(&text);
}

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(fmt, ap);
	va_end(ap);
}

static void complain_message(const struct diag_message *m)
{
	const char *level = m->level == DIAG_ERROR ? "" : diag_level_name(m->level);
	const char *colon = *level ? ": " : "";

	if (m->file && m->line)
		complain("%s%s%s:%" PRIu64 ": %s", level, colon, m->file, m->line, m->text);
	else if (m->file)
		complain("%s%s%s: %s", level, colon, m->file, m->text);
	else
		complain("%s%s%s", level, colon, m->text);
}

void complain_diag(const struct diag *diag)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < diag->n; i++)
		complain_message(&diag->messages[i]);
	for (int level = 0; level < DIAG_LEVELS; level++)
		seen += diag->seen[level];
	if (seen > diag->n)
		complain("and %" PRIu64 " more like these", seen - diag->n);
}

int usage_error(const struct command *command, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(fmt, ap);
	va_end(ap);
	complain("'memprof %s --help' shows how it is used", command->name);
	return EXIT_USAGE;
}

int exit_status_of(int err)
{
	switch (-err) {
	case 0:
		return EXIT_FINE;
	case EIO:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case ENOMEM:
		return EXIT_IO;
	default:
		return EXIT_TRACE;
	}
}
