/* SPDX-License-Identifier: MIT */
/* registry.c - the reports there are, by the files of this folder. */
#include <stddef.h>
#include <string.h>

#include "reports/report.h"

#define REPORT(name) extern const struct report report_##name;
#include "reports/reports.def"
#undef REPORT

const struct report *const reports[] = {
#define REPORT(name) &report_##name,
#include "reports/reports.def"
#undef REPORT
	NULL,
};

const struct report *report_find(const char *name)
{
	for (size_t i = 0; reports[i]; i++)
		if (!strcmp(reports[i]->name, name))
			return reports[i];
	return NULL;
}
