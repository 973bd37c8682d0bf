/* SPDX-License-Identifier: MIT */
/* source_files.c - source files by the paths of debug information. */
#include "model/source_files.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "model/model.h"
#include "util/strbuf.h"
#include "util/strmap.h"
#include "util/xalloc.h"

/* More than any source file people write, and less than hurts. */
#define SIZE_MOST (64 << 20)

struct source_files {
	struct source_options options;
	time_t began; /* 0 when it does not matter or is not known */
	struct strmap by_path;
};

/* When the run began, from RFC 3339; 0 when it is not known. */
static time_t began(const struct model *model)
{
	struct tm tm = { 0 };
	const char *epoch = model && model->has_header ? model->header.epoch : NULL;

	if (!epoch || !strptime(epoch, "%Y-%m-%dT%H:%M:%S", &tm))
		return 0;
	return timegm(&tm);
}

struct source_files *source_files_new(const struct source_options *options,
				      const struct model *model)
{
	struct source_files *files = xcalloc(1, sizeof(*files));

	files->options = *options;
	files->began = began(model);
	return files;
}

void source_files_free(struct source_files *files)
{
	const struct strmap_entry *e;
	size_t pos = 0;

	if (!files)
		return;
	while ((e = strmap_next(&files->by_path, &pos))) {
		struct source_file *file = e->value;

		if (file->n)
			free(file->lines[0]);
		free(file->lines);
		free(file->path);
		free(file);
	}
	strmap_release(&files->by_path);
	free(files);
}

static bool is_plain(const char *path, struct stat *st)
{
	return stat(path, st) == 0 && S_ISREG(st->st_mode) && st->st_size <= SIZE_MOST;
}

/* Below the folder, the longest tail of the path that is there. */
static bool find_below(const char *dir, const char *path, struct strbuf *out)
{
	struct stat st;

	for (const char *tail = path; tail; tail = strchr(tail, '/')) {
		tail += strspn(tail, "/");
		strbuf_clear(out);
		strbuf_addf(out, "%s/%s", dir, tail);
		if (*tail && is_plain(out->buf, &st))
			return true;
	}
	return false;
}

static bool find_mapped(const char *map, const char *path, struct strbuf *out)
{
	const char *equals = strchr(map, '=');
	size_t len = equals ? (size_t)(equals - map) : 0;
	struct stat st;

	if (!len || strncmp(path, map, len))
		return false;
	strbuf_clear(out);
	strbuf_addf(out, "%s%s", equals + 1, path + len);
	return is_plain(out->buf, &st);
}

/* NULL, or why it is not there. */
static const char *find(const struct source_files *files, const char *path, struct strbuf *out)
{
	const struct source_options *o = &files->options;
	struct stat st;

	for (size_t i = 0; i < o->n_maps; i++)
		if (find_mapped(o->maps[i], path, out))
			return NULL;
	for (size_t i = 0; i < o->n_dirs; i++)
		if (find_below(o->dirs[i], path, out))
			return NULL;
	strbuf_clear(out);
	strbuf_addf(out, "%s%s", o->sysroot ? o->sysroot : "", path);
	if (path[0] != '/' || !is_plain(out->buf, &st))
		return "is not on this machine: --source-dir DIR or --path-map OLD=NEW says where "
		       "it is";
	if (files->began && st.st_mtime > files->began)
		return "was changed after the run began: --source-dir DIR names a copy of then";
	return NULL;
}

static void split(struct source_file *file, char *text, size_t len)
{
	size_t alloc = 0;

	for (char *line = text; line < text + len;) {
		char *end = memchr(line, '\n', (size_t)(text + len - line)), *next;

		next = end ? end + 1 : text + len;
		end = end ? end : text + len;
		while (end > line && strchr(" \t\r", end[-1]))
			end--;
		*end = '\0';
		XGROW(file->lines, file->n, alloc);
		file->lines[file->n++] = line;
		line = next;
	}
	if (!file->n)
		free(text);
}

static const char *read_all(struct source_file *file, const char *path)
{
	FILE *in = fopen(path, "re");
	struct strbuf text = STRBUF_INIT;
	char part[1 << 14];
	size_t got;

	if (!in)
		return "cannot be opened";
	while ((got = fread(part, 1, sizeof(part), in)) > 0)
		strbuf_add(&text, part, got);
	fclose(in);
	got = text.len;
	split(file, strbuf_detach(&text, NULL), got);
	return NULL;
}

const struct source_file *source_files_get(struct source_files *files, const char *path)
{
	void **slot = strmap_at(&files->by_path, path);
	struct strbuf where = STRBUF_INIT;
	struct source_file *file = *slot;

	if (file)
		return file;
	*slot = file = xcalloc(1, sizeof(*file));
	file->problem = find(files, path, &where);
	if (!file->problem)
		file->problem = read_all(file, where.buf);
	file->path = strbuf_detach(&where, NULL);
	return file;
}

const char *source_files_line(struct source_files *files, const char *path, uint32_t line)
{
	const struct source_file *file = path && line ? source_files_get(files, path) : NULL;

	return file && line <= file->n ? file->lines[line - 1] : NULL;
}
