/* SPDX-License-Identifier: MIT */
/*
 * test_symbols_files.c - which file the names are taken from: the right build
 * only, its separate debug file wherever that may be, a sysroot, or none.
 */
#include <criterion/criterion.h>
#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/symbols_fixture.h"
#include "folder.h"

static char command[16384];
static char self[4096], id[129];
static uint64_t address; /* inside known_function, as the file has it */
static int known_line;

/* Exported by nobody, so that only .symtab and debug information name it. */
static __attribute__((noinline, used)) uint64_t known_function(void)
{
	known_line = __LINE__ + 1;
	return (uint64_t)(uintptr_t)known_function;
}

static int first_bias(struct dl_phdr_info *info, size_t size, void *bias)
{
	(void)size;
	*(uint64_t *)bias = info->dlpi_addr;
	return 1;
}

static int sh(const char *script)
{
	snprintf(command, sizeof(command), "cd '%s' && exe='%s' id=%s && { %s; } >&2", folder, self,
		 id, script);
	return system(command);
}

static void setup(void)
{
	uint64_t bias = 0;
	const void *bytes;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	Elf *elf;
	int fd;

	cr_assert_gt(len, 0);
	folder_enter();
	dl_iterate_phdr(first_bias, &bias);
	address = known_function() - bias;
	elf_version(EV_CURRENT);
	fd = open(self, O_RDONLY);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	len = dwelf_elf_gnu_build_id(elf, &bytes);
	for (ssize_t i = 0; i < len && i < 64; i++)
		sprintf(id + 2 * i, "%02x", ((const unsigned char *)bytes)[i]);
	elf_end(elf);
	close(fd);
	if (len <= 0 || sh("command -v objcopy strip >/dev/null") != 0 ||
	    sh("cp \"$exe\" whole && objcopy --only-keep-debug whole debug") != 0)
		cr_skip_test("no build id in this build, or no binutils");
}

TestSuite(symbol_files, .init = setup, .fini = folder_remove);

/* Frame of known_function when `file` (below the folder) is the module. */
static struct frame look(const char *file, const char *build_id, const char *debug_path,
			 const char *sysroot)
{
	struct symbols_options options = { .sysroot = sysroot, .debug_path = debug_path };
	static char path[8192], function[256], source[4096];
	struct frame frame;
	struct fixture f;
	size_t n;

	snprintf(path, sizeof(path), "%s%s", file[0] == '/' || file[0] == '[' ? "" : folder, file);
	if (file[0] != '/' && file[0] != '[')
		snprintf(path, sizeof(path), "%s/%s", folder, file);
	fixture_open(&f, path, build_id, &options);
	frame = fixture_frames(&f, address + 1, FRAME_CALL, &n)[0];
	/* they belong to symbols, which goes */
	if (frame.function)
		frame.function = strncpy(function, frame.function, sizeof(function) - 1);
	if (frame.file)
		frame.file = strncpy(source, frame.file, sizeof(source) - 1);
	fixture_close(&f);
	return frame;
}

static bool has_line(struct frame frame)
{
	return frame.function && !strcmp(frame.function, "known_function") && frame.file &&
	       frame.line >= (uint32_t)known_line - 3 && frame.line <= (uint32_t)known_line + 1;
}

static bool has_name_only(struct frame frame)
{
	return frame.function && !strcmp(frame.function, "known_function") && !frame.file &&
	       !frame.line && frame.offset == 1;
}

static bool has_nothing(struct frame frame)
{
	return !frame.function && !frame.file && frame.offset == address + 1;
}

static void skip_without_debug_information(void)
{
	if (!look("whole", id, NULL, NULL).line)
		cr_skip_test("this build has no debug information");
}

Test(symbol_files, whole)
{
	skip_without_debug_information();
	cr_assert(has_line(look("whole", id, NULL, NULL)));
	cr_assert(has_line(look("whole", NULL, NULL, NULL)), "a trace without a build id");
}

Test(symbol_files, symbol_table_only)
{
	cr_assert_eq(sh("strip -g -o module whole"), 0);
	cr_assert(has_name_only(look("module", id, NULL, NULL)));
}

Test(symbol_files, stripped)
{
	cr_assert_eq(sh("strip -o module whole"), 0);
	cr_assert(has_nothing(look("module", id, NULL, NULL)));
}

Test(symbol_files, debug_link_beside)
{
	skip_without_debug_information();
	cr_assert_eq(sh("strip -R .note.gnu.build-id -o module whole && cp debug module.debug && "
			"objcopy --add-gnu-debuglink=module.debug module"),
		     0);
	cr_assert(has_line(look("module", NULL, NULL, NULL)));
	cr_assert_eq(sh("mkdir .debug && mv module.debug .debug/"), 0);
	cr_assert(has_line(look("module", NULL, NULL, NULL)), "in .debug");
}

Test(symbol_files, compressed_sections)
{
	skip_without_debug_information();
	cr_assert_eq(sh("objcopy --compress-debug-sections whole module"), 0);
	cr_assert(has_line(look("module", id, NULL, NULL)));
}

Test(symbol_files, debug_path_by_build_id)
{
	char debug_path[256];

	skip_without_debug_information();
	cr_assert_eq(sh("strip -o module whole && d=dbg/.build-id/$(echo $id | cut -c1-2) && "
			"mkdir -p $d && cp debug $d/$(echo $id | cut -c3-).debug"),
		     0);
	cr_assert(has_nothing(look("module", id, NULL, NULL)));
	snprintf(debug_path, sizeof(debug_path), "/no/such/folder:%s/dbg", folder);
	cr_assert(has_line(look("module", id, debug_path, NULL)));
	cr_assert(has_line(look("gone", id, debug_path, NULL)), "the module itself is missing");
	cr_assert_eq(sh("cp /bin/sh module2"), 0);
	cr_assert(has_line(look("module2", id, debug_path, NULL)), "another build is there");
}

Test(symbol_files, sysroot)
{
	char sysroot[256];

	skip_without_debug_information();
	cr_assert_eq(sh("mkdir -p root/opt/bin root/usr/lib/debug/opt/bin && cp debug "
			"root/usr/lib/debug/opt/bin/module.debug && strip -R .note.gnu.build-id "
			"-o root/opt/bin/module whole && cd root/usr/lib/debug/opt/bin && "
			"objcopy --add-gnu-debuglink=module.debug ../../../../../opt/bin/module"),
		     0);
	snprintf(sysroot, sizeof(sysroot), "%s/root/", folder);
	cr_assert(has_line(look("/opt/bin/module", NULL, NULL, sysroot)));
	cr_assert(has_nothing(look("/opt/bin/module", NULL, NULL, NULL)));
}

/* The sentence about `file`, or NULL. */
static const char *problem(const char *file, const char *build_id)
{
	static char kept[8192];
	char path[8192];
	struct fixture f;
	const char *why;
	bool any;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fixture_open(&f, path, build_id, NULL);
	any = symbols_problem(f.symbols, 0, &why);
	cr_assert_eq(any, why != NULL);
	snprintf(kept, sizeof(kept), "%s", why ? why : "");
	fixture_close(&f);
	return any ? kept : NULL;
}

Test(symbol_files, problems_are_told)
{
	cr_assert_null(problem("whole", id));
	cr_assert_null(problem("whole", NULL));
	cr_assert(strstr(problem("whole", "00112233445566778899"), "another build"));
	cr_assert(has_nothing(look("whole", "00112233445566778899", NULL, NULL)));
	cr_assert(strstr(problem("gone", id), "not on this machine"));
	cr_assert_eq(sh("echo hello >text; : >empty; mkfifo fifo; mkdir dir; "
			"head -c 1000 whole >cut; strip -R .note.gnu.build-id -o noid whole"),
		     0);
	cr_assert(strstr(problem("text", NULL), "not an ELF file"));
	cr_assert(strstr(problem("empty", id), "not an ELF file"));
	cr_assert(problem("fifo", id));
	cr_assert(problem("dir", id));
	cr_assert(has_nothing(look("cut", id, NULL, NULL)));
	cr_assert(strstr(problem("noid", id), "no build id"));
}

Test(symbol_files, damaged_files_give_less)
{
	char path[8192];
	unsigned char byte;
	unsigned int seed = 1;
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/module", folder);
	for (int i = 0; i < 30; i++) {
		cr_assert_eq(sh("cp whole module"), 0);
		fd = open(path, O_WRONLY);
		cr_assert(fd >= 0 && fstat(fd, &st) == 0);
		for (int k = 0; k < 2000; k++) {
			byte = (unsigned char)rand_r(&seed);
			/* the last part is where section headers and symbols are */
			off_t at = (off_t)((uint64_t)rand_r(&seed) * (uint64_t)st.st_size >> 31);

			cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
		}
		close(fd);
		look("module", NULL, NULL, NULL);
	}
}
