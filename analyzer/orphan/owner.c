/* SPDX-License-Identifier: MIT */
/* owner.c - see owner.h. */
#include "orphan/owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The inode number of the first pid namespace, the same in every kernel. */
#define FIRST_NAMESPACE 0xEFFFFFFCu

/* Up to cap - 1 bytes as a string; false when there is no such file. */
static bool read_small(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, cap - 1);

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0;
}

struct stat_line {
	char state;
	uint64_t start; /* field 22 */
};

static bool read_stat(const char *path, struct stat_line *line)
{
	char text[1024], *p;

	if (!read_small(path, text, sizeof(text)))
		return false;
	/* the name before may hold brackets and spaces */
	p = strrchr(text, ')');
	if (!p || p[1] != ' ')
		return false;
	line->state = p[2];
	for (int field = 3; field < 22 && p; field++)
		p = strchr(p + (field == 3 ? 2 : 1), ' ');
	line->start = p ? strtoull(p, NULL, 10) : 0;
	return p != NULL;
}

static bool is_dead_state(char state)
{
	return state == 'Z' || state == 'X' || state == 'x';
}

/* A first thread that has ended does not end the others. */
static bool has_live_thread(const char *folder)
{
	char path[300];
	DIR *tasks;
	bool lives = false;
	struct dirent *entry;

	snprintf(path, sizeof(path), "%s/task", folder);
	tasks = opendir(path);
	while (tasks && !lives && (entry = readdir(tasks))) {
		struct stat_line line;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/task/%.32s/stat", folder, entry->d_name);
		lives = read_stat(path, &line) && !is_dead_state(line.state);
	}
	if (tasks)
		closedir(tasks);
	return lives;
}

/* The process with this folder of /proc, when it is the one that started then. */
static bool lives_at(const char *folder, uint64_t ticks)
{
	struct stat_line line;
	char path[300];

	snprintf(path, sizeof(path), "%s/stat", folder);
	if (!read_stat(path, &line) || line.start != ticks)
		return false;
	return !is_dead_state(line.state) || has_live_thread(folder);
}

/* The pid of the process in its own namespace: the last number of its NSpid line. */
static uint32_t innermost_pid(const char *folder)
{
	char path[300], text[4096], *line, *end;

	snprintf(path, sizeof(path), "%s/status", folder);
	if (!read_small(path, text, sizeof(text)) || !(line = strstr(text, "\nNSpid:")))
		return 0;
	line++;
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	line = strrchr(line, '\t');
	return line ? (uint32_t)strtoul(line, NULL, 10) : 0;
}

/* Any process that calls itself `pid`, in whatever namespace. */
static bool lives_anywhere(uint32_t pid, uint64_t ticks)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool lives = !proc;

	while (proc && !lives && (entry = readdir(proc))) {
		char folder[64];

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(folder, sizeof(folder), "/proc/%.32s", entry->d_name);
		lives = innermost_pid(folder) == pid && lives_at(folder, ticks);
	}
	if (proc)
		closedir(proc);
	return lives;
}

static bool is_boot(const char *boot)
{
	char now[64];

	if (!*boot || !read_small("/proc/sys/kernel/random/boot_id", now, sizeof(now)))
		return true;
	now[strcspn(now, "\n")] = '\0';
	return !strcmp(now, boot);
}

enum owner_life owner_look(uint32_t pid, uint64_t ns, uint64_t ticks, const char *boot)
{
	char folder[64];
	struct stat st;
	uint64_t own;

	if (!is_boot(boot))
		return OWNER_DEAD;
	if (stat("/proc/self/ns/pid", &st) < 0)
		return OWNER_UNKNOWN;
	own = st.st_ino;
	if (!ns || ns == own) {
		snprintf(folder, sizeof(folder), "/proc/%u", pid);
		return lives_at(folder, ticks) ? OWNER_LIVES : OWNER_DEAD;
	}
	if (lives_anywhere(pid, ticks))
		return OWNER_LIVES;
	/* from the first namespace every process is seen */
	return own == FIRST_NAMESPACE ? OWNER_DEAD : OWNER_UNKNOWN;
}
