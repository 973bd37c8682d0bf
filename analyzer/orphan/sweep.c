/* SPDX-License-Identifier: MIT */
/* sweep.c - all state files of a folder; see orphan.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <memprof/statefile.h>

#include "orphan/orphan.h"
#include "orphan/owner.h"
#include "util/diag.h"
#include "util/xalloc.h"

/* A state without a valid header may be one in the making, unless it is this old. */
#define IN_THE_MAKING_S 60

struct sweeping {
	struct orphan_sweep *done;
	struct diag *diag;
	const char *path;
	int fd;
	struct stat st;
};

static bool is_state_name(const char *name)
{
	size_t len = strlen(name), prefix = strlen(MP_STATE_PREFIX),
	       suffix = strlen(MP_STATE_SUFFIX);

	return len > prefix + suffix && !strncmp(name, MP_STATE_PREFIX, prefix) &&
	       !strcmp(name + len - suffix, MP_STATE_SUFFIX);
}

static void leave(struct sweeping *w, const char *why)
{
	w->done->left++;
	diag_add(w->diag, DIAG_WARNING, NULL, 0, "'%s' was left: %s", w->path, why);
}

static void remove_state(struct sweeping *w, const char *why)
{
	if (unlink(w->path) < 0 && errno != ENOENT) {
		leave(w, strerror(errno));
		return;
	}
	w->done->removed++;
	diag_add(w->diag, DIAG_NOTE, NULL, 0, "'%s' was removed: %s", w->path, why);
}

/* Of a dead owner: into its trace when that is still there. */
static void sweep_orphan(struct sweeping *w, const struct mp_state_facts *facts)
{
	struct orphan orphan;
	struct stat st;
	enum orphan_kind kind = orphan_settle(&orphan, facts->trace_path, w->diag);

	orphan_release(&orphan);
	if (kind == ORPHAN_DRAINED) {
		w->done->drained++;
		return;
	}
	if (kind == ORPHAN_COPIED) {
		leave(w, "its trace cannot be written");
		return;
	}
	if (kind != ORPHAN_NONE) {
		w->done->left++; /* told already */
		return;
	}
	/* settling removes the state of a trace that is whole */
	if (fstat(w->fd, &w->st) < 0 || w->st.st_nlink == 0)
		return;
	if (stat(facts->trace_path, &st) == 0 && st.st_ino == facts->trace_ino &&
	    st.st_dev == facts->trace_dev && st.st_size > 0 && facts->trace_size > 0) {
		leave(w, "its trace does not name it");
		return;
	}
	remove_state(w, "its trace is gone");
}

static void sweep_state(struct sweeping *w)
{
	const struct mp_state_facts *facts;
	struct mp_state *state;
	int err = mp_state_read(&state, w->fd);

	if (err == -EINVAL && time(NULL) - w->st.st_mtime > IN_THE_MAKING_S) {
		remove_state(w, "there is no state in it");
	} else if (err == -EPROTONOSUPPORT) {
		leave(w, "another version of memprof wrote it");
	} else if (err == -EINVAL) {
		w->done->live++;
	} else if (err) {
		leave(w, strerror(-err));
	}
	if (err)
		return;
	facts = mp_state_facts(state);
	if (owner_look(facts->pid, facts->pid_namespace, facts->start_ticks, facts->boot) !=
	    OWNER_DEAD)
		w->done->live++;
	else
		sweep_orphan(w, facts);
	mp_state_free(state);
}

void orphan_sweep(const char *dir, struct orphan_sweep *done, struct diag *diag)
{
	DIR *folder = opendir(dir);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		char *path;
		struct sweeping w = { .done = done, .diag = diag };

		if (!is_state_name(entry->d_name))
			continue;
		path = xasprintf("%s/%s", dir, entry->d_name);
		w.path = path;
		w.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (w.fd >= 0 && !fstat(w.fd, &w.st) && S_ISREG(w.st.st_mode) &&
		    w.st.st_uid == geteuid())
			sweep_state(&w);
		if (w.fd >= 0)
			close(w.fd);
		free(path);
	}
	if (folder)
		closedir(folder);
}
