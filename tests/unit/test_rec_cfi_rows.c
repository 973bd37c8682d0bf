/* SPDX-License-Identifier: MIT */
/*
 * Every row of real unwind tables against an independent decoder, readelf: the rule at the first
 * and the last byte of each row must say what the row says, and addresses no entry covers have no
 * rule. MEMPROF_CFI_FILES="FILE..." adds files; MEMPROF_CFI_CALLS=1 also looks up the return
 * address of every call objdump finds.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../lib/cfi_image.h"

enum { CELL = 12, MAX_COLUMNS = 40 };

/* A row as readelf prints it; empty cells are columns the entry does not have. */
struct row {
	uint64_t addr, end;
	char cfa[CELL], rbp[CELL], rsp[CELL], ra[CELL];
	bool signal;
};

struct rows {
	struct row *v;
	size_t n, cap;
};

/* What a CIE alone says, for entries without instructions. */
struct cie {
	uint64_t offset;
	struct row row;
};

struct tally {
	size_t kinds[RULE_COMPLEX + 1];
	size_t probes, mismatches;
};

static const char *const kind_names[] = { "none", "plain", "drap", "signal", "end", "complex" };

static struct row *add_row(struct rows *rows, const struct row *row)
{
	if (rows->n == rows->cap) {
		rows->cap = rows->cap ? rows->cap * 2 : 4096;
		rows->v = realloc(rows->v, rows->cap * sizeof(*rows->v));
		cr_assert_not_null(rows->v);
	}
	rows->v[rows->n] = *row;
	return &rows->v[rows->n++];
}

static void copy_cell(char *cell, const char *text)
{
	snprintf(cell, CELL, "%s", text);
}

static int by_address(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

/* Reads readelf's table of .eh_frame; rows come back sorted, empty ones left out. */
static void read_rows(const char *path, struct rows *rows)
{
	char command[4096], line[1024];
	char columns[MAX_COLUMNS][CELL];
	int n_columns = 0;
	struct cie cies[4096];
	size_t n_cies = 0;
	bool inside = false, fde = false;
	uint64_t fde_end = 0;
	struct row pending = { 0 }; /* an entry without rows so far */
	struct row *last = NULL;    /* the row the next one ends */

	snprintf(command, sizeof(command),
		 "readelf --debug-dump=frames-interp,no-follow-links '%s' 2>/dev/null", path);

	FILE *in = popen(command, "r");

	cr_assert_not_null(in);
	while (fgets(line, sizeof(line), in)) {
		unsigned long offset, length, id, lo, hi, cie;
		char augmentation[32];

		if (strncmp(line, "Contents of", 11) == 0) {
			inside = strstr(line, ".eh_frame section") != NULL;
			continue;
		}
		if (!inside)
			continue;
		if (sscanf(line, "%lx %lx %lx FDE cie=%lx pc=%lx..%lx", &offset, &length, &id, &cie,
			   &lo, &hi) == 6) {
			if (fde && !last)
				add_row(rows, &pending);
			fde = true;
			last = NULL;
			fde_end = hi;
			memset(&pending, 0, sizeof(pending));
			for (size_t i = 0; i < n_cies; i++)
				if (cies[i].offset == cie)
					pending = cies[i].row;
			pending.addr = lo;
			pending.end = hi;
			continue;
		}
		if (sscanf(line, "%lx %lx %lx CIE \"%31[^\"]\"", &offset, &length, &id,
			   augmentation) == 4) {
			if (fde && !last)
				add_row(rows, &pending);
			fde = false;
			last = NULL;
			cr_assert_lt(n_cies, sizeof(cies) / sizeof(cies[0]));
			memset(&cies[n_cies], 0, sizeof(cies[0]));
			cies[n_cies].offset = offset;
			cies[n_cies++].row.signal = strchr(augmentation, 'S') != NULL;
			continue;
		}

		char *word = strtok(line, " \t\n");

		if (word && strcmp(word, "LOC") == 0) {
			for (n_columns = 0; (word = strtok(NULL, " \t\n")); n_columns++)
				copy_cell(columns[n_columns], word);
			continue;
		}
		if (!word || strlen(word) != 16 || strspn(word, "0123456789abcdef") != 16)
			continue;

		struct row row = { .addr = strtoul(word, NULL, 16), .end = fde_end };

		if (fde)
			row.signal = pending.signal;
		else
			row.signal = cies[n_cies - 1].row.signal;
		for (int i = 0; i < n_columns && (word = strtok(NULL, " \t\n")); i++) {
			/* Registers print as "r10 (r10)". */
			if (word[0] == '(')
				word = strtok(NULL, " \t\n");
			if (!word)
				break;
			if (strcmp(columns[i], "CFA") == 0)
				copy_cell(row.cfa, word);
			else if (strcmp(columns[i], "rbp") == 0)
				copy_cell(row.rbp, word);
			else if (strcmp(columns[i], "rsp") == 0)
				copy_cell(row.rsp, word);
			else if (strcmp(columns[i], "ra") == 0)
				copy_cell(row.ra, word);
		}
		if (!fde) {
			cies[n_cies - 1].row = row;
			continue;
		}
		if (last)
			last->end = row.addr;
		last = add_row(rows, &row);
	}
	if (fde && !last)
		add_row(rows, &pending);
	cr_assert_eq(pclose(in), 0, "readelf failed on %s", path);

	size_t kept = 0;

	for (size_t i = 0; i < rows->n; i++)
		if (rows->v[i].addr != 0 && rows->v[i].addr < rows->v[i].end)
			rows->v[kept++] = rows->v[i];
	rows->n = kept;
	qsort(rows->v, rows->n, sizeof(*rows->v), by_address);
}

/* "rsp+16" and "c-24" as numbers; false for anything else. */
static bool cell_offset(const char *cell, const char *name, int32_t *off)
{
	size_t n = strlen(name);
	char *rest;

	if (strncmp(cell, name, n) != 0 || (cell[n] != '+' && cell[n] != '-'))
		return false;
	*off = (int32_t)strtol(cell + n, &rest, 10);
	return *rest == '\0';
}

/* The rule of a row; RULE_COMPLEX for those whose expressions readelf's table does not show. */
static struct rule expected_rule(const struct row *row)
{
	struct rule rule = { .kind = RULE_PLAIN };
	int32_t ra;

	if (strcmp(row->ra, "u") == 0)
		return (struct rule){ .kind = RULE_END };
	rule.cfa_rbp = cell_offset(row->cfa, "rbp", &rule.cfa_off);
	rule.rbp_saved = cell_offset(row->rbp, "c", &rule.rbp_off);
	if ((!rule.cfa_rbp && !cell_offset(row->cfa, "rsp", &rule.cfa_off)) ||
	    (!rule.rbp_saved && row->rbp[0] != '\0' && strcmp(row->rbp, "u") != 0 &&
	     strcmp(row->rbp, "s") != 0) ||
	    (row->rsp[0] != '\0' && strcmp(row->rsp, "u") != 0 && strcmp(row->rsp, "s") != 0) ||
	    !cell_offset(row->ra, "c", &ra) || ra != -8 || row->signal)
		return (struct rule){ .kind = RULE_COMPLEX };
	return rule;
}

static bool same_rule(const struct rule *a, const struct rule *b)
{
	return a->kind == b->kind && a->cfa_rbp == b->cfa_rbp && a->rbp_saved == b->rbp_saved &&
	       a->cfa_off == b->cfa_off && a->rbp_off == b->rbp_off;
}

/* Checks one address of one row; what is complex to the table may be packed after all. */
static void probe(const struct cfi_module *m, const struct row *row, uint64_t addr,
		  struct tally *tally)
{
	struct rule want = expected_rule(row), got;

	cfi_rule(m, addr + m->bias, &got);
	tally->probes++;
	tally->kinds[got.kind]++;
	if (same_rule(&want, &got))
		return;
	if (want.kind == RULE_COMPLEX && got.kind != RULE_NONE && got.kind != RULE_END &&
	    (strcmp(row->cfa, "exp") == 0 || strcmp(row->rbp, "exp") == 0))
		return;
	if (tally->mismatches++ < 10)
		cr_log_warn("%lx: row cfa %s rbp %s rsp %s ra %s, rule %s cfa %s%+d rbp %s%+d",
			    addr, row->cfa, row->rbp, row->rsp, row->ra, kind_names[got.kind],
			    got.cfa_rbp ? "rbp" : "rsp", got.cfa_off, got.rbp_saved ? "c" : "same",
			    got.rbp_off);
}

static void probe_gap(const struct cfi_module *m, uint64_t addr, struct tally *tally)
{
	struct rule got;

	cfi_rule(m, addr + m->bias, &got);
	tally->probes++;
	tally->kinds[got.kind]++;
	if (got.kind == RULE_NONE)
		return;
	if (tally->mismatches++ < 10)
		cr_log_warn("%lx: no row, rule %s", addr, kind_names[got.kind]);
}

static void report(const char *path, const char *what, const struct tally *t)
{
	cr_log_info("%s: %s: %zu probes, %zu plain, %zu end, %zu signal, %zu drap, %zu complex, "
		    "%zu none, %zu mismatches",
		    path, what, t->probes, t->kinds[RULE_PLAIN], t->kinds[RULE_END],
		    t->kinds[RULE_SIGNAL], t->kinds[RULE_DRAP], t->kinds[RULE_COMPLEX],
		    t->kinds[RULE_NONE], t->mismatches);
}

static void sweep_calls(const char *path, const struct cfi_module *m, const struct rows *rows)
{
	char command[4096], line[1024];
	struct tally tally = { 0 };
	bool after_call = false;

	snprintf(command, sizeof(command), "objdump -d --no-show-raw-insn '%s' 2>/dev/null", path);

	FILE *in = popen(command, "r");

	cr_assert_not_null(in);
	while (fgets(line, sizeof(line), in)) {
		char insn[16];
		unsigned long addr;

		if (sscanf(line, " %lx: %15s", &addr, insn) != 2)
			continue;
		if (after_call) {
			size_t lo = 0, hi = rows->n;

			while (lo < hi) {
				size_t mid = (lo + hi) / 2;

				if (rows->v[mid].addr <= addr - 1)
					lo = mid + 1;
				else
					hi = mid;
			}
			if (lo > 0 && addr - 1 < rows->v[lo - 1].end)
				probe(m, &rows->v[lo - 1], addr - 1, &tally);
			else
				probe_gap(m, addr - 1, &tally);
		}
		after_call = strncmp(insn, "call", 4) == 0;
	}
	pclose(in);
	report(path, "calls", &tally);
	cr_expect_gt(tally.probes, 0);
	cr_expect_eq(tally.mismatches, 0, "%s: return addresses", path);
}

static void sweep_file(const char *path)
{
	struct cfi_module m;
	struct rows rows = { 0 };
	struct tally tally = { 0 };

	cr_assert(cfi_image_map(path, &m), "cannot map %s", path);
	read_rows(path, &rows);
	cr_assert_gt(rows.n, 10, "%s: readelf gave %zu rows", path, rows.n);
	for (size_t i = 0; i < rows.n; i++) {
		const struct row *row = &rows.v[i];

		probe(&m, row, row->addr, &tally);
		if (row->end - 1 != row->addr)
			probe(&m, row, row->end - 1, &tally);
		if (i + 1 < rows.n && row->end < row[1].addr) {
			probe_gap(&m, row->end, &tally);
			probe_gap(&m, row[1].addr - 1, &tally);
		}
	}
	report(path, "rows", &tally);
	cr_expect_eq(tally.mismatches, 0, "%s: %zu of %zu rules differ", path, tally.mismatches,
		     tally.probes);
	if (getenv("MEMPROF_CFI_CALLS"))
		sweep_calls(path, &m, &rows);

	/* Cold: each rule is looked up once, in an order that defeats the caches a little. */
	struct timespec a, b;
	struct rule rule;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (size_t i = 0; i < rows.n; i++)
		cfi_rule(&m, rows.v[i * 7919 % rows.n].addr + m.bias, &rule);
	clock_gettime(CLOCK_MONOTONIC, &b);
	cr_log_info("%s: %.0f ns a rule", path,
		    (double)((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec) /
			    (double)rows.n);
	free(rows.v);
	cfi_image_unmap(&m);
}

/* The file a loaded symbol comes from. */
static void loaded_path(uint64_t pc, char *path, size_t size)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[4096];

	path[0] = '\0';
	cr_assert_not_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long lo, hi;
		int at = 0;

		if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %n", &lo, &hi, &at) < 2 || pc < lo ||
		    pc >= hi || at == 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(path, size, "%s", line + at);
	}
	fclose(maps);
}

Test(cfi_rows, agree_with_readelf)
{
	struct cfi_module m;
	char path[4096] = "";

	if (system("readelf --version >/dev/null 2>&1") != 0)
		cr_skip_test("no readelf");
	cr_assert_gt(readlink("/proc/self/exe", path, sizeof(path) - 1), 0);
	sweep_file(path);
	loaded_path((uint64_t)strtoul, path, sizeof(path));
	cr_assert(cfi_find_module((uint64_t)strtoul, &m));
	sweep_file(path);
	sweep_file("/lib64/ld-linux-x86-64.so.2");
}

Test(cfi_rows, more_files)
{
	char *files = getenv("MEMPROF_CFI_FILES");

	if (!files)
		cr_skip_test("MEMPROF_CFI_FILES is not set");
	files = strdup(files);
	for (char *save, *file = strtok_r(files, " ", &save); file;
	     file = strtok_r(NULL, " ", &save))
		sweep_file(file);
	free(files);
}
