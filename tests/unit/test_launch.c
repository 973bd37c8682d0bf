/* SPDX-License-Identifier: MIT */
/*
 * test_launch.c - what a program file says before it is started, where it is
 * found, and how its end is told.
 */
#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "launch/elf_check.h"
#include "launch/environment.h"
#include "launch/library.h"
#include "launch/process.h"
#include "launch/program.h"
#include "launch/script.h"
#include "util/diag.h"

/* A small dynamic program that every system has. */
static const char plain[] = "/usr/bin/env";

static unsigned char image[1 << 20];
static size_t image_len;

static char *in_folder(const char *name)
{
	static char paths[4][256];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static const char *write_file(const char *name, const void *bytes, size_t len, mode_t mode)
{
	const char *path = in_folder(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert(fd >= 0 && write(fd, bytes, len) == (ssize_t)len && fchmod(fd, mode) == 0);
	close(fd);
	return path;
}

static void setup(void)
{
	int fd = open(plain, O_RDONLY);
	ssize_t n;

	folder_enter();
	cr_assert_geq(fd, 0);
	while ((n = read(fd, image + image_len, sizeof(image) - image_len)) > 0)
		image_len += (size_t)n;
	close(fd);
	cr_assert(image_len > 1000 && image_len < sizeof(image));
}

TestSuite(launch, .init = setup, .fini = folder_remove);

static struct elf_facts facts_of(const char *path)
{
	struct elf_facts facts;
	int fd = open(path, O_RDONLY);

	cr_assert_geq(fd, 0);
	elf_check(fd, &facts);
	close(fd);
	return facts;
}

static struct elf_facts facts_of_image(void)
{
	return facts_of(write_file("image", image, image_len, 0700));
}

/* Overwrite a text of the image by a shorter one and its NUL. */
static void patch(const char *from, const char *to)
{
	char *at = memmem(image, image_len, from, strlen(from) + 1);

	cr_assert(at, "no '%s' in %s", from, plain);
	cr_assert_leq(strlen(to), strlen(from));
	memcpy(at, to, strlen(to) + 1);
}

static Elf64_Phdr *program_header(uint32_t type)
{
	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)image;

	for (int i = 0; i < ehdr->e_phnum; i++) {
		Elf64_Phdr *phdr = (Elf64_Phdr *)(image + ehdr->e_phoff) + i;

		if (phdr->p_type == type)
			return phdr;
	}
	cr_assert(false, "%s has no such program header", plain);
	abort();
}

Test(launch, dynamic_program_is_fine)
{
	struct elf_facts facts = facts_of_image();

	cr_assert_eq(facts.verdict, ELF_FINE);
	cr_assert(strstr(facts.loader, "ld-linux"));
	cr_assert_not(facts.own_malloc);
	cr_assert_not(facts.cxx);
}

Test(launch, static_program)
{
	program_header(PT_INTERP)->p_type = PT_NULL;
	cr_assert_eq(facts_of_image().verdict, ELF_STATIC);
}

Test(launch, dynamic_linker_run_by_hand_is_fine)
{
	cr_assert_eq(facts_of("/lib64/ld-linux-x86-64.so.2").verdict, ELF_FINE);
}

Test(launch, program_of_32_bits)
{
	Elf32_Ehdr small = { .e_type = ET_EXEC,
			     .e_machine = EM_386,
			     .e_version = EV_CURRENT,
			     .e_ehsize = sizeof(small) };

	memcpy(small.e_ident, ELFMAG, SELFMAG);
	small.e_ident[EI_CLASS] = ELFCLASS32;
	small.e_ident[EI_DATA] = ELFDATA2LSB;
	small.e_ident[EI_VERSION] = EV_CURRENT;
	cr_assert_eq(facts_of(write_file("small", &small, sizeof(small), 0700)).verdict, ELF_32BIT);
}

Test(launch, other_machine)
{
	((Elf64_Ehdr *)image)->e_machine = EM_AARCH64;
	cr_assert_eq(facts_of_image().verdict, ELF_OTHER_MACHINE);
}

Test(launch, musl_program)
{
	patch("/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1");
	cr_assert_eq(facts_of_image().verdict, ELF_MUSL);
}

Test(launch, sanitizer_linked_in)
{
	patch("__libc_start_main", "__tsan_init");
	cr_assert_eq(facts_of_image().verdict, ELF_SANITIZER);
	cr_assert_str_eq(facts_of_image().sanitizer, "ThreadSanitizer");
}

Test(launch, malloc_built_in)
{
	/* the C library exports one, as a program with an allocator linked in does */
	cr_assert(facts_of("/lib/x86_64-linux-gnu/libc.so.6").own_malloc);
}

Test(launch, no_elf_at_all)
{
	cr_assert_eq(facts_of(write_file("text", "#!/bin/sh\n", 10, 0700)).verdict, ELF_NOT_ELF);
	cr_assert_eq(facts_of(write_file("empty", "", 0, 0700)).verdict, ELF_NOT_ELF);
	cr_assert_eq(facts_of(write_file("cut", image, 20, 0700)).verdict, ELF_NOT_ELF);
}

Test(launch, damaged_programs_are_survived)
{
	unsigned int seed = 1;

	for (int i = 0; i < 200; i++) {
		unsigned char saved[64];
		size_t at[64];

		for (int k = 0; k < 64; k++) {
			at[k] = (size_t)rand_r(&seed) % (k < 8 ? 1000 : image_len);
			if (at[k] < 4)
				at[k] = 4;
			saved[k] = image[at[k]];
			image[at[k]] = (unsigned char)rand_r(&seed);
		}
		facts_of_image();
		for (int k = 64; k-- > 0;)
			image[at[k]] = saved[k];
	}
	cr_assert_eq(facts_of_image().verdict, ELF_FINE);
}

Test(launch, interpreters_of_scripts)
{
	static const struct {
		const char *text, *interpreter;
	} cases[] = {
		{ "#!/bin/sh\nexit\n", "/bin/sh" },
		{ "#! /bin/sh -e\n", "/bin/sh" },
		{ "#!/usr/bin/env python3\n", "python3" },
		{ "#!/usr/bin/env -S python3 -u\n", "python3" },
		{ "#!/usr/bin/env -Spython3 -u\n", "python3" },
		{ "#!/usr/bin/env -i A=b -u HOME perl -w\n", "perl" },
		{ "#!/usr/bin/env\n", "/usr/bin/env" },
		{ "#!/opt/env/tool x\n", "/opt/env/tool" },
		{ "echo no first line\n", "/bin/sh" },
		{ "#!/bin/sh", "/bin/sh" },
		{ "\x7f"
		  "ELF\x02\x01",
		  NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *path = write_file("script", cases[i].text, strlen(cases[i].text), 0700);
		char *interpreter = NULL;
		int fd = open(path, O_RDONLY);

		cr_assert_eq(script_interpreter(fd, &interpreter), cases[i].interpreter != NULL,
			     "%s", cases[i].text);
		if (cases[i].interpreter)
			cr_assert_str_eq(interpreter, cases[i].interpreter);
		free(interpreter);
		close(fd);
	}
}

/* Find and inspect: the error, or 0 with *program to release. */
static int look_at(struct program *program, const char *name)
{
	struct diag diag = DIAG_INIT;
	int err = program_find(program, name, &diag);

	if (!err)
		err = program_inspect(program, &diag);
	cr_assert_eq(!err, !diag.seen[DIAG_ERROR]);
	diag_release(&diag);
	return err;
}

static int error_of(const char *name)
{
	struct program program;
	int err = look_at(&program, name);

	program_release(&program);
	return err;
}

Test(launch, programs_are_found_as_execvp_does)
{
	struct program program;
	char path[512];

	write_file("tool", image, image_len, 0600);
	mkdir(in_folder("more"), 0700);
	mkdir(in_folder("more/env"), 0700);
	write_file("more/tool", image, image_len, 0700);
	snprintf(path, sizeof(path), "/no/such:%s:%s/more:/usr/bin", folder, folder);
	setenv("PATH", path, 1);
	cr_assert_eq(look_at(&program, "tool"), 0);
	cr_assert_str_eq(program.path, in_folder("more/tool"), "the first that is executable");
	cr_assert_null(program.problem);
	program_release(&program);
	cr_assert_eq(look_at(&program, "env"), 0);
	cr_assert_str_eq(program.path, "/usr/bin/env", "folders are no programs");
	program_release(&program);
	cr_assert_eq(error_of("no-such-program"), -ENOENT);
	cr_assert_eq(error_of(""), -ENOENT);
	cr_assert_eq(error_of("/no/such/program"), -ENOENT);
	cr_assert_eq(error_of(in_folder("more")), -EACCES);
	cr_assert_eq(error_of("/usr/bin/env/x"), -ENOENT);
	unlink(in_folder("more/tool"));
	cr_assert_eq(error_of("tool"), -EACCES, "only one that is not executable");
}

Test(launch, scripts_are_followed_to_their_program)
{
	struct program program;
	char line[128];

	program_header(PT_INTERP)->p_type = PT_NULL;
	write_file("static", image, image_len, 0700);
	snprintf(line, sizeof(line), "#!%s/static\n", folder);
	write_file("inner", line, strlen(line), 0700);
	snprintf(line, sizeof(line), "#!%s/inner\n", folder);
	write_file("outer", line, strlen(line), 0700);
	cr_assert_eq(look_at(&program, in_folder("outer")), 0);
	cr_assert_str_eq(program.path, in_folder("outer"));
	cr_assert_str_eq(program.image, in_folder("static"));
	cr_assert(strstr(program.problem, "statically linked"));
	cr_assert(program.children);
	program_release(&program);
	write_file("lost", "#!/no/such/interpreter\n", 23, 0700);
	cr_assert_eq(error_of(in_folder("lost")), -EACCES);
	snprintf(line, sizeof(line), "#!%s/loop\n", folder);
	write_file("loop", line, strlen(line), 0700);
	cr_assert_eq(error_of(in_folder("loop")), 0, "the kernel will say it");
}

Test(launch, setuid_is_told)
{
	struct program program;
	const char *path = write_file("suid", image, image_len, 0700);

	if (getuid() != 0)
		cr_skip_test("only root can make a program that is another user's");
	cr_assert(chown(path, 12345, 12345) == 0 && chmod(path, 04755) == 0);
	cr_assert_eq(look_at(&program, path), 0);
	cr_assert(strstr(program.problem, "setuid"));
	cr_assert_not(program.children);
	program_release(&program);
	cr_assert(chown(path, 0, 0) == 0 && chmod(path, 04755) == 0);
	cr_assert_eq(look_at(&program, path), 0);
	cr_assert_null(program.problem, "root gains nothing by a program of root's");
	program_release(&program);
}

Test(launch, preload_lists)
{
	static const struct {
		const char *allocator, *inherited, *value;
	} cases[] = {
		{ NULL, NULL, "/l/libmemprof.so" },
		{ NULL, "", "/l/libmemprof.so" },
		{ NULL, "a.so b.so:c.so", "/l/libmemprof.so:a.so:b.so:c.so" },
		{ "j.so", "a.so", "/l/libmemprof.so:j.so:a.so" },
		{ NULL, "libmemprof.so:/x/libmemprof.so a.so", "/l/libmemprof.so:a.so" },
		{ NULL, "/x/notlibmemprof.so", "/l/libmemprof.so:/x/notlibmemprof.so" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *value = library_preload("/l/libmemprof.so", cases[i].allocator,
					      cases[i].inherited);

		cr_assert_str_eq(value, cases[i].value);
		free(value);
	}
}

Test(launch, recorder_by_variable)
{
	struct diag diag = DIAG_INIT;
	char *found;

	setenv("MEMPROF_LIB", write_file("libmemprof.so", "", 0, 0600), 1);
	found = library_recorder(&diag);
	cr_assert(found && !strcmp(found, in_folder("libmemprof.so")));
	free(found);
	mkdir(in_folder("a b"), 0700);
	setenv("MEMPROF_LIB", write_file("a b/libmemprof.so", "", 0, 0600), 1);
	cr_assert_null(library_recorder(&diag), "LD_PRELOAD cannot hold a space");
	setenv("MEMPROF_LIB", "/no/such/libmemprof.so", 1);
	cr_assert_null(library_recorder(&diag));
	cr_assert_eq(diag.seen[DIAG_ERROR], 2);
	diag_release(&diag);
}

static int status_of(char *const argv[])
{
	struct environment env;
	struct process_end end;
	int err;

	environment_init(&env);
	environment_set(&env, "GREETING", "hello");
	environment_set(&env, "GREETING", "bye");
	cr_assert_str_eq(environment_get(&env, "GREETING"), "bye");
	cr_assert_null(environment_get(&env, "GREET"));
	err = process_run(argv[0], argv, env.v, &end);
	environment_release(&env);
	return err ? err : process_exit_status(&end);
}

#define SHELL(script) status_of((char *[]){ "/bin/sh", "-c", script, NULL })

Test(launch, ends_are_told_as_shells_do)
{
	char *no_line = (char *)write_file("plain", "exit 9\n", 7, 0700);

	cr_assert_eq(SHELL("exit 7"), 7);
	cr_assert_eq(SHELL("test $GREETING = bye"), 0);
	cr_assert_eq(SHELL("kill -9 $$"), 128 + SIGKILL);
	cr_assert_eq(SHELL("kill -USR1 $PPID; kill -TERM $$"), 128 + SIGTERM,
		     "what the program itself sends here does not come back to it");
	cr_assert_eq(status_of((char *[]){ no_line, NULL }), 9);
	cr_assert_eq(status_of((char *[]){ "/no/such/program", NULL }), -ENOENT);
	cr_assert_eq(status_of((char *[]){ folder, NULL }), -EACCES);
}

Test(launch, signals_of_others_are_passed_on)
{
	/* a grandchild that is not the program sends the signal to us alone */
	cr_assert_eq(SHELL("trap 'exit 44' TERM; (sh -c \"kill -TERM $PPID\"); "
			   "i=0; while [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done"),
		     44);
}

Test(launch, dispositions_are_the_programs_own)
{
	/* SigIgn is a mask in hex; INT, QUIT and CHLD are bits 1, 2 and 16 */
	static char script[] =
		"while read -r k v; do if [ $k = SigIgn: ] || [ $k = SigBlk: ]; then "
		"x=$((x + 0x$v)); fi; done </proc/$$/status; exit $((x & 255))";

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	cr_assert_eq(SHELL(script) & 6, 0);
	signal(SIGINT, SIG_IGN);
	cr_assert_eq(SHELL(script) & 6, 2);
	signal(SIGCHLD, SIG_IGN);
	cr_assert_eq(SHELL("exit 7"), 7, "an ignored SIGCHLD takes no status away");
	signal(SIGCHLD, SIG_DFL);
}
