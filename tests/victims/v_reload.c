/* SPDX-License-Identifier: MIT */
/*
 * v_reload.c - plugins that come and go: one thousands of times, two in two threads
 * at once on the addresses that the other left, and one whose file becomes
 * another's between two loads of the same path.
 *
 * link: -ldl -pthread
 */
#include <dlfcn.h>
#include <pthread.h>

#include "truth.h"

#define RELOADS 2000
#define ROUNDS 300

static char folder[4096];

static void in_folder(char *path, size_t cap, const char *name)
{
	expect((size_t)snprintf(path, cap, "%s/%s", folder, name) < cap);
}

/* Load it, allocate `calls` blocks of which the last stays, unload it. */
static void use(const char *path, int calls)
{
	void *handle = dlopen(path, RTLD_NOW);
	void *(*alloc)(size_t);

	expect(handle);
	alloc = (void *(*)(size_t))dlsym(handle, "plugin_alloc");
	for (int i = 1; i <= calls; i++) {
		void *p = alloc(100);

		if (i < calls)
			free(p);
	}
	expect(dlclose(handle) == 0);
}

static void *thread(void *name)
{
	char path[5000];

	in_folder(path, sizeof(path), name);
	for (int i = 0; i < ROUNDS; i++)
		use(path, 5);
	return NULL;
}

/* The file that the path names is another from now on. */
static void copy(const char *name, const char *to)
{
	static char bytes[1 << 20];
	char path[5000], fresh[5000];
	ssize_t n;
	int fd;

	in_folder(path, sizeof(path), name);
	expect((size_t)snprintf(fresh, sizeof(fresh), "%s.new", to) < sizeof(fresh));
	fd = open(path, O_RDONLY);
	n = read(fd, bytes, sizeof(bytes));
	expect(n > 0 && n < (ssize_t)sizeof(bytes));
	close(fd);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	expect(write(fd, bytes, (size_t)n) == n);
	close(fd);
	expect(rename(fresh, to) == 0);
}

int main(void)
{
	pthread_t other;
	char path[5000];
	ssize_t n = readlink("/proc/self/exe", folder, sizeof(folder) - 1);

	expect(n > 0);
	folder[n] = '\0';
	*strrchr(folder, '/') = '\0';
	in_folder(path, sizeof(path), "lib_plugin_bare.so");
	for (int i = 0; i < RELOADS; i++)
		use(path, 2);
	expect(pthread_create(&other, NULL, thread, "lib_plugin_a.so") == 0);
	thread("lib_plugin_b.so");
	expect(pthread_join(other, NULL) == 0);
	copy("lib_plugin_a.so", "./plugin.so");
	use("./plugin.so", 3);
	copy("lib_plugin_b.so", "./plugin.so");
	use("./plugin.so", 4);
	say(1, "done\n");
	truth_site("plugin_bare_inner", 2 * RELOADS, 200 * RELOADS, RELOADS, 100 * RELOADS);
	/* What the file held at first is found by its build id. */
	truth_site("plugin_a_inner", 5 * ROUNDS + 3, 500 * ROUNDS + 300, ROUNDS + 1,
		   100 * ROUNDS + 100);
	truth_site("plugin_b_inner", 5 * ROUNDS + 4, 500 * ROUNDS + 400, ROUNDS + 1,
		   100 * ROUNDS + 100);
	return 0;
}
