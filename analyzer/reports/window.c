/* SPDX-License-Identifier: MIT */
/* window.c - a part of the time of a run; see window.h. */
#include "reports/window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "util/diag.h"
#include "util/units.h"
#include "util/xalloc.h"

/* A number alone is seconds. */
static int parse_time(const char *text, uint64_t *ns)
{
	char *seconds;
	int err;

	if (!units_parse_time(text, ns))
		return 0;
	seconds = xasprintf("%ss", text);
	err = units_parse_time(seconds, ns);
	free(seconds);
	return err;
}

int window_parse(const char *text, uint64_t *from, uint64_t *to, struct diag *diag)
{
	const char *comma;
	char *first;
	int err = 0;

	if (!text)
		return 0;
	comma = strchr(text, ',');
	if (!comma)
		return diag_error(diag, -EINVAL, "--window wants A,B in seconds, not '%s'", text);
	first = xstrndup(text, (size_t)(comma - text));
	if (*first)
		err = parse_time(first, from);
	if (!err && comma[1])
		err = parse_time(comma + 1, to);
	free(first);
	if (err)
		return diag_error(diag, -EINVAL,
				  "--window wants times such as 1.5,20 or 250ms,3min, not '%s'",
				  text);
	if (*to && *to <= *from)
		return diag_error(diag, -EINVAL, "the window '%s' ends before it begins", text);
	return 0;
}

void window_of_point(const struct model *model, uint64_t *from, uint64_t *to)
{
	if (point_is_range(&model->point))
		*from = model->from_asked;
	if (model->point.kind != POINT_END)
		*to = model->point_asked;
}
