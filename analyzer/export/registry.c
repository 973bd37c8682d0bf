/* SPDX-License-Identifier: MIT */
/* registry.c - the exporters there are, by the files of this folder. */
#include <stddef.h>
#include <string.h>

#include "export/exporter.h"

#define EXPORTER(name) extern const struct exporter export_##name;
#include "export/exporters.def"
#undef EXPORTER

const struct exporter *const exporters[] = {
#define EXPORTER(name) &export_##name,
#include "export/exporters.def"
#undef EXPORTER
	NULL,
};

const struct exporter *exporter_find(const char *name)
{
	for (size_t i = 0; exporters[i]; i++)
		if (!strcmp(exporters[i]->name, name))
			return exporters[i];
	return NULL;
}
