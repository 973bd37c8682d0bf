/* SPDX-License-Identifier: MIT */
/* complete_points.c - see complete_points.h. */
#include "cmds/complete_points.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/model.h"
#include "util/strbuf.h"
#include "util/strmap.h"
#include "util/xalloc.h"

/* What takes longer to read is no help to somebody who types. */
#define LARGEST ((off_t)256 << 20)

static void add(struct strbuf *out, const char *path, const char *point, const char *begun)
{
	/* a shell would take it apart */
	if (!strncmp(point, begun, strlen(begun)) && !strpbrk(point, " \t\n'\"\\$`"))
		strbuf_addf(out, "%s@%s\n", path, point);
}

static void add_moments(struct strbuf *out, const struct model *model, const char *begun)
{
	struct strmap told = STRMAP_INIT;

	for (size_t i = 0; i < model->n_moments; i++) {
		const struct model_moment *m = &model->moments[i];
		struct strbuf name = STRBUF_INIT;
		void **seen;

		if (m->kind == MOMENT_CASE)
			strbuf_addf(&name, "case:%s/%s", m->suite, m->name);
		else if (m->kind == MOMENT_MARK || m->kind == MOMENT_SNAPSHOT)
			strbuf_addstr(&name, m->name);
		seen = name.len ? strmap_at(&told, name.buf) : NULL;
		if (seen && !*seen) {
			add(out, model->path, name.buf, begun);
			*seen = m->name;
		}
		strbuf_release(&name);
	}
	strmap_release(&told);
}

void complete_points(struct strbuf *out, const char *word)
{
	static const char *const always[] = { "start", "peak", "end" };
	const char *at = strrchr(word, '@');
	struct model model;
	struct stat st;
	char *path;

	if (!at || stat(word, &st) == 0)
		return;
	path = xstrndup(word, (size_t)(at - word));
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= LARGEST) {
		if (!model_load(&model, path, NULL, NULL)) {
			for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
				add(out, path, always[i], at + 1);
			add_moments(out, &model, at + 1);
		}
		model_release(&model);
	}
	free(path);
}
