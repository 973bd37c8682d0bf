/* SPDX-License-Identifier: MIT */
/*
 * speedscope.c - the file format of speedscope.app: one profile each for what
 * lives, what made the peak, and what was allocated, over the same frames.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "export/exporter.h"
#include "export/names.h"
#include "util/json_text.h"
#include "util/map.h"
#include "util/sink.h"
#include "util/strbuf.h"

struct scope {
	const struct model *model;
	struct symbols *symbols;
	struct sink *out;
	struct export_stacks stacks;
	struct export_frames frames;
	struct export_names names;
};

static void put_frames(struct scope *s)
{
	sink_puts(s->out, "\"shared\":{\"frames\":[");
	for (size_t i = 0; i < s->names.n; i++) {
		const struct export_name *name = &s->names.v[i];

		sink_puts(s->out, i ? ",\n{\"name\":" : "\n{\"name\":");
		json_text(s->out, name->name);
		if (name->file || name->module) {
			sink_puts(s->out, ",\"file\":");
			json_text(s->out, name->file ? name->file : name->module);
		}
		if (name->line)
			sink_printf(s->out, ",\"line\":%" PRIu32, name->line);
		sink_putc(s->out, '}');
	}
	sink_puts(s->out, "\n]},\n");
}

/* Numbers must be given before the first frame is referred to. */
static void number_frames(struct scope *s)
{
	for (size_t i = 0; i < s->stacks.n; i++) {
		export_frames_of(&s->frames, s->model, s->symbols, s->stacks.v[i].stack);
		for (size_t f = s->frames.n; f--;)
			export_name_of(&s->names, s->frames.v[f].frame);
	}
}

static void put_samples(struct scope *s, const struct export_measure *measure)
{
	const char *sep = "";

	sink_puts(s->out, "\"samples\":[");
	for (size_t i = 0; i < s->stacks.n; i++) {
		if (measure->get(&s->stacks.v[i].counts) <= 0)
			continue;
		export_frames_of(&s->frames, s->model, s->symbols, s->stacks.v[i].stack);
		sink_printf(s->out, "%s[", sep);
		for (size_t f = s->frames.n; f--;) {
			sink_number(s->out, export_name_of(&s->names, s->frames.v[f].frame));
			if (f)
				sink_putc(s->out, ',');
		}
		sink_putc(s->out, ']');
		sep = ",\n";
	}
	sep = "";
	sink_puts(s->out, "],\n\"weights\":[");
	for (size_t i = 0; i < s->stacks.n; i++) {
		int64_t value = measure->get(&s->stacks.v[i].counts);

		if (value <= 0)
			continue;
		sink_puts(s->out, sep);
		sink_number(s->out, (uint64_t)value);
		sep = ",";
	}
	sink_puts(s->out, "]}");
}

static void put_profile(struct scope *s, const struct export_measure *measure, const char *sep)
{
	int64_t sum = 0;

	for (size_t i = 0; i < s->stacks.n; i++) {
		int64_t value = measure->get(&s->stacks.v[i].counts);

		sum += value > 0 ? value : 0;
	}
	sink_printf(s->out, "%s{\"type\":\"sampled\",\"name\":", sep);
	json_text(s->out, measure->words);
	sink_printf(s->out, ",\"unit\":\"%s\",\"startValue\":0,\"endValue\":%" PRId64 ",\n",
		    measure->bytes ? "bytes" : "none", sum);
	put_samples(s, measure);
}

static int write_speedscope(const struct model *model, struct symbols *symbols,
			    const struct export_args *args, struct sink *out)
{
	static const char *const keys[] = { "live_bytes", "peak_bytes", "allocated_bytes",
					    "allocations" };
	struct scope s = {
		.model = model, .symbols = symbols, .out = out, .names = { .by_line = true }
	};
	size_t active = 0;

	export_stacks_init(&s.stacks, model, args->kind);
	number_frames(&s);
	sink_puts(out, "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n");
	put_frames(&s);
	sink_puts(out, "\"profiles\":[");
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const struct export_measure *measure = export_measure_find(keys[i]);

		put_profile(&s, measure, i ? ",\n" : "\n");
		if (measure == args->measure)
			active = i;
	}
	sink_puts(out, "\n],\n\"name\":");
	json_text(out, model->header.exe ? model->header.exe : model->path);
	sink_printf(out, ",\"activeProfileIndex\":%zu,\"exporter\":\"memprof\"}\n", active);
	export_stacks_release(&s.stacks);
	export_names_release(&s.names);
	free(s.frames.v);
	return 0;
}

const struct exporter export_speedscope = {
	.name = "speedscope",
	.summary = "for speedscope.app: live, peak, allocated bytes and allocations",
	.write = write_speedscope,
};
