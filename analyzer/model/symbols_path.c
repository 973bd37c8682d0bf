/* SPDX-License-Identifier: MIT */
/* symbols_path.c - see symbols_path.h. */
#include "model/symbols_path.h"

#include <stdbool.h>
#include <string.h>

#include "util/strbuf.h"

static bool ends_in_dotdot(const struct strbuf *path)
{
	return path->len >= 2 && !strcmp(path->buf + path->len - 2, "..") &&
	       (path->len == 2 || path->buf[path->len - 3] == '/');
}

/* Add one component of `len` bytes to a path without a slash at its end. */
static void add_component(struct strbuf *path, bool absolute, const char *part, size_t len)
{
	char *slash;

	if (len == 0 || (len == 1 && part[0] == '.'))
		return;
	if (len == 2 && part[0] == '.' && part[1] == '.') {
		if (path->len == 0 && absolute)
			return;
		if (path->len && !ends_in_dotdot(path)) {
			slash = strrchr(path->buf, '/');
			strbuf_setlen(path, slash ? (size_t)(slash - path->buf) : 0);
			return;
		}
	}
	if (absolute || path->len)
		strbuf_addch(path, '/');
	strbuf_add(path, part, len);
}

static void add_all(struct strbuf *path, bool absolute, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "/");

		add_component(path, absolute, text, len);
		text += len;
		text += strspn(text, "/");
	}
}

char *path_absolute(const char *dir, const char *file)
{
	struct strbuf path = STRBUF_INIT;
	bool alone = file[0] == '/' || !dir;
	bool absolute = (alone ? file : dir)[0] == '/';

	if (!alone)
		add_all(&path, absolute, dir);
	add_all(&path, absolute, file);
	if (!path.len)
		strbuf_addstr(&path, absolute ? "/" : ".");
	return strbuf_detach(&path, NULL);
}
