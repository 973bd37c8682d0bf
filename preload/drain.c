/* SPDX-License-Identifier: MIT */
/* drain.c - write what changed; see drain.h.  Floor: drain. */
#include "drain.h"

#include "rt.h"

/* Rows collected before their line is written. */
#define BATCH 256

/* A fork child that ends before is short-lived, in nanoseconds. */
#define BRIEF 100000000

static void emit_module(struct drain *d, uint32_t id)
{
	struct module_record *m = &state_modules(d->s)[id - 1];
	char hex[2 * sizeof(m->build_id) + 1];
	struct rt_text text = RT_TEXT(hex);

	if (m->drained)
		return;
	m->drained = d->s->drain_pass;
	hex[0] = '\0';
	for (uint32_t i = 0; i < m->build_id_len && i < sizeof(m->build_id); i++)
		rt_put_hex(&text, m->build_id[i], 2);
	mp_encode_module(d->out, &(struct mp_module){
					 .id = id,
					 .t = m->loaded,
					 .path = state_text(d->s, m->path),
					 .build_id = hex,
					 .bias = m->bias,
					 .start = m->start,
					 .end = m->end,
				 });
}

static void emit_unloads(struct drain *d)
{
	struct module_record *modules = state_modules(d->s);
	uint32_t n = __atomic_load_n(&d->s->modules, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < n; i++) {
		struct module_record *m = &modules[i];
		uint64_t unloaded = __atomic_load_n(&m->unloaded, __ATOMIC_ACQUIRE);

		if (!unloaded || !m->drained || m->unload_drained)
			continue;
		m->unload_drained = d->s->drain_pass;
		mp_encode_unload(d->out, &(struct mp_unload){ .id = i + 1, .t = unloaded });
	}
}

static void emit_node(struct drain *d, uint32_t id)
{
	const struct node *node = &state_nodes(d->s)[id];
	uint32_t module = FRAME_MODULE(node->frame);
	const char *kind = "";

	if (id == NODE_TRUNCATED || id == NODE_OTHER)
		kind = "truncated";
	else if (node->frame & FRAME_EXACT)
		kind = "exact";
	if (module && module <= d->s->modules)
		emit_module(d, module);
	state_marks(d->s)[id] = MARK_OF(d->s->drain_pass);
	mp_encode_stack(d->out, &(struct mp_stack){
					.id = id,
					.parent = node->parent,
					.module = module,
					.offset = FRAME_OFFSET(node->frame),
					.kind = kind,
				});
}

void drain_stack(struct drain *d, uint32_t id)
{
	const struct node *nodes = state_nodes(d->s);
	const uint16_t *marks = state_marks(d->s);
	uint32_t n = 0;

	for (; id && !marks[id] && n < DRAIN_CHAIN; id = nodes[id].parent)
		d->chain[n++] = id;
	while (n)
		emit_node(d, d->chain[--n]);
}

static struct mp_row_site read_cell(const struct cell *c, const struct cell_info *info)
{
	/* Against the order of writing: what was a temporary was released before,
	 * and what was released was allocated before, so a row never shows more
	 * of the first than of the second. */
	v2 temp = *(const volatile v2 *)&c->temp;
	v2 free = *(const volatile v2 *)&c->free;
	v2 alloc = *(const volatile v2 *)&c->alloc;

	return (struct mp_row_site){
		.stack = info->node,
		.kind = info->kind,
		.allocs = (uint64_t)alloc[0],
		.bytes = (uint64_t)alloc[1],
		.frees = (uint64_t)free[0],
		.freed = (uint64_t)free[1],
		.temp0 = (uint64_t)temp[0],
		.temp1 = (uint64_t)temp[1],
	};
}

static void emit_rows(struct drain *d, uint32_t tid, const uint32_t *cells, uint32_t n)
{
	struct cell_info *infos = state_infos(d->s);

	if (!n)
		return;
	for (uint32_t i = 0; i < n; i++)
		drain_stack(d, infos[cells[i]].node);
	mp_open_delta(d->out, &(struct mp_delta){ .t = d->t, .tid = tid });
	for (uint32_t i = 0; i < n; i++) {
		struct cell_info *info = &infos[cells[i]];
		struct mp_row_site row = read_cell(&state_cells(d->s)[cells[i]], info);

		info->drained = row.allocs + row.frees;
		if (i)
			mp_put_char(d->out, ',');
		mp_put_row_site(d->out, &row);
	}
	mp_close_rows(d->out);
}

uint32_t drain_cells_in(const struct thread_record *record, uint32_t block)
{
	uint64_t cells = __atomic_load_n(&record->cells, __ATOMIC_ACQUIRE);
	uint32_t used = (uint32_t)(cells >> 32);

	return block + 1 == (uint32_t)cells && used < CELL_BLOCK ? used : CELL_BLOCK;
}

static void emit_thread_rows(struct drain *d, struct thread_record *record,
			     struct drain_totals *totals)
{
	const struct block_owner *owners = state_owners(d->s);
	const struct cell_info *infos = state_infos(d->s);
	uint32_t batch[BATCH], n = 0;
	uint32_t block = __atomic_load_n(&record->first_block, __ATOMIC_ACQUIRE);

	for (; block && block <= __atomic_load_n(&d->s->blocks, __ATOMIC_ACQUIRE);
	     block = owners[block - 1].previous) {
		uint32_t first = (block - 1) * CELL_BLOCK, used = drain_cells_in(record, block - 1);

		for (uint32_t i = first; i < first + used; i++) {
			struct mp_row_site row = read_cell(&state_cells(d->s)[i], &infos[i]);

			if (infos[i].kind != MP_INHERITED)
				totals->captures += row.allocs;
			if (infos[i].kind == MP_HEAP) {
				totals->allocs += row.allocs;
				totals->bytes += row.bytes;
				totals->frees += row.frees;
				totals->freed += row.freed;
			}
			if (row.allocs + row.frees == infos[i].drained)
				continue;
			if (infos[i].kind == MP_INHERITED && !row.frees && d->last &&
			    d->t < BRIEF) {
				totals->inherited_blocks += row.allocs;
				totals->inherited_bytes += row.bytes;
				continue;
			}
			batch[n++] = i;
			if (n == BATCH) {
				emit_rows(d, record->tid, batch, n);
				n = 0;
			}
		}
	}
	emit_rows(d, record->tid, batch, n);
}

/* The name as it is between two changes; false while it is being written. */
static bool read_name(const struct thread_record *record, uint32_t version, char *name)
{
	if (version & 1)
		return false;
	for (size_t i = 0; i < sizeof(record->name); i++)
		name[i] = ((const volatile char *)record->name)[i];
	name[sizeof(record->name) - 1] = '\0';
	return version == __atomic_load_n(&record->name_version, __ATOMIC_ACQUIRE);
}

static void emit_thread_name(struct drain *d, struct thread_record *record)
{
	uint32_t version = __atomic_load_n(&record->name_version, __ATOMIC_ACQUIRE);
	bool first = !record->drained_version;
	char name[sizeof(record->name)];

	if (record->drained_version == version + 1 || !read_name(record, version, name))
		return;
	record->drained_version = version + 1;
	record->last_named = d->s->drain_pass;
	if (first)
		record->first_named = d->s->drain_pass;
	mp_encode_thread(d->out, &(struct mp_thread){
					 .tid = record->tid,
					 .t = first ? record->started : d->t,
					 .name = name,
				 });
}

static void emit_thread(struct drain *d, struct thread_record *record)
{
	uint32_t state = __atomic_load_n(&record->state, __ATOMIC_ACQUIRE);
	struct drain_totals own = { 0 };
	bool gone = state == THREAD_GONE ||
		    (state == THREAD_ENDED && (!d->gone || d->gone(record->tid)));

	if (state == THREAD_FREE)
		return;
	if (state < THREAD_FINAL)
		emit_thread_name(d, record);
	emit_thread_rows(d, record, &own);
	drain_sums(d, record, gone);
	d->totals.captures += own.captures;
	d->totals.allocs += own.allocs;
	d->totals.bytes += own.bytes;
	d->totals.frees += own.frees;
	d->totals.freed += own.freed;
	d->totals.inherited_blocks += own.inherited_blocks;
	d->totals.inherited_bytes += own.inherited_bytes;
	d->totals.truncated += record->truncated;
	d->totals.lost += record->lost;
	d->totals.foreign += record->foreign;
	d->totals.threads += state != THREAD_GRAVE;
	if (!gone)
		return;
	__atomic_store_n(&record->state, THREAD_FINAL, __ATOMIC_RELEASE);
	record->final_drained = d->s->drain_pass;
	record->ended = d->t;
	mp_encode_thread_end(d->out, &(struct mp_thread_end){
					     .tid = record->tid,
					     .t = d->t,
					     .allocs = own.allocs,
					     .bytes = own.bytes,
					     .frees = own.frees,
					     .freed = own.freed,
				     });
}

void drain_pass(struct drain *d)
{
	struct state *s = d->s;
	uint32_t n = __atomic_load_n(&s->threads, __ATOMIC_ACQUIRE);

	s->drain_pass++;
	d->totals = (struct drain_totals){ .threads = s->threads_gone };
	d->moments = s->moments_done;
	/* Marks come before the rows they are answered with. */
	drain_moments(d);
	drain_counters(d);
	for (uint32_t i = 0; i < n; i++)
		emit_thread(d, &state_threads(s)[i]);
	drain_sizes(d);
	emit_unloads(d);
}

void drain_commit(struct drain *d, uint64_t size, bool ended)
{
	*(volatile v2 *)&d->s->committed = STATE_COMMIT(d->s->drain_pass, ended, size);
	/* Now their places may be used again. */
	if (d->moments > d->s->moments_done)
		__atomic_store_n(&d->s->moments_done, d->moments, __ATOMIC_RELEASE);
}

void drain_footer(struct drain *d, const struct mp_footer *base)
{
	struct mp_footer footer = *base;

	footer.t = d->t;
	footer.allocs = d->totals.allocs;
	footer.bytes = d->totals.bytes;
	footer.frees = d->totals.frees;
	footer.freed = d->totals.freed;
	footer.peak = d->s->peak_bytes > 0 ? (uint64_t)d->s->peak_bytes : 0;
	/* As the last line of the peak has it: it may have been reached again since. */
	if (footer.peak && d->s->peak_drained == footer.peak)
		footer.peak_t = d->s->peak_line_time;
	else
		footer.peak_t = d->s->at_peak ? d->t : d->s->peak_time;
	/* Threads that never allocated have no record. */
	footer.threads = d->totals.threads;
	if (footer.threads && footer.threads < d->s->threads_made + 1)
		footer.threads = d->s->threads_made + 1;
	footer.captures = d->totals.captures;
	footer.truncated = d->totals.truncated;
	footer.lost = d->totals.lost;
	footer.foreign = d->totals.foreign;
	footer.inherited_blocks = d->totals.inherited_blocks;
	footer.inherited_bytes = d->totals.inherited_bytes;
	footer.recorder_blocks = d->s->recorder[ARENA_BLOCKS];
	footer.recorder_stacks = d->s->recorder[ARENA_STACKS];
	footer.recorder_counters = d->s->recorder[ARENA_COUNTERS];
	footer.recorder_capture = d->s->recorder[ARENA_CAPTURE];
	for (int i = 0; i < ARENA_USES; i++)
		footer.recorder += d->s->recorder[i];
	mp_encode_footer(d->out, &footer);
}
