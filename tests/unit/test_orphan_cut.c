/* SPDX-License-Identifier: MIT */
/*
 * test_orphan_cut.c - traces cut at every byte, states cut at many places or caught half way
 * between two moments: what was recorded is there, and what is missing is said.
 */
#include "orphan_state.h"

TestSuite(orphan_cut, .init = setup, .fini = folder_remove, .timeout = 120);

static char whole[65536];
static size_t whole_len;

/* The trace as it is when all was drained. */
static void make_whole(void)
{
	FILE *file;

	cr_assert_eq(settle("was drained"), ORPHAN_DRAINED);
	expect_whole(TRACE);
	file = fopen(TRACE, "r");
	whole_len = fread(whole, 1, sizeof(whole) - 1, file);
	fclose(file);
	cr_assert_gt(whole_len, strlen(header) + 500);
	cr_assert_lt(whole_len, sizeof(whole) - 1);
}

/* The first `len` bytes of it, of which the header is known to be written, and the state. */
static void write_cut(size_t len)
{
	char more[sizeof(whole)];
	size_t n = len - strlen(header);

	memcpy(more, whole + strlen(header), n);
	more[n] = '\0';
	write_trace(more);
}

Test(orphan_cut, lines_half_written_at_the_kill)
{
	make_whole();
	for (size_t len = strlen(header); len < whole_len; len++) {
		write_cut(len);
		write_state();
		cr_assert_eq(settle("was drained"), ORPHAN_DRAINED, "cut at %zu", len);
		expect_whole(TRACE);
		cr_assert(!is_there(STATE));
	}
}

/* How many of its lines begin like an earlier one, up to the number that names it. */
static int count_doubles(const char *type)
{
	static bool seen[256];
	char line[4096], pattern[64];
	int doubles = 0;
	unsigned int id;
	FILE *file = fopen(TRACE, "r");

	cr_assert(file);
	memset(seen, 0, sizeof(seen));
	snprintf(pattern, sizeof(pattern), "{\"type\":\"%s\",\"id\":%%u,", type);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, pattern, &id) != 1 || id >= 256)
			continue;
		doubles += seen[id];
		seen[id] = true;
	}
	fclose(file);
	return doubles;
}

Test(orphan_cut, what_is_left_of_committed_lines_is_not_written_twice)
{
	make_whole();
	for (size_t len = strlen(header); len < whole_len; len++) {
		write_cut(len);
		image.marks[3] = MARK_OF(DONE);
		image.modules[0].drained = DONE;
		image.threads[1].state = THREAD_FINAL;
		image.threads[1].final_drained = DONE;
		image.threads[1].ended = image.s.now;
		image.s.committed = STATE_COMMIT(DONE, false, whole_len + 1);
		write_state();
		cr_assert_eq(settle("was drained"), ORPHAN_DRAINED, "cut at %zu", len);
		expect_whole(TRACE);
		cr_assert_eq(count_doubles("stack"), 0, "stacks, cut at %zu", len);
		cr_assert_eq(count_doubles("module"), 0, "modules, cut at %zu", len);
		cr_assert_eq(count_doubles("region"), 0, "regions, cut at %zu", len);
	}
}

Test(orphan_cut, a_cut_trace_without_a_state)
{
	make_whole();
	for (size_t len = strlen(header); len < whole_len; len++) {
		struct diag diag = DIAG_INIT;
		struct model model;
		bool at_line = whole[len - 1] == '\n';

		write_cut(len);
		cr_assert_eq(settle(NULL), ORPHAN_NONE);
		cr_assert_eq(model_load(&model, TRACE, NULL, &diag), 0);
		cr_assert(model.has_header);
		cr_assert_eq(model.bad_lines, 0, "cut at %zu", len);
		/* without its newline alone a line may be whole */
		if (whole[len] != '\n')
			cr_assert_eq(model.cut, !at_line, "cut at %zu", len);
		cr_assert_leq(model_total(&model, MP_HEAP).allocs, ALLOCS);
		cr_assert_eq(model.has_footer, len + 1 == whole_len);
		model_release(&model);
		diag_release(&diag);
	}
}

/* A file that is not all there is no state, and the trace is read as it is. */
Test(orphan_cut, a_state_cut_anywhere)
{
	for (size_t len = 0; len < sizeof(image); len += len < sizeof(image.s) ? 64 : 977) {
		struct diag diag = DIAG_INIT;
		struct orphan orphan;
		struct model model;

		write_trace("");
		write_state();
		cr_assert_eq(truncate(STATE, (off_t)len), 0);
		cr_assert_neq(orphan_settle(&orphan, TRACE, &diag), ORPHAN_DRAINED, "cut at %zu",
			      len);
		orphan_release(&orphan);
		cr_assert_eq(model_load(&model, TRACE, NULL, NULL), 0);
		cr_assert(model.has_header && !model.has_footer && !model.bad_lines);
		model_release(&model);
		diag_release(&diag);
	}
}

/* Stores of 16 bytes are whole or not there. */
struct unit {
	uint64_t v[2];
};

static void expect_between(size_t step)
{
	struct diag diag = DIAG_INIT;
	struct validation validation;
	struct model model;
	struct counts total;

	cr_assert_eq(validate_trace(TRACE, &validation, &diag), 0);
	cr_assert_eq(diag.seen[DIAG_ERROR], 0, "step %zu: %s", step,
		     diag.n ? diag.messages[0].text : "");
	cr_assert_eq(model_load(&model, TRACE, NULL, NULL), 0);
	total = model_total(&model, MP_HEAP);
	cr_assert(total.allocs >= ALLOCS - 6 && total.allocs <= ALLOCS, "step %zu: %lu", step,
		  (unsigned long)total.allocs);
	cr_assert(total.bytes >= BYTES - 464 && total.bytes <= BYTES, "step %zu: %lu", step,
		  (unsigned long)total.bytes);
	cr_assert(total.frees >= FREES - 2 && total.frees <= FREES, "step %zu", step);
	cr_assert_eq(model.footer.allocs, total.allocs);
	model_release(&model);
	diag_release(&diag);
}

/* Whatever of the later moment had reached memory, in any order of its stores: totals lie
 * between the two, and the trace is sound. */
Test(orphan_cut, a_state_between_two_moments)
{
	static struct image before, after;
	static size_t changed[256];
	const size_t units = sizeof(image) / sizeof(struct unit);
	struct unit *to = (struct unit *)&image;
	size_t n = 0;

	/* below what lives in both: it is on the way up */
	image.s.peak_bytes = image.s.live = 100;
	after = image;
	site(7, 9, (v2){ 6, 600 }, (v2){ 2, 200 });
	image.cells[2 * CELL_BLOCK].alloc = (v2){ 0 };
	image.infos[2 * CELL_BLOCK] = (struct cell_info){ .node = 0 };
	image.threads[0].name_version = 1;
	image.s.now = 4000;
	before = image;
	for (size_t i = 0; i < units; i++)
		if (memcmp((struct unit *)&before + i, (struct unit *)&after + i, sizeof(*to)))
			changed[n++] = i;
	cr_assert(n > 4 && n < 256);
	for (size_t step = 0; step < 4000; step++) {
		image = before;
		/* each subset of the first dozen changes, then of others */
		for (size_t i = 0; i < n; i++)
			if ((step * (1 + i / 12 * 2654435761U)) >> i % 12 & 1)
				to[changed[i]] = ((struct unit *)&after)[changed[i]];
		write_trace("");
		write_state();
		struct diag diag = DIAG_INIT;
		struct orphan orphan;

		cr_assert_eq(orphan_settle(&orphan, TRACE, &diag), ORPHAN_DRAINED);
		orphan_release(&orphan);
		diag_release(&diag);
		expect_between(step);
	}
}
