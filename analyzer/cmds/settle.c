/* SPDX-License-Identifier: MIT */
/* settle.c - see settle.h. */
#include "cmds/settle.h"

#include <stdlib.h>

#include "cmds/command.h"
#include "cmds/progress.h"
#include "model/model.h"
#include "util/diag.h"
#include "util/xalloc.h"

void settle_tell(const struct diag *diag)
{
	for (size_t i = 0; i < diag->n; i++)
		complain("%s%s", diag->messages[i].level == DIAG_NOTE ? "" : "warning: ",
			 diag->messages[i].text);
}

const char *settle(struct orphan *orphan, const char *trace)
{
	struct diag diag = DIAG_INIT;

	orphan_settle(orphan, trace, &diag);
	settle_tell(&diag);
	diag_release(&diag);
	return orphan->path ? orphan->path : trace;
}

int settle_and_load(struct model *model, const char *trace, const struct point *point,
		    unsigned int flags, struct diag *diag)
{
	struct orphan orphan;
	const char *path = settle(&orphan, trace);
	int err;

	progress_begin(path);
	err = model_load_with(model, path, point, flags, diag);
	progress_end();

	if (orphan.path) {
		free(model->path);
		model->path = xstrdup(trace);
	}
	orphan_release(&orphan);
	return err;
}
