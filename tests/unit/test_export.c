/* SPDX-License-Identifier: MIT */
/* test_export.c - exporters on a model made by hand: whole outputs, and sums that agree. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#include "calls_fixture.h"
#include "export/exporter.h"
#include "export/proto.h"
#include "reports/top_rows.h"
#include "util/sink.h"
#include "util/strbuf.h"

/* The fixture in a format; the caller releases `out`. */
static int export(const char *to, const char *measure, enum mp_kind kind, struct strbuf *out)
{
	const struct exporter *exporter = exporter_find(to);
	struct model model = calls_model();
	struct diag diag = DIAG_INIT;
	struct export_args args = {
		.kind = kind,
		.measure = measure ? export_measure_find(measure)
				   : &export_measures[measure_default(&model, kind)],
		.diag = &diag
	};
	struct sink sink;
	int err;

	cr_assert(exporter && args.measure, "%s", to);
	sink_to_memory(&sink);
	err = exporter->write(&model, NULL, &args, &sink);
	cr_expect_eq(err != 0, diag.n != 0);
	strbuf_clear(out);
	strbuf_addbuf(out, &sink.buf);
	sink_close(&sink);
	diag_release(&diag);
	return err;
}

static void check(const char *to, const char *measure, enum mp_kind kind, const char *want)
{
	struct strbuf out = STRBUF_INIT;

	cr_assert_eq(export(to, measure, kind, &out), 0);
	cr_expect_str_eq(out.buf, want, "%s", out.buf);
	strbuf_release(&out);
}

static void has(const char *to, const char *measure, const char *const *wanted)
{
	struct strbuf out = STRBUF_INIT;

	cr_assert_eq(export(to, measure, MP_HEAP, &out), 0);
	for (; *wanted; wanted++)
		cr_expect(strstr(out.buf, *wanted), "no '%s' in\n%s", *wanted, out.buf);
	strbuf_release(&out);
}

#define PARSE "json::parse<int>(char const*)"

Test(export, folded)
{
	check("folded", NULL, MP_HEAP,
	      "main;load;read_[i];operator new(unsigned long) 400\n"
	      "main;" PARSE ";" PARSE ";xmalloc 1000\n"
	      "main;" PARSE ";operator new(unsigned long) 200\n");
	check("folded", "live_bytes", MP_HEAP,
	      "main;load;read_[i];operator new(unsigned long) 300\n"
	      "main;" PARSE ";operator new(unsigned long) 600\n"
	      "clone;work;libx.so+0x800 50\n");
	check("folded", "allocations", MP_MMAP, "clone;work;libx.so+0x800 1\n");
}

Test(export, csv_has_every_site)
{
	check("csv", NULL, MP_HEAP,
	      "tid,thread,kind,live_bytes,live_count,peak_bytes,peak_count,allocated_bytes,"
	      "allocations,freed_bytes,frees,temporary_allocations,temporary_allocations_near,"
	      "function,file,line,module,stack,pid\n"
	      "10,\"main\",heap,300,3,400,4,400,4,100,1,0,0,\"operator new(unsigned long)\",\"\",,"
	      "\"/bin/app\",\"operator new(unsigned long);read;load;main\",\n"
	      "10,\"main\",heap,0,0,1000,1,2000,2,2000,2,2,0,\"xmalloc\",\"/src/x.c\",3,"
	      "\"/bin/app\",\"xmalloc;" PARSE ";" PARSE ";main\",\n"
	      "10,\"main\",heap,600,3,200,1,600,3,0,0,0,0,\"operator new(unsigned long)\",\"\",,"
	      "\"/bin/app\",\"operator new(unsigned long);" PARSE ";main\",\n"
	      "11,\"worker\",heap,50,1,0,0,50,1,0,0,0,0,\"libx.so+0x800\",\"\",,"
	      "\"/lib/libx.so\",\"libx.so+0x800;work;clone\",\n"
	      "10,\"main\",mmap,4096,1,0,0,4096,1,0,0,0,0,\"libx.so+0x800\",\"\",,"
	      "\"/lib/libx.so\",\"libx.so+0x800;work;clone\",\n");
}

Test(export, callgrind_counts_calls_once)
{
	/* the call of parse by itself and by main: each once for the stack of xmalloc */
	static const char *const wanted[] = {
		"events: Peak Live Bytes Allocs\nsummary: 1600 950 3050 10\n",
		"ob=/bin/app\nfl=/src/x.c\nfn=xmalloc\n3 1000 0 2000 2\n",
		"cfn=" PARSE "\ncalls=5 0\n5 1200 600 2600 5\n",
		"cfn=" PARSE "\ncalls=2 0\n7 1000 0 2000 2\n",
		"totals: 1600 950 3050 10\n",
		NULL,
	};

	has("callgrind", NULL, wanted);
}

Test(export, massif_has_the_peak_in_detail)
{
	static const char *const wanted[] = {
		"desc: memprof\ncmd: app <&>\ntime_unit: ms\n",
		"snapshot=1\n#-----------\ntime=1\nmem_heap_B=100\n",
		"snapshot=2\n#-----------\ntime=400\nmem_heap_B=1600\nmem_heap_extra_B=0\n"
		"mem_stacks_B=0\nheap_tree=peak\n"
		"n2: 1600 (heap allocation functions) malloc/new/new[], --alloc-fns, etc.\n"
		" n1: 1000 0x5500000004FF: xmalloc (/src/x.c:3)\n"
		"  n1: 1000 0x55000000040F: " PARSE " (/src/parse.cc:8)\n"
		"   n1: 1000 0x5500000003FF: " PARSE " (/src/parse.cc:7)\n"
		"    n0: 1000 0x5500000000FF: main (/src/main.c:5)\n"
		" n2: 600 0x5500000002FF: operator new(unsigned long) (in /bin/app)\n"
		"  n1: 400 0x5500000001FF: read (/src/read.c:9)\n",
		"snapshot=3\n#-----------\ntime=1000\nmem_heap_B=950\nmem_heap_extra_B=0\n"
		"mem_stacks_B=0\nheap_tree=detailed\n",
		NULL,
	};
	struct strbuf out = STRBUF_INIT;

	has("massif", NULL, wanted);
	cr_expect_eq(export("massif", NULL, MP_MMAP, &out), -EINVAL);
	strbuf_release(&out);
}

Test(export, chrome)
{
	static const char *const wanted[] = {
		"{\"ph\":\"M\",\"pid\":10,\"tid\":11,\"ts\":0.000,\"name\":\"thread_name\","
		"\"args\":{\"name\":\"worker\"}}",
		"{\"ph\":\"X\",\"pid\":10,\"tid\":11,\"ts\":2.000,\"name\":\"worker\","
		"\"dur\":499998.000,\"cat\":\"thread\",\"args\":{\"allocations\":1,"
		"\"allocated_bytes\":50}}",
		"{\"ph\":\"C\",\"pid\":10,\"tid\":10,\"ts\":400000.000,\"name\":\"heap\","
		"\"args\":{\"live bytes\":1600}}",
		"{\"ph\":\"B\",\"pid\":10,\"tid\":10,\"ts\":0.100,\"name\":\"load \\\"it\\\"\","
		"\"cat\":\"region\"}",
		"{\"ph\":\"i\",\"pid\":10,\"tid\":10,\"ts\":0.200,\"name\":\"half\","
		"\"cat\":\"mark\",\"s\":\"t\"}",
		NULL,
	};

	has("chrome", NULL, wanted);
}

Test(export, speedscope)
{
	static const char *const wanted[] = {
		"{\"name\":\"read\",\"file\":\"/src/read.c\",\"line\":9}",
		"{\"type\":\"sampled\",\"name\":\"bytes live\",\"unit\":\"bytes\",\"startValue\":0,"
		"\"endValue\":950,\n",
		"\"weights\":[400,2000,600,50]}",
		"\"activeProfileIndex\":1,",
		NULL,
	};

	has("speedscope", NULL, wanted);
}

Test(export, dot)
{
	static const char *const wanted[] = {
		"label=\"/bin/app, bytes held at the peak: 1.6 KiB\"",
		"subgraph cluster_0 {\n\t\tlabel=\"/bin/app\"",
		"xmalloc\\n1000 B (62.5%)\"",
		NULL,
	};
	struct strbuf out = STRBUF_INIT;

	has("dot", NULL, wanted);
	/* what has nothing of the measure is left out */
	cr_assert_eq(export("dot", NULL, MP_HEAP, &out), 0);
	cr_expect_null(strstr(out.buf, "clone"));
	strbuf_release(&out);
}

Test(export, proto)
{
	struct strbuf out = STRBUF_INIT;

	proto_number(&out, 1, 150);
	proto_number(&out, 2, 0);
	proto_bytes(&out, 2, "testing", 7);
	proto_number(&out, 16, UINT64_MAX);
	cr_assert_eq(out.len, 3u + 9 + 12);
	cr_expect_eq(memcmp(out.buf,
			    "\x08\x96\x01\x12\x07testing\x80\x01"
			    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
			    out.len),
		     0);
	strbuf_release(&out);
}

static uint64_t varint(const unsigned char **p)
{
	uint64_t value = 0;

	for (int shift = 0;; shift += 7) {
		value |= (uint64_t)(**p & 0x7f) << shift;
		if (!(*(*p)++ & 0x80))
			return value;
	}
}

/* Unpacked and read back: the four values of all samples. */
Test(export, pprof)
{
	struct strbuf out = STRBUF_INIT;
	static unsigned char data[65536];
	z_stream z = { .next_out = data, .avail_out = sizeof(data) };
	uint64_t sums[4] = { 0 }, samples = 0, mappings = 0;

	cr_assert_eq(export("pprof", NULL, MP_HEAP, &out), 0);
	z.next_in = (Bytef *)out.buf;
	z.avail_in = (uInt)out.len;
	cr_assert_eq(inflateInit2(&z, 15 + 16), Z_OK);
	cr_assert_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
	inflateEnd(&z);
	for (const unsigned char *p = data; p < data + z.total_out;) {
		uint64_t key = varint(&p), n = varint(&p);
		const unsigned char *end = p + n;

		if ((key & 7) == 0)
			continue;
		cr_assert_eq(key & 7, 2u);
		mappings += key >> 3 == 3;
		if (key >> 3 == 2) {
			samples++;
			cr_assert_eq(varint(&p), 1u << 3 | 2);
			n = varint(&p);
			p += n;
			cr_assert_eq(varint(&p), 2u << 3 | 2);
			varint(&p);
			for (int i = 0; i < 4; i++)
				sums[i] += varint(&p);
			cr_assert_eq(p, end);
		}
		p = end;
	}
	cr_expect_eq(samples, 4u);
	cr_expect_eq(mappings, 3u);
	cr_expect_eq(sums[0], 10u);
	cr_expect_eq(sums[1], 3050u);
	cr_expect_eq(sums[2], 7u);
	cr_expect_eq(sums[3], 950u);
	strbuf_release(&out);
}

/* Exporters and reports know nothing of each other, and agree all the same. */
Test(export, measures_are_those_of_reports)
{
	struct counts c = { .allocs = 1,
			    .bytes = 20,
			    .frees = 3,
			    .freed = 4,
			    .temp0 = 5,
			    .temp1 = 6,
			    .peak_count = 7,
			    .peak_bytes = 8 };

	for (int i = 0; i < MEASURES; i++) {
		cr_expect_str_eq(export_measures[i].key, top_sort_keys[i].key);
		cr_expect_eq(export_measures[i].get(&c), top_sort_keys[i].get(&c));
		cr_expect_eq(export_measures[i].bytes, top_sort_keys[i].unit == UNIT_BYTES);
	}
}
