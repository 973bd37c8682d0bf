/* SPDX-License-Identifier: MIT */
/*
 * test_orphan.c - states of dead processes, made by hand: what is drained, and what
 * is left alone.
 */
#include "orphan_state.h"

TestSuite(orphan, .init = setup, .fini = folder_remove);

Test(orphan, drained)
{
	cr_assert_eq(settle("was drained from the state of a killed process"), ORPHAN_DRAINED);
	cr_assert_not(is_there(STATE));
	expect_whole(TRACE);
	cr_assert_eq(settle(NULL), ORPHAN_NONE);
	expect_whole(TRACE);
}

/* All that were counted, whether a pass wrote them or not. */
Test(orphan, counts_by_size)
{
	struct model model;

	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	cr_assert_eq(model_load(&model, TRACE, NULL, NULL), 0);
	cr_assert_eq(model.n_sizes, 2);
	cr_assert_eq(model.sizes[0].stack, 4);
	cr_assert_eq(model.sizes[0].class, 5);
	cr_assert_eq(model.sizes[0].allocs, 3);
	cr_assert_eq(model.sizes[0].bytes, 60);
	cr_assert_eq(model.sizes[0].usable, 72);
	cr_assert_eq(model.sizes[1].stack, 5);
	cr_assert_eq(model.sizes[1].allocs, 2);
	model_release(&model);
}

Test(orphan, regions)
{
	struct model model;

	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	cr_assert_eq(model_load(&model, TRACE, NULL, NULL), 0);
	cr_assert_eq(model.n_regions, 2);
	cr_expect_str_eq(model.regions[0].name, "outer");
	cr_expect_str_eq(model.regions[1].name, "inner");
	cr_expect_eq(model.regions[1].parent, 1);
	cr_assert_eq(model.n_region_totals, 1);
	cr_expect_eq(model.region_totals[0].region, 1);
	cr_expect_eq(model.region_totals[0].calls, 2);
	cr_expect_eq(model.region_totals[0].total, 30);
	cr_expect_eq(model.region_totals[0].peak, 100);
	cr_assert_eq(model.n_region_times, 1);
	cr_expect_eq(model.region_times[0].bucket, 10);
	cr_expect_eq(model.region_times[0].calls, 2);
	model_release(&model);
}

Test(orphan, lines_after_the_last_commit_are_written_anew)
{
	write_trace("{\"type\":\"stack\",\"id\":3,\"parent\":0,\"module\":0,\"offset\":\"0x1\"}\n"
		    "{\"type\":\"delta\",\"t\":1,\"tid\":1,\"rows\":[[3,\"heap\",1");
	image.marks[3] = MARK_OF(DONE + 1);
	image.modules[0].drained = DONE + 1;
	image.threads[0].drained_version = 3;
	image.threads[0].first_named = image.threads[0].last_named = DONE + 1;
	image.threads[1].state = THREAD_FINAL;
	image.threads[1].final_drained = DONE + 1;
	image.infos[7].drained = 14;
	image.s.drain_pass = DONE + 1;
	write_state();
	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	expect_whole(TRACE);
}

/* The two nodes that every stack cut short begins with have neither frame nor parent. */
Test(orphan, where_cut_stacks_begin_is_written_anew)
{
	image.nodes[3].parent = NODE_TRUNCATED;
	image.nodes[4].parent = NODE_OTHER;
	image.marks[NODE_TRUNCATED] = image.marks[NODE_OTHER] = MARK_OF(DONE + 1);
	image.s.drain_pass = DONE + 1;
	write_state();
	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	expect_whole(TRACE);
}

Test(orphan, committed_lines_are_not_written_twice)
{
	FILE *file;
	char line[512];
	int stacks = 0, names = 0;

	image.marks[3] = MARK_OF(DONE);
	image.threads[0].drained_version = 3;
	image.threads[0].first_named = image.threads[0].last_named = DONE - 1;
	write_state();
	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	file = fopen(TRACE, "r");
	while (fgets(line, sizeof(line), file)) {
		stacks += strstr(line, "\"type\":\"stack\",\"id\":3,") != NULL;
		names += strstr(line, "\"type\":\"thread\",") != NULL;
	}
	fclose(file);
	cr_assert_eq(stacks, 0);
	cr_assert_eq(names, 1);
}

Test(orphan, a_trace_cut_from_outside_gets_all_lines)
{
	image.marks[3] = MARK_OF(DONE);
	image.modules[0].drained = DONE;
	image.s.committed = STATE_COMMIT(DONE, false, strlen(header) + 1000);
	write_state();
	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	expect_whole(TRACE);
}

Test(orphan, names_and_blocks_half_made)
{
	/* killed while a name was written, and with a block that was nobody's yet */
	image.threads[0].name_version = 3;
	image.s.blocks = 4;
	image.owners[3] = (struct block_owner){ .thread = 2 };
	image.infos[3 * CELL_BLOCK].node = NODE_OTHER;
	write_state();
	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	expect_whole(TRACE);
}

Test(orphan, a_live_owner_is_left_alone)
{
	image.s.start_ticks = own_start();
	make_header(STATE);
	write_trace("");
	write_state();
	cr_assert_eq(settle(NULL), ORPHAN_LIVE);
	cr_assert(is_there(STATE));
	make_header("");
	write_trace("");
	cr_assert_eq(settle(NULL), ORPHAN_LIVE);
}

Test(orphan, a_dead_process_that_waits_for_its_parent_is_dead)
{
	pid_t pid = fork();
	siginfo_t info;
	char path[64], text[1024], *p;

	if (pid == 0)
		_exit(0);
	cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	read_line(path, text, sizeof(text));
	p = strrchr(text, ')') + 2;
	cr_assert_eq(*p, 'Z');
	for (int field = 3; field < 22; field++)
		p = strchr(p, ' ') + 1;
	cr_assert_eq(owner_look((uint32_t)pid, 0, strtoull(p, NULL, 10), ""), OWNER_DEAD);
	waitpid(pid, NULL, 0);
	cr_assert_eq(owner_look((uint32_t)getpid(), 0, own_start(), ""), OWNER_LIVES);
	cr_assert_eq(owner_look((uint32_t)getpid(), 0, own_start(), "another-boot"), OWNER_DEAD);
}

Test(orphan, one_that_ended_well_is_only_removed)
{
	image.s.committed = STATE_COMMIT(DONE, true, strlen(header));
	write_state();
	cr_assert_eq(settle(NULL), ORPHAN_NONE);
	cr_assert_not(is_there(STATE));
}

Test(orphan, what_is_not_its_state_is_left_alone)
{
	image.s.trace_ino++;
	write_state();
	cr_assert_eq(settle(NULL), ORPHAN_NONE);
	image.s.trace_ino--;
	image.s.pid++;
	write_state();
	cr_assert_eq(settle(NULL), ORPHAN_NONE);
	image.s.pid--;
	image.s.layout++;
	write_state();
	cr_assert_eq(settle("another version"), ORPHAN_FAILED);
	image.s.layout--;
	image.s.magic[0]++;
	write_state();
	cr_assert_eq(settle("damaged"), ORPHAN_FAILED);
	image.s.magic[0]--;
	write_state();
	cr_assert_eq(truncate(STATE, sizeof(image) - 1), 0);
	cr_assert_eq(settle("damaged"), ORPHAN_FAILED);
	write_state();
	cr_assert_eq(chmod(STATE, 0644), 0);
	cr_assert_eq(settle("others can write it"), ORPHAN_FAILED);
	cr_assert_eq(chmod(STATE, 0600), 0);
	cr_assert_eq(rename(STATE, "elsewhere"), 0);
	cr_assert_eq(symlink("elsewhere", STATE), 0);
	cr_assert_eq(settle(NULL), ORPHAN_NONE);
	cr_assert(is_there(STATE));
}

Test(orphan, a_trace_that_cannot_be_written_is_read_with_its_rest)
{
	struct diag diag = DIAG_INIT;
	struct orphan orphan;

	cr_assert_eq(chmod(TRACE, 0400), 0);
	if (geteuid() == 0) {
		/* nothing is forbidden to root */
		cr_assert_eq(chmod(folder, 0755), 0);
		cr_assert_eq(chown(TRACE, 65534, 65534) + chown(STATE, 65534, 65534), 0);
		cr_assert_eq(seteuid(65534), 0);
	}
	cr_assert_eq(orphan_settle(&orphan, TRACE, &diag), ORPHAN_COPIED);
	cr_assert(orphan.path);
	expect_whole(orphan.path);
	cr_assert(is_there(STATE));
	orphan_release(&orphan);
	diag_release(&diag);
	if (getuid() == 0)
		cr_assert_eq(seteuid(0), 0);
}

Test(orphan, of_many_readers_one_drains)
{
	int status, drained = 0;

	for (int i = 0; i < 8; i++)
		if (fork() == 0) {
			struct orphan orphan;

			_exit((int)orphan_settle(&orphan, TRACE, NULL));
		}
	while (wait(&status) > 0) {
		cr_assert(WIFEXITED(status));
		cr_assert(WEXITSTATUS(status) == ORPHAN_NONE ||
			  WEXITSTATUS(status) == ORPHAN_DRAINED);
		drained += WEXITSTATUS(status) == ORPHAN_DRAINED;
	}
	cr_assert_eq(drained, 1);
	expect_whole(TRACE);
}

Test(orphan, a_sweep_finds_states_by_themselves)
{
	struct orphan_sweep done = { 0 };

	image.s.trace_path = add_text(folder);
	strcpy(image.text + image.s.trace_path + strlen(folder), "/" TRACE);
	image.s.text = TEXT;
	write_state();
	orphan_sweep(".", &done, NULL);
	cr_assert_eq(done.drained, 1);
	expect_whole(TRACE);
	/* without its trace, and one that is none */
	write_state();
	cr_assert_eq(unlink(TRACE), 0);
	cr_assert_eq(symlink("/etc/passwd", "memprof-1.state"), 0);
	orphan_sweep(".", &done, NULL);
	cr_assert_eq(done.removed, 1);
	cr_assert_eq(done.drained, 1);
	cr_assert_eq(done.left, 0);
	cr_assert_not(is_there(STATE));
	cr_assert(is_there("memprof-1.state"));
}
