/* SPDX-License-Identifier: MIT */
/* members.c - see members.h. */
#include "cmds/members.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmds/places.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/strmap.h"
#include "util/units.h"
#include "util/xalloc.h"

#define RUN "run:"

/* Ids are given in full or by so many characters of theirs. */
#define LEAST_OF_ID 4

/* Length at which a list of process ids in a message is long enough. */
#define PIDS_MAX 200

static void member_release(struct member *member)
{
	free(member->path);
	first_line_release(&member->line);
}

void members_release(struct members *members)
{
	for (size_t i = 0; i < members->n; i++)
		member_release(&members->v[i]);
	free(members->v);
	*members = (struct members){ .v = NULL };
}

static void add(struct members *members, const char *path)
{
	XGROW(members->v, members->n, members->alloc);
	members->v[members->n++] = (struct member){ .path = xstrdup(path) };
}

/* A fork may be told before or after what its child did: the parent is the older process. */
static int by_start(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	if (a->line.epoch != b->line.epoch)
		return a->line.epoch < b->line.epoch ? -1 : 1;
	if (a->line.start != b->line.start)
		return a->line.start < b->line.start ? -1 : 1;
	return strverscmp(a->path, b->path);
}

/* A trace that was copied counts once. */
static void drop_copies(struct members *members)
{
	size_t n = 0;

	for (size_t i = 0; i < members->n; i++) {
		const struct first_line *line = &members->v[i].line,
					*last = n ? &members->v[n - 1].line : NULL;

		if (last && line->epoch && last->epoch == line->epoch && last->pid == line->pid &&
		    last->start == line->start && !strcmp(last->run, line->run))
			member_release(&members->v[i]);
		else
			members->v[n++] = members->v[i];
	}
	members->n = n;
}

/* All traces in a folder, with their first lines. */
static int look_into(struct members *members, const char *dir, struct diag *diag)
{
	struct trace_places places;
	int err = trace_places_find(&places, dir);

	if (err)
		return diag_error(diag, err, "cannot open '%s': %s", dir, strerror(-err));
	for (size_t i = 0; i < places.n; i++) {
		add(members, places.v[i].path);
		if (first_line_read(&members->v[members->n - 1].line, places.v[i].path))
			member_release(&members->v[--members->n]);
	}
	trace_places_release(&places);
	if (members->n)
		qsort(members->v, members->n, sizeof(*members->v), by_start);
	drop_copies(members);
	return 0;
}

/* Keep those of the run. */
static void keep_run(struct members *members, const char *run)
{
	size_t n = 0;

	for (size_t i = 0; i < members->n; i++) {
		if (!strcmp(members->v[i].line.run, run))
			members->v[n++] = members->v[i];
		else
			member_release(&members->v[i]);
	}
	members->n = n;
}

/* A run is as new as its first process. */
static int keep_newest_run(struct members *members, const char *dir, struct diag *diag)
{
	struct strmap runs = STRMAP_INIT;
	const char *newest = NULL;

	if (!members->n)
		return diag_error(diag, -ENOENT, "there are no traces in '%s'", dir);
	for (size_t i = 0; i < members->n; i++) {
		size_t before = runs.n;
		const char *run = strmap_intern(&runs, members->v[i].line.run);

		newest = runs.n > before ? run : newest;
	}
	if (runs.n > 1)
		diag_add(diag, DIAG_NOTE, NULL, 0,
			 "'%s' has traces of %zu runs: this is the newest, run:%s", dir, runs.n,
			 newest);
	keep_run(members, newest);
	strmap_release(&runs);
	return 0;
}

/* The one run whose id is or begins with `id`; -ENOENT when there is none or several. */
static int keep_run_called(struct members *members, const char *id, const char *dir,
			   struct diag *diag)
{
	const char *found = NULL;
	bool several = false;
	char *run;

	for (size_t i = 0; i < members->n; i++) {
		const char *one = members->v[i].line.run;
		bool whole = !strcmp(one, id);

		if (!whole && (strlen(id) < LEAST_OF_ID || strncmp(one, id, strlen(id)) != 0))
			continue;
		several |= found && strcmp(found, one) != 0;
		found = one;
		if (whole) {
			several = false;
			break;
		}
	}
	if (!found || several)
		return diag_error(diag, -ENOENT, "%s run '%s' in '%s'",
				  several ? "there is more than one" : "there is no trace of", id,
				  dir);
	run = xstrdup(found);
	keep_run(members, run);
	free(run);
	return 0;
}

static int keep_pid(struct members *members, uint64_t pid, struct diag *diag)
{
	struct strbuf pids = STRBUF_INIT;
	size_t n = 0;
	int err = 0;

	for (size_t i = 0; i < members->n; i++) {
		struct member *member = &members->v[i];

		if (member->line.pid == pid) {
			members->v[n++] = *member;
			continue;
		}
		if (pids.len < PIDS_MAX)
			strbuf_addf(&pids, "%s%" PRIu64, pids.len ? ", " : "", member->line.pid);
		member_release(member);
	}
	members->n = n;
	if (!n)
		err = diag_error(diag, -ENOENT,
				 "there is no process %" PRIu64 " in it: there is %s", pid,
				 pids.len ? pids.buf : "none");
	strbuf_release(&pids);
	return err;
}

/* The folder of a path, to be freed. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* The run of a file, in its folder; the file itself when it says no run. */
static int find_family(struct members *members, const char *path, struct diag *diag)
{
	struct first_line line;
	char *folder;
	int err = first_line_read(&line, path);

	if (!err && *line.run) {
		folder = folder_of(path);
		err = look_into(members, folder, diag);
		if (!err)
			keep_run(members, line.run);
		free(folder);
	}
	/* what is wrong with it is told when it is loaded */
	if (!err && !members->n)
		add(members, path);
	else if (err && !diag->n)
		err = diag_error(diag, err, "cannot read '%s': %s", path,
				 err == -EINVAL ? "it does not start with a header"
						: strerror(-err));
	first_line_release(&line);
	return err;
}

static int find_run(struct members *members, const char *text, struct diag *diag)
{
	const char *slash = strrchr(text, '/'), *id = slash ? slash + 1 : text;
	char *folder = folder_of(text);
	bool called = !strncmp(id, RUN, sizeof(RUN) - 1);
	struct diag unheard = DIAG_INIT;
	int err = look_into(members, folder, called ? diag : &unheard);

	if (!err)
		err = keep_run_called(members, called ? id + sizeof(RUN) - 1 : id, folder,
				      called ? diag : &unheard);
	/* it was to be a file's name, then */
	if (err && !called)
		err = diag_error(diag, -ENOENT, "cannot open '%s': %s", text, strerror(ENOENT));
	diag_release(&unheard);
	free(folder);
	return err;
}

/* Cuts `#PID` off; 0 when there is none. */
static uint64_t cut_pid(char *text)
{
	char *hash = strrchr(text, '#');
	uint64_t pid;

	if (!hash || hash == text || units_parse_number(hash + 1, &pid))
		return 0;
	*hash = '\0';
	return pid;
}

int members_find(struct members *members, const char *text, bool family, struct diag *diag)
{
	char *name = xstrdup(text);
	uint64_t pid = 0;
	struct stat st;
	bool there;
	int err = 0;

	*members = (struct members){ .v = NULL };
	there = !strcmp(text, "-") || !stat(text, &st);
	if (!there) {
		pid = cut_pid(name);
		there = pid && !stat(name, &st);
	}
	if (there && !strcmp(name, "-")) {
		add(members, name);
	} else if (there && S_ISDIR(st.st_mode)) {
		err = look_into(members, name, diag);
		if (!err)
			err = keep_newest_run(members, name, diag);
	} else if (there && (family || pid)) {
		err = find_family(members, name, diag);
	} else if (there) {
		add(members, name);
	} else {
		err = find_run(members, name, diag);
	}
	if (!err && pid)
		err = keep_pid(members, pid, diag);
	free(name);
	return err;
}
