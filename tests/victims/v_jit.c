/* SPDX-License-Identifier: MIT */
/*
 * v_jit.c - allocates from code it makes at run time and names it in a perf map, as
 * compilers in virtual machines do.  "killed" kills it before the end; the map stays then.
 * "foreign": the map is another user's.
 */
#include <signal.h>
#include <sys/mman.h>

#include "truth.h"

typedef void *call_fn(void *(*f)(size_t), size_t size);

/* push rbp; mov rbp, rsp; mov rax, rdi; mov rdi, rsi; call rax; pop rbp; ret */
static const unsigned char code[] = { 0x55, 0x48, 0x89, 0xe5, 0x48, 0x89, 0xf8,
				      0x48, 0x89, 0xf7, 0xff, 0xd0, 0x5d, 0xc3 };

#define FUNCTIONS 4
#define APART 256

static NOINLINE void *allocate(size_t size)
{
	return keep(malloc(size));
}

static void write_map(const char *path, const unsigned char *at, int foreign)
{
	static const char *const names[FUNCTIONS] = { "JS:*render /srv/app.js:12:5",
						      "py::parse:/srv/app.py", "plain name",
						      "never called" };
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		_exit(99);
	say(fd, "%lx %x old name of it\n", (unsigned long)at, APART);
	for (int i = 0; i < FUNCTIONS; i++)
		say(fd, "%lx %zx %s\n", (unsigned long)(at + i * APART), sizeof(code), names[i]);
	if (foreign && fchown(fd, 65534, (gid_t)-1) != 0)
		_exit(99);
	say(fd, "nonsense\n\n%lx\nffffffffffffffff ffffffffffffffff all\n", (unsigned long)at);
	close(fd);
}

int main(int argc, char **argv)
{
	unsigned char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				 -1, 0);
	char path[64];

	if (at == MAP_FAILED)
		return 99;
	for (int i = 0; i < FUNCTIONS; i++)
		memcpy(at + i * APART, code, sizeof(code));
	if (mprotect(at, 4096, PROT_READ | PROT_EXEC))
		return 99;
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	write_map(path, at, argc > 1 && !strcmp(argv[1], "foreign"));
	for (int i = 0; i < FUNCTIONS - 1; i++)
		for (int k = 0; k <= i; k++)
			keep(((call_fn *)(void *)(at + i * APART))(allocate, 1000));
	say(1, "%s\n", path);
	if (argc > 1 && !strcmp(argv[1], "killed"))
		raise(SIGKILL);
	return 0;
}
