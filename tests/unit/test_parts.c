/* SPDX-License-Identifier: MIT */
/* test_parts.c - threads, modules and temporaries: whole tables, and sums that agree. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>

#include "calls_fixture.h"
#include "render/renderer.h"
#include "util/sink.h"
#include "util/strbuf.h"

extern const struct report report_threads;
extern const struct report report_modules;
extern const struct report report_temporaries;

static void check(const struct report *report, const char *sort, uint64_t n, const char *option,
		  const char *want)
{
	char *words[] = { (char *)option, NULL };
	const struct term term = { .width = 80 };
	struct diag diag = DIAG_INIT;
	struct sink sink;
	struct doc doc;

	cr_assert_eq(calls_build(report, sort, n, words, &doc, &diag), 0, "%s",
		     diag.n ? diag.messages[0].text : "");
	sink_to_memory(&sink);
	renderer_find("csv")->write(&doc, &term, &sink);
	cr_expect_str_eq(sink.buf.buf, want, "%s", sink.buf.buf);
	sink_close(&sink);
	doc_release(&doc);
	diag_release(&diag);
}

#define THREADS                                                                                   \
	"thread,tid,process,pid,started_ns,ended_ns,allocated_bytes,allocations,live_bytes,live_" \
	"count,"                                                                                  \
	"temporary_allocations,temporary_allocations_near\n"

Test(parts, threads)
{
	check(&report_threads, NULL, 0, NULL,
	      THREADS "main,10,,,0,,3000,9,900,6,2,0\n"
		      "worker,11,,,2000,500000000,50,1,50,1,0,0\n");
	check(&report_threads, "live_bytes", 1, NULL, THREADS "main,10,,,0,,3000,9,900,6,2,0\n");
	check(&report_threads, NULL, 0, "--kind=mmap",
	      THREADS "main,10,,,0,,4096,1,4096,1,0,0\nworker,11,,,2000,500000000,0,0,0,0,0,0\n");
}

Test(parts, threads_at_the_peak_are_not_known)
{
	struct diag diag = DIAG_INIT;
	struct doc doc;

	cr_assert_eq(calls_build(&report_threads, "peak_bytes", 0, NULL, &doc, &diag), -EINVAL);
	cr_expect(strstr(diag.messages[0].text, "which thread"));
	doc_release(&doc);
	diag_release(&diag);
}

Test(parts, modules)
{
	check(&report_modules, "allocated_bytes", 0, NULL,
	      "symbols,build_id,loads,live_bytes,live_count,peak_bytes,allocated_bytes,allocations,"
	      "problem,path\n"
	      "lines,c0ffee,1,900,6,1600,3000,9,,/bin/app\n"
	      "missing,,1,50,1,0,50,1,module 2 is odd,/lib/libx.so\n"
	      "none,,1,0,0,0,0,0,,[vdso]\n");
}

Test(parts, temporaries)
{
	check(&report_temporaries, NULL, 0, NULL,
	      "function,file,line,module,temporary_allocations,temporary_percent,"
	      "churned_bytes_per_second,temporary_allocations_near,allocations,churned_bytes,"
	      "average_bytes\n"
	      "json::parse<int>(char const*),/src/parse.cc,8,/bin/app,2,100,2000,0,2,2000,1000\n");
	check(&report_temporaries, "churned_bytes", 0, NULL,
	      "function,file,line,module,temporary_allocations,temporary_percent,"
	      "churned_bytes_per_second,temporary_allocations_near,allocations,churned_bytes,"
	      "average_bytes\n"
	      "json::parse<int>(char const*),/src/parse.cc,8,/bin/app,2,100,2000,0,2,2000,1000\n"
	      "read,/src/read.c,9,/bin/app,0,0,100,0,4,100,100\n");
}

Test(parts, temporaries_say_what_sorts_them)
{
	struct diag diag = DIAG_INIT;
	struct doc doc;

	cr_assert_eq(calls_build(&report_temporaries, "churn_bytes", 0, NULL, &doc, &diag),
		     -EINVAL);
	cr_expect(strstr(diag.messages[0].text, "did you mean 'churned_bytes'"), "%s",
		  diag.messages[0].text);
	doc_release(&doc);
	diag_release(&diag);
}

/* What is shown and what is summed up as other make up the total. */
Test(parts, footers)
{
	static const struct report *const all[] = { &report_threads, &report_temporaries };

	for (size_t i = 0; i < 2; i++) {
		struct diag diag = DIAG_INIT;
		struct doc doc;

		cr_assert_eq(calls_build(all[i], NULL, 1, NULL, &doc, &diag), 0);

		const struct doc_table *t = doc.tables[0];
		int c = doc_find_column(t, "allocations");

		cr_assert_eq(t->n_rows, 1u);
		cr_assert_eq(t->n_footer, 2u);
		cr_expect_eq(t->rows[0].cells[c].u + t->footer[0].cells[c].u,
			     t->footer[1].cells[c].u);
		cr_expect_eq(t->footer[1].cells[c].u, 10u);
		doc_release(&doc);
		diag_release(&diag);
	}
}
