/* SPDX-License-Identifier: MIT */
/* modules.c - register loaded objects; see modules.h.  Floor: modules. */
#define _GNU_SOURCE
#include "modules.h"

#include <elf.h>
#include <link.h>

#include "lock.h"
#include "rt.h"
#include "sys.h"

uint32_t modules_generation;

static struct lock lock;
static const char *exe_path = "";

void modules_init(const char *exe)
{
	exe_path = exe;
}

/* The build id of the object whose ELF header is at m->start. */
static void read_build_id(const struct cfi_module *m, struct module_record *record)
{
	const ElfW(Ehdr) *ehdr = (const void *)m->start;
	const ElfW(Phdr) *phdr = (const void *)(m->start + ehdr->e_phoff);

	if (ehdr->e_ident[0] != ELFMAG0 || ehdr->e_ident[1] != ELFMAG1 ||
	    ehdr->e_phentsize != sizeof(*phdr) ||
	    ehdr->e_phoff + (uint64_t)ehdr->e_phnum * sizeof(*phdr) > m->end - m->start)
		return;
	for (int i = 0; i < ehdr->e_phnum; i++) {
		uint64_t at = m->bias + phdr[i].p_vaddr, end = at + phdr[i].p_memsz;

		if (phdr[i].p_type != PT_NOTE || at < m->start || end > m->end)
			continue;
		while (at + sizeof(ElfW(Nhdr)) <= end) {
			const ElfW(Nhdr) *note = (const void *)at;
			uint64_t name = at + sizeof(*note);
			uint64_t desc = name + ((note->n_namesz + 3) & ~UINT64_C(3));

			if (desc + note->n_descsz > end)
				break;
			if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
			    note->n_descsz <= sizeof(record->build_id) &&
			    rt_starts((const char *)name, "GNU")) {
				for (uint32_t b = 0; b < note->n_descsz; b++)
					record->build_id[b] = ((const uint8_t *)desc)[b];
				record->build_id_len = note->n_descsz;
				return;
			}
			at = desc + ((note->n_descsz + 3) & ~UINT64_C(3));
		}
	}
}

/* With the lock held: the path is not on the stack, which may be a signal
 * handler's with no room for it. */
static uint32_t add_path(struct state *s, const struct link_map *map)
{
	static char path[4352];
	const char *name = map ? map->l_name : "";
	struct rt_text text = RT_TEXT(path);

	path[0] = '\0';
	if (!*name)
		return state_add_text(s, exe_path);
	if (*name == '/')
		return state_add_text(s, name);
	if (rt_starts(name, "linux-vdso") || rt_starts(name, "linux-gate"))
		return state_add_text(s, "[vdso]");
	/* Opened by a relative path: true for the folder we are in now, which is
	 * where it was opened unless the program moved since. */
	if (sys_getcwd(path, sizeof(path)) > 0) {
		text.len = rt_strlen(path);
		rt_put_char(&text, '/');
	}
	rt_put(&text, name);
	return state_add_text(s, path);
}

static uint32_t find(const struct state *s, const struct cfi_module *m, uint32_t n)
{
	const struct module_record *records = state_modules(s);

	for (uint32_t i = n; i-- > 0;)
		if (records[i].start == m->start && !records[i].unloaded &&
		    records[i].link_map == (uint64_t)(uintptr_t)m->link_map)
			return i + 1;
	return 0;
}

static COLD uint32_t add(struct state *s, const struct cfi_module *m)
{
	uint32_t n = s->modules, id = find(s, m, n);
	struct module_record *record = &state_modules(s)[n];

	if (id)
		return id;
	if (n >= UINT16_MAX ||
	    state_reserve(s, REGION_MODULES, (uint64_t)(n + 1) * sizeof(*record)) != 0)
		return 0;
	*record = (struct module_record){
		.start = m->start,
		.end = m->end,
		.bias = m->bias,
		.loaded = s->now,
		.link_map = (uint64_t)(uintptr_t)m->link_map,
		.path = add_path(s, m->link_map),
	};
	read_build_id(m, record);
	__atomic_store_n(&s->modules, n + 1, __ATOMIC_RELEASE);
	return n + 1;
}

uint32_t modules_id(struct state *s, const struct cfi_module *m)
{
	uint32_t id = find(s, m, __atomic_load_n(&s->modules, __ATOMIC_ACQUIRE));

	if (!id) {
		lock_take(&lock, (uint32_t)sys_gettid());
		id = add(s, m);
		lock_release(&lock);
	}
	return id;
}

void modules_after_dlclose(struct state *s)
{
	struct module_record *records = state_modules(s);
	uint32_t n = __atomic_load_n(&s->modules, __ATOMIC_ACQUIRE);
	bool gone = false;

	for (uint32_t i = 0; i < n; i++) {
		struct cfi_module now;

		if (records[i].unloaded)
			continue;
		if (cfi_find_module(records[i].start, &now) && now.start == records[i].start &&
		    (uint64_t)(uintptr_t)now.link_map == records[i].link_map)
			continue;
		__atomic_store_n(&records[i].unloaded, s->now ? s->now : 1, __ATOMIC_RELEASE);
		gone = true;
	}
	if (gone)
		__atomic_fetch_add(&modules_generation, 1, __ATOMIC_RELEASE);
}

void modules_inherit(struct state *s, const struct state *from)
{
	uint32_t n = __atomic_load_n(&from->modules, __ATOMIC_ACQUIRE);
	struct module_record *to = state_modules(s);

	lock_init(&lock);
	if (state_reserve(s, REGION_MODULES, (uint64_t)n * sizeof(*to)) != 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		to[i] = state_modules(from)[i];
		to[i].path = state_add_text(s, state_text(from, to[i].path));
		to[i].drained = 0;
		to[i].unload_drained = 0;
		to[i].loaded = 0;
		if (to[i].unloaded)
			to[i].unloaded = 1;
	}
	s->modules = n;
}
