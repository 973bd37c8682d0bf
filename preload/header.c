/* SPDX-License-Identifier: MIT */
/* header.c - write the first line; see header.h.  Floor: drain. */
#define _GNU_SOURCE
#include "header.h"

#include <sys/stat.h>
#include <time.h>

#include "arena.h"
#include "config.h"
#include "kin.h"
#include "real.h"
#include "rt.h"
#include "shadow.h"
#include "sys.h"

#define CMDLINE_CAP 131072
#define ARGS_CAP 4096

struct text_buffers {
	char cmdline[CMDLINE_CAP];
	const char *args[ARGS_CAP];
	char cwd[4096];
	char stat[1024];
};

static struct mp_strs read_args(struct text_buffers *b)
{
	intptr_t len = sys_read_file("/proc/self/cmdline", b->cmdline, sizeof(b->cmdline));
	struct mp_strs args = { .v = b->args };

	for (intptr_t at = 0; at < len && args.n < ARGS_CAP;) {
		b->args[args.n++] = b->cmdline + at;
		at += (intptr_t)rt_strlen(b->cmdline + at) + 1;
	}
	return args;
}

/* Field 22 of /proc/self/stat; the second field may hold spaces and brackets. */
static uint64_t read_start_ticks(struct text_buffers *b)
{
	intptr_t len = sys_read_file("/proc/self/stat", b->stat, sizeof(b->stat));
	const char *p = b->stat + (len > 0 ? len : 0);
	uint64_t value = 0;

	while (p > b->stat && *p != ')')
		p--;
	for (int field = 2; *p && field < 22; p++)
		field += *p == ' ';
	rt_parse_u64(&p, &value);
	return value;
}

static void read_boot_id(struct state *s)
{
	static char boot[sizeof(s->boot)]; /* kept over forks */
	struct rt_text text = RT_TEXT(s->boot);

	if (!boot[0]) {
		intptr_t n = sys_read_file("/proc/sys/kernel/random/boot_id", boot, sizeof(boot));

		if (n > 0 && boot[n - 1] == '\n')
			boot[n - 1] = '\0';
	}
	rt_put(&text, boot);
}

/* Kept over a fork: parent and child belong to one run. */
static char run[72];

const char *header_run_id(void)
{
	struct rt_text text = RT_TEXT(run);
	uint64_t id;

	if (run[0])
		return run;
	if (*config.run_id) {
		rt_put(&text, config.run_id);
		return run;
	}
	if (kin_run(run, sizeof(run)))
		return run;
	run[0] = '\0';
	if (sys_random(&id, sizeof(id)) != 0)
		id = sys_clock_ns(CLOCK_REALTIME);
	rt_put_hex(&text, id, 16);
	return run;
}

void header_write(struct mp_out *out, struct state *s, const char *exe, const char *state_path,
		  uint32_t parent)
{
	static const char *const samplers[] = { "thread", "hooks", "off" };
	struct text_buffers *b = arena_map(sizeof(*b), ARENA_OUTPUT);
	char host[65] = "", machine[65] = "", epoch[40] = "";
	struct rt_text epoch_text = RT_TEXT(epoch);
	struct stat ns;
	int fd;

	if (!b)
		return;
	read_boot_id(s);
	s->start_ticks = read_start_ticks(b);
	fd = sys_open("/proc/self/ns/pid", 0, 0);
	if (fd >= 0) {
		if (sys_fstat(fd, &ns) == 0)
			s->pid_namespace = ns.st_ino;
		sys_close(fd);
	}
	sys_uname(host, machine);
	sys_getcwd(b->cwd, sizeof(b->cwd));
	rt_put_rfc3339(&epoch_text,
		       sys_clock_ns(CLOCK_REALTIME) - (sys_clock_ns(CLOCK_MONOTONIC) - s->epoch));
	s->run = state_add_text(s, header_run_id());
	mp_encode_header(out, &(struct mp_header){
				      .format = MP_FORMAT_VERSION,
				      .version = MP_VERSION,
				      .run = header_run_id(),
				      .pid = s->pid,
				      .ppid = (uint64_t)sys_getppid(),
				      .exe = exe,
				      .argv = read_args(b),
				      .cwd = b->cwd,
				      .arch = machine,
				      .epoch = epoch,
				      .boot = s->boot,
				      .start = s->start_ticks,
				      .allocator = real_allocator(),
				      .blocks = "compact",
				      .granule = (uint64_t)1 << shadow_shift,
				      .sample_ns = config.sample,
				      .sites_ns = config.sites,
				      .page = s->page,
				      .peak_slack = s->peak_slack,
				      .state = state_path,
				      .sampler = samplers[config.sampler],
				      .parent = parent,
			      });
	arena_unmap(b, sizeof(*b));
}
