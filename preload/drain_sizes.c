/* SPDX-License-Identifier: MIT */
/* drain_sizes.c - the counts by size class that changed; see drain.h.  Floor: drain. */
#include "drain.h"

#include "rt.h"

static void open_line(struct drain *d, bool *open)
{
	if (*open)
		mp_put_char(d->out, ',');
	else
		mp_open_sizes(d->out, &(struct mp_sizes){ .t = d->t });
	*open = true;
}

void drain_sizes(struct drain *d)
{
	struct size_entry *entries = state_sizes(d->s);
	uint32_t n = __atomic_load_n(&d->s->sizes, __ATOMIC_ACQUIRE);
	bool open = false;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t allocs = __atomic_load_n(&entries[i].allocs, __ATOMIC_ACQUIRE);

		if (entries[i].node && allocs != entries[i].drained)
			drain_stack(d, entries[i].node);
	}
	for (uint32_t i = 0; i < n; i++) {
		struct size_entry *e = &entries[i];
		uint64_t allocs = __atomic_load_n(&e->allocs, __ATOMIC_ACQUIRE);
		uint32_t node = __atomic_load_n(&e->node, __ATOMIC_ACQUIRE);

		/* One that came up since the first look waits for the next pass. */
		if (!node || allocs == e->drained || !state_marks(d->s)[node])
			continue;
		open_line(d, &open);
		mp_put_row_size_class(d->out, &(struct mp_row_size_class){
						      .stack = node,
						      .class = e->class,
						      .allocs = allocs,
						      .bytes = e->bytes,
						      .usable = e->usable,
					      });
		e->drained = allocs;
	}
	if (open)
		mp_close_rows(d->out);
}
