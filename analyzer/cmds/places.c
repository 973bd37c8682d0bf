/* SPDX-License-Identifier: MIT */
/* places.c - see places.h. */
#include "cmds/places.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "trace/reader.h"
#include "util/diag.h"
#include "util/xalloc.h"

/* Files of other kinds are not opened: a folder may be full of them. */
static bool may_be_trace(const char *name)
{
	const char *found = strstr(name, ".jsonl");

	return name[0] != '.' && found;
}

static bool has_header(const char *path)
{
	struct diag unheard = DIAG_INIT;
	const struct event *event;
	struct reader *reader;
	bool yes = false;

	if (!reader_open(&reader, path, 0, &unheard))
		yes = reader_next(reader, &event) == 1 && event->type == MP_header;
	reader_close(reader);
	diag_release(&unheard);
	return yes;
}

static int oldest_first(const void *left, const void *right)
{
	const struct trace_place *a = left, *b = right;

	if (a->st.st_mtim.tv_sec != b->st.st_mtim.tv_sec)
		return a->st.st_mtim.tv_sec < b->st.st_mtim.tv_sec ? -1 : 1;
	if (a->st.st_mtim.tv_nsec != b->st.st_mtim.tv_nsec)
		return a->st.st_mtim.tv_nsec < b->st.st_mtim.tv_nsec ? -1 : 1;
	return strverscmp(a->path, b->path);
}

int trace_places_find(struct trace_places *places, const char *dir)
{
	DIR *folder = opendir(dir);
	struct dirent *entry;
	bool here = !strcmp(dir, ".");

	*places = (struct trace_places){ .v = NULL };
	if (!folder)
		return -errno;
	while ((entry = readdir(folder))) {
		struct trace_place place;

		if (!may_be_trace(entry->d_name))
			continue;
		place.path = here ? xstrdup(entry->d_name) : xasprintf("%s/%s", dir, entry->d_name);
		if (lstat(place.path, &place.st) || !S_ISREG(place.st.st_mode) ||
		    !has_header(place.path)) {
			free(place.path);
			continue;
		}
		XGROW(places->v, places->n, places->alloc);
		places->v[places->n++] = place;
	}
	closedir(folder);
	if (places->n)
		qsort(places->v, places->n, sizeof(*places->v), oldest_first);
	return 0;
}

void trace_places_release(struct trace_places *places)
{
	for (size_t i = 0; i < places->n; i++)
		free(places->v[i].path);
	free(places->v);
	*places = (struct trace_places){ .v = NULL };
}

void state_folders(const char *dir, void (*each)(const char *folder, void *ctx), void *ctx)
{
	const char *told = getenv("MEMPROF_STATE_DIR");

	each(told && *told ? told : "/dev/shm", ctx);
	each(dir, ctx);
}
