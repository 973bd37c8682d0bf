/* SPDX-License-Identifier: MIT */
/* first_line.c - see first_line.h. */
#include "trace/first_line.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "trace/reader.h"
#include "util/diag.h"
#include "util/xalloc.h"

#define NS_PER_S UINT64_C(1000000000)

uint64_t first_line_epoch(const char *text)
{
	struct tm tm = { 0 };
	const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	uint64_t ns = 0, unit = NS_PER_S;
	time_t seconds = rest ? timegm(&tm) : -1;

	if (seconds < 0 || (uint64_t)seconds > UINT64_MAX / NS_PER_S - 1)
		return 0;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++) {
			unit /= 10;
			ns += (uint64_t)(*rest - '0') * unit;
		}
	return (uint64_t)seconds * NS_PER_S + ns;
}

int first_line_read(struct first_line *line, const char *path)
{
	struct diag unheard = DIAG_INIT;
	const struct event *event;
	struct reader *reader;
	int err;

	*line = (struct first_line){ .run = NULL };
	err = reader_open(&reader, path, 0, &unheard);
	if (!err) {
		int got = reader_next(reader, &event);

		err = got < 0 ? got : got && event->type == MP_header ? 0 : -EINVAL;
	}
	if (!err)
		*line = (struct first_line){
			.run = xstrdup(event->header_line.run),
			.pid = event->header_line.pid,
			.ppid = event->header_line.ppid,
			.forked_from = event->header_line.parent,
			.start = event->header_line.start,
			.epoch = first_line_epoch(event->header_line.epoch),
		};
	reader_close(reader);
	diag_release(&unheard);
	return err;
}

void first_line_release(struct first_line *line)
{
	free(line->run);
	*line = (struct first_line){ .run = NULL };
}
