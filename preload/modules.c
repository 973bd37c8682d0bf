/* SPDX-License-Identifier: MIT */
/* modules.c - register loaded objects; see modules.h.  Floor: modules. */
#define _GNU_SOURCE
#include "modules.h"

#include <elf.h>
#include <link.h>
#include <sys/stat.h>

#include "lock.h"
#include "rt.h"
#include "sys.h"

uint32_t modules_generation;
uint32_t modules_closing;

/* As many as a frame's identity has room for. */
#define MODULES 32768
#define BUCKETS 256

static struct lock lock;
static const char *exe_path = "";

/* With the lock held.  Records by the address they begin at: 1 + index, and the
 * next older one of the same bucket. */
static uint16_t buckets[BUCKETS], older[MODULES];
/* Those that are loaded, and whether a dlclose came since each was looked at. */
static uint16_t loaded[MODULES];
static bool doubtful[MODULES];
static uint32_t n_loaded;

void modules_init(const char *exe)
{
	exe_path = exe;
}

static uint16_t *bucket_of(uint64_t start)
{
	return &buckets[(start >> 12) * UINT64_C(0x9e3779b97f4a7c15) >> 56];
}

/* The build id of the object whose ELF header is at m->start. */
static void read_build_id(const struct cfi_module *m, struct module_record *record)
{
	const ElfW(Ehdr) *ehdr = (const void *)m->start;
	const ElfW(Phdr) *phdr = (const void *)(m->start + ehdr->e_phoff);
	uint64_t room = m->end - m->start;

	if (ehdr->e_ident[0] != ELFMAG0 || ehdr->e_ident[1] != ELFMAG1 ||
	    ehdr->e_phentsize != sizeof(*phdr) || ehdr->e_phoff % 8 || ehdr->e_phoff > room ||
	    (uint64_t)ehdr->e_phnum * sizeof(*phdr) > room - ehdr->e_phoff)
		return;
	for (int i = 0; i < ehdr->e_phnum; i++) {
		uint64_t at = m->bias + phdr[i].p_vaddr, end = at + phdr[i].p_memsz;

		if (phdr[i].p_type != PT_NOTE || at % 4 || at < m->start || end > m->end)
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

/* Without a build id what else tells one file from another of that name. */
static void read_file_id(struct module_record *record, const char *path)
{
	struct stat st;

	if (record->build_id_len || sys_stat(path, &st) != 0)
		return;
	record->file[0] = st.st_dev;
	record->file[1] = st.st_ino;
	record->file[2] = (uint64_t)st.st_size;
	record->file[3] = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec;
}

static bool has_identity(const struct module_record *record)
{
	return record->build_id_len || record->file[1];
}

static bool same_place(const struct module_record *record, const struct cfi_module *m)
{
	return record->start == m->start && record->end == m->end && record->bias == m->bias;
}

/* Is what is at `m` now, on whose code we stand, what the record says? */
static bool same_object(const struct state *s, const struct module_record *record,
			const struct cfi_module *m)
{
	const struct link_map *map = m->link_map;
	struct module_record now = { .start = 0 };

	if (!map || !*map->l_name || !has_identity(record))
		return record->link_map == (uint64_t)(uintptr_t)map;
	read_build_id(m, &now);
	if (*map->l_name == '/') {
		const char *path = state_text(s, record->path);

		if (!rt_starts(map->l_name, path) || !rt_starts(path, map->l_name))
			return false;
		read_file_id(&now, map->l_name);
	} else if (!now.build_id_len) {
		return false;
	}
	for (int i = 0; i < 4; i++)
		if (now.file[i] != record->file[i])
			return false;
	return now.build_id_len == record->build_id_len;
}

static void set_loaded(uint32_t index)
{
	loaded[n_loaded++] = (uint16_t)index;
	doubtful[index] = false;
}

static void set_unloaded(struct state *s, uint32_t index)
{
	uint32_t i = 0;

	while (i < n_loaded && loaded[i] != index)
		i++;
	if (i < n_loaded)
		loaded[i] = loaded[--n_loaded];
	__atomic_store_n(&state_modules(s)[index].unloaded, s->now ? s->now : 1, __ATOMIC_RELEASE);
}

/* The number of the object at `m`, if it has one: it is loaded, or was loaded
 * before at the same place. */
static uint32_t find(struct state *s, const struct cfi_module *m)
{
	struct module_record *records = state_modules(s);
	bool closing = __atomic_load_n(&modules_closing, __ATOMIC_ACQUIRE) != 0;

	for (uint32_t id = *bucket_of(m->start); id; id = older[id - 1]) {
		struct module_record *r = &records[id - 1];

		if (r->start != m->start)
			continue;
		if (r->unloaded) {
			if (!same_place(r, m) || !has_identity(r) || !same_object(s, r, m))
				continue;
			r->link_map = (uint64_t)(uintptr_t)m->link_map;
			r->unloaded = 0;
			set_loaded(id - 1);
			return id;
		}
		if (!doubtful[id - 1] && !closing) {
			if (r->link_map == (uint64_t)(uintptr_t)m->link_map)
				return id;
		} else if (same_place(r, m) && same_object(s, r, m)) {
			r->link_map = (uint64_t)(uintptr_t)m->link_map;
			doubtful[id - 1] = closing;
			return id;
		}
		/* Another thread loaded something else there since. */
		set_unloaded(s, id - 1);
	}
	return 0;
}

static COLD uint32_t add(struct state *s, const struct cfi_module *m)
{
	uint32_t n = s->modules;
	struct module_record *record = &state_modules(s)[n];
	uint16_t *bucket = bucket_of(m->start);

	if (n >= MODULES - 1 ||
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
	read_file_id(record, state_text(s, record->path));
	older[n] = *bucket;
	*bucket = (uint16_t)(n + 1);
	set_loaded(n);
	__atomic_store_n(&s->modules, n + 1, __ATOMIC_RELEASE);
	return n + 1;
}

uint32_t modules_id(struct state *s, const struct cfi_module *m)
{
	uint32_t id;

	lock_take(&lock, (uint32_t)sys_gettid());
	id = find(s, m);
	if (!id)
		id = add(s, m);
	lock_release(&lock);
	return id;
}

void modules_before_dlclose(void)
{
	__atomic_fetch_add(&modules_closing, 1, __ATOMIC_RELEASE);
	__atomic_fetch_add(&modules_generation, 1, __ATOMIC_RELEASE);
}

void modules_after_dlclose(struct state *s)
{
	struct module_record *records = state_modules(s);

	lock_take(&lock, (uint32_t)sys_gettid());
	for (uint32_t i = n_loaded; i-- > 0;) {
		uint32_t index = loaded[i];
		struct cfi_module now;

		doubtful[index] = true;
		if (!cfi_find_module(records[index].start, &now) ||
		    !same_place(&records[index], &now))
			set_unloaded(s, index);
	}
	lock_release(&lock);
}

void modules_dlclose_done(void)
{
	/* Not in a child forked by a destructor, which began anew. */
	if (__atomic_load_n(&modules_closing, __ATOMIC_RELAXED))
		__atomic_fetch_sub(&modules_closing, 1, __ATOMIC_RELEASE);
	__atomic_fetch_add(&modules_generation, 1, __ATOMIC_RELEASE);
}

void modules_inherit(struct state *s, const struct state *from)
{
	uint32_t n = __atomic_load_n(&from->modules, __ATOMIC_ACQUIRE);
	struct module_record *to = state_modules(s);

	lock_init(&lock);
	__atomic_store_n(&modules_closing, 0, __ATOMIC_RELAXED);
	n_loaded = 0;
	for (int i = 0; i < BUCKETS; i++)
		buckets[i] = 0;
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
		else
			set_loaded(i);
		older[i] = *bucket_of(to[i].start);
		*bucket_of(to[i].start) = (uint16_t)(i + 1);
	}
	s->modules = n;
}
