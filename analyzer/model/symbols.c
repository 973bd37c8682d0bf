/* SPDX-License-Identifier: MIT */
/*
 * symbols.c - the object reports ask: one image a file, one answer an
 * address, all strings in one place.  See symbols.h.
 */
#include "model/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "model/demangle.h"
#include "model/model.h"
#include "model/symbols_dwarf.h"
#include "model/symbols_elf.h"
#include "model/symbols_image.h"
#include "model/symbols_path.h"
#include "model/symbols_trace.h"
#include "util/cxxname.h"
#include "util/map.h"
#include "util/strbuf.h"
#include "util/strmap.h"
#include "util/xalloc.h"

/* An answer. */
struct frames {
	size_t n;
	struct frame v[];
};

/* A file of the trace; modules that are the same file share one. */
struct symbols_file {
	const char *path; /* as in the trace, interned */
	struct image image;
	struct dwarf_index *dwarf;
	struct elf_functions functions;
	bool opened;	    /* `image` is valid */
	bool read;	    /* `dwarf` and `functions` are valid */
	struct map answers; /* node offset and kind -> struct frames */
};

struct symbols {
	const struct model *model;
	char *sysroot;
	struct image_paths paths;
	struct strmap strings;
	enum symbols_demangle demangle;
	struct trace_names in_trace;
	struct map names;	     /* address of a raw name -> its demangled form */
	struct map shorts;	     /* address of a demangled name -> its short form */
	struct strmap by_identity;   /* path and build id -> struct symbols_file */
	struct symbols_file **files; /* by index of the model's modules */
	struct frames *truncated, *unknown;
	struct map nowhere; /* addresses in no module -> struct frames */
};

static struct frames *frames_new(size_t n)
{
	struct frames *frames = xcalloc(1, sizeof(*frames) + n * sizeof(struct frame));

	frames->n = n;
	return frames;
}

struct symbols *symbols_new(const struct model *model, const struct symbols_options *options)
{
	static const struct symbols_options none;
	struct symbols *symbols = xcalloc(1, sizeof(*symbols));

	if (!options)
		options = &none;
	symbols->model = model;
	symbols->sysroot = xstrdup(options->sysroot ? options->sysroot : "");
	/* a path of the trace begins with the slash */
	while (symbols->sysroot[0] && symbols->sysroot[strlen(symbols->sysroot) - 1] == '/')
		symbols->sysroot[strlen(symbols->sysroot) - 1] = '\0';
	symbols->demangle = options->demangle;
	trace_names_init(&symbols->in_trace, model);
	image_paths_init(&symbols->paths, symbols->sysroot, options->debug_path);
	symbols->files = xcalloc(model->n_modules + 1, sizeof(*symbols->files));
	symbols->truncated = frames_new(1);
	symbols->truncated->v[0].function = symbols->truncated->v[0].full = "[truncated]";
	symbols->unknown = frames_new(1);
	return symbols;
}

static void answers_release(struct map *answers)
{
	const struct map_entry *e;
	size_t pos = 0;

	while ((e = map_next(answers, &pos)))
		free((void *)(uintptr_t)e->value);
	map_release(answers);
}

static void file_free(struct symbols_file *file)
{
	answers_release(&file->answers);
	dwarf_index_free(file->dwarf);
	elf_functions_release(&file->functions);
	if (file->opened)
		image_release(&file->image);
	free(file);
}

void symbols_free(struct symbols *symbols)
{
	const struct strmap_entry *e;
	size_t pos = 0;

	if (!symbols)
		return;
	while ((e = strmap_next(&symbols->by_identity, &pos)))
		file_free(e->value);
	strmap_release(&symbols->by_identity);
	answers_release(&symbols->nowhere);
	map_release(&symbols->names);
	map_release(&symbols->shorts);
	trace_names_release(&symbols->in_trace);
	strmap_release(&symbols->strings);
	image_paths_release(&symbols->paths);
	free(symbols->sysroot);
	free(symbols->files);
	free(symbols->truncated);
	free(symbols->unknown);
	free(symbols);
}

/* The file of module `index`, which exists. */
static struct symbols_file *file_of(struct symbols *symbols, uint32_t index)
{
	const struct model_module *module = &symbols->model->modules[index];
	const char *path = module->path ? module->path : "";
	struct symbols_file *file = symbols->files[index];
	char *identity;
	void **slot;

	if (file)
		return file;
	identity = xasprintf("%s\n%s", module->build_id ? module->build_id : "", path);
	slot = strmap_at(&symbols->by_identity, identity);
	free(identity);
	if (!*slot) {
		file = *slot = xcalloc(1, sizeof(*file));
		file->path = strmap_intern(&symbols->strings, path);
	}
	return symbols->files[index] = *slot;
}

static void file_open(struct symbols *symbols, struct symbols_file *file, uint32_t index)
{
	const char *build_id = symbols->model->modules[index].build_id;

	if (file->opened)
		return;
	file->opened = true;
	if (!build_id || !*build_id) {
		image_open(&file->image, file->path, NULL, &symbols->paths);
		return;
	}
	image_open(&file->image, file->path, build_id, &symbols->paths);
	if (!file->image.problem)
		return;
	/* Another file by now, but the same build was loaded from elsewhere, too. */
	for (size_t i = 0; i < symbols->model->n_modules && !file->image.dwfl; i++) {
		const struct model_module *other = &symbols->model->modules[i];

		if (!other->build_id || strcmp(other->build_id, build_id) != 0 ||
		    !strcmp(other->path, file->path))
			continue;
		image_release(&file->image);
		image_open(&file->image, other->path, build_id, &symbols->paths);
	}
	if (!file->image.dwfl) {
		image_release(&file->image);
		image_open(&file->image, file->path, build_id, &symbols->paths);
	}
}

static void file_read(struct symbols *symbols, struct symbols_file *file, uint32_t index)
{
	file_open(symbols, file, index);
	if (file->read)
		return;
	file->read = true;
	if (!file->image.dwfl)
		return;
	/* first, because it finds the debug file, whose symbol table is the better one */
	file->dwarf = dwarf_index_new(file->image.module);
	elf_functions_init(&file->functions, file->image.module);
}

/* The best form of a name out of a file, without a version (fopen@@GLIBC_2.2.5);
 * the same address means the same name. */
static const char *pretty(struct symbols *symbols, const char *raw)
{
	uint64_t *slot = map_at(&symbols->names, (uintptr_t)raw, NULL);
	char *plain, *demangled;

	if (!*slot) {
		plain = xstrndup(raw, strcspn(raw, "@"));
		demangled = demangle(plain);
		*slot = (uintptr_t)strmap_intern(&symbols->strings, demangled ? demangled : plain);
		free(demangled);
		free(plain);
	}
	return (const char *)(uintptr_t)*slot;
}

static const char *short_form(struct symbols *symbols, const char *full)
{
	uint64_t *slot = map_at(&symbols->shorts, (uintptr_t)full, NULL);

	if (!*slot) {
		struct strbuf text = STRBUF_INIT;

		cxx_add_short(&text, full);
		*slot = (uintptr_t)strmap_intern(&symbols->strings, text.buf);
		strbuf_release(&text);
	}
	return (const char *)(uintptr_t)*slot;
}

/* Give a frame its name; `raw` lives as long as the symbols. */
static void set_name(struct symbols *symbols, struct frame *frame, const char *raw)
{
	char *plain;

	frame->function = frame->full = pretty(symbols, raw);
	if (symbols->demangle == DEMANGLE_SHORT) {
		frame->function = short_form(symbols, frame->full);
	} else if (symbols->demangle == DEMANGLE_NONE) {
		plain = xstrndup(raw, strcspn(raw, "@"));
		frame->function = strmap_intern(&symbols->strings, plain);
		free(plain);
	}
}

enum symbols_demangle symbols_demangle_word(const char *word)
{
	return !word || !strcmp(word, "full") ? DEMANGLE_FULL
	       : !strcmp(word, "short")	      ? DEMANGLE_SHORT
					      : DEMANGLE_NONE;
}

static const char *source_path(struct symbols *symbols, const char *comp_dir, const char *file)
{
	char *path = path_absolute(comp_dir, file);
	const char *kept = strmap_intern(&symbols->strings, path);

	free(path);
	return kept;
}

/*
 * Whether a symbol says more than a name without linkage name: parameters of
 * C++, or in C the name the world knows, `strdup` for `__strdup`.
 */
static bool says_more(const char *symbol, const char *name)
{
	/* a clone (f.part.0) is a part of the function, not its name */
	if (memchr(symbol, '.', strcspn(symbol, "@")))
		return false;
	return (symbol[0] == '_' && symbol[1] == 'Z') || strspn(symbol, "_") < strspn(name, "_");
}

/* Source frames of `pc`; the function itself may have a better name in the symbol table. */
static struct frames *source_frames(struct symbols *symbols, struct symbols_file *file, uint64_t pc,
				    uint64_t offset, const struct elf_function *f)
{
	const struct dwarf_frame *raw;
	size_t n = file->dwarf ? dwarf_index_frames(file->dwarf, pc, &raw) : 0;
	struct frames *frames;

	if (!n)
		return NULL;
	frames = frames_new(n);
	for (size_t i = 0; i < n; i++) {
		struct frame *to = &frames->v[i];
		const char *name = raw[i].name;
		bool outermost = i + 1 == n;

		if (outermost && f && (!name || (!raw[i].mangled && says_more(f->name, name))))
			name = f->name;
		if (name)
			set_name(symbols, to, name);
		if (raw[i].file)
			to->file = source_path(symbols, raw[i].comp_dir, raw[i].file);
		to->line = raw[i].line;
		to->declared = raw[i].declared;
		to->module = file->path;
		to->offset = outermost && f && !to->line ? offset - f->start : offset;
		to->is_inline = !outermost;
	}
	return frames;
}

static struct frames *resolve(struct symbols *symbols, struct symbols_file *file, uint64_t offset,
			      bool exact)
{
	uint64_t pc = exact || !offset ? offset : offset - 1;
	const struct elf_function *f = elf_functions_find(&file->functions, pc);
	struct frames *frames = source_frames(symbols, file, pc, offset, f);

	if (frames)
		return frames;
	frames = frames_new(1);
	frames->v[0].module = file->path;
	frames->v[0].offset = f ? offset - f->start : offset;
	if (f)
		set_name(symbols, &frames->v[0], f->name);
	return frames;
}

/* What memprof symbolize wrote for the address; NULL when it did not. */
static struct frames *frames_in_trace(struct symbols *symbols, uint32_t module,
				      const struct model_node *node, const char *path)
{
	char **texts = symbols->model->texts;
	size_t n;
	const struct model_name *names = trace_names_find(&symbols->in_trace, module, node->offset,
							  node->kind == FRAME_EXACT, &n);
	struct frames *frames;

	if (!names)
		return NULL;
	frames = frames_new(n);
	for (size_t i = 0; i < n; i++) {
		struct frame *to = &frames->v[i];

		if (names[i].function)
			set_name(symbols, to, texts[names[i].function]);
		to->file = names[i].file ? texts[names[i].file] : NULL;
		to->line = names[i].line;
		to->declared = names[i].declared;
		to->module = path;
		to->offset = to->function && !to->line ? names[i].start : node->offset;
		to->is_inline = i + 1 < n;
	}
	return frames;
}

static const struct frames *frames_in_module(struct symbols *symbols, uint32_t index,
					     const struct model_node *node)
{
	struct symbols_file *file = file_of(symbols, index);
	bool exact = node->kind == FRAME_EXACT;
	uint64_t *slot = map_at(&file->answers, node->offset << 1 | exact, NULL);
	struct frames *frames;

	/* the top bit is in no file; two corrupt addresses may share an answer */
	if (*slot)
		return (const struct frames *)(uintptr_t)*slot;
	frames = frames_in_trace(symbols, index + 1, node, file->path);
	if (!frames) {
		file_read(symbols, file, index);
		frames = resolve(symbols, file, node->offset, exact);
	}
	*slot = (uintptr_t)frames;
	return frames;
}

/* Code that no file holds: a just-in-time compiler may have named it. */
static struct frames *frames_made(struct symbols *symbols, const struct model_node *node)
{
	bool exact = node->kind == FRAME_EXACT;
	struct frames *frames = frames_new(1);
	struct jit_frame jit;

	frames->v[0].offset = node->offset;
	if (!trace_jit_find(symbols->model, node->offset - (!exact && node->offset), &jit))
		return frames;
	set_name(symbols, &frames->v[0], strmap_intern(&symbols->strings, jit.function));
	frames->v[0].file = strmap_intern(&symbols->strings, jit.file);
	frames->v[0].line = jit.line;
	frames->v[0].offset = jit.offset;
	frames->v[0].module = "[jit]";
	free(jit.function);
	free(jit.file);
	return frames;
}

static const struct frames *frames_nowhere(struct symbols *symbols, const struct model_node *node)
{
	bool exact = node->kind == FRAME_EXACT;
	uint64_t *slot = map_at(&symbols->nowhere, node->offset << 1 | exact, NULL);
	struct frames *frames;

	if (!*slot) {
		frames = frames_in_trace(symbols, 0, node, NULL);
		if (!frames)
			frames = frames_made(symbols, node);
		*slot = (uintptr_t)frames;
	}
	return (const struct frames *)(uintptr_t)*slot;
}

const struct frame *symbols_frames(struct symbols *symbols, uint32_t node, size_t *n)
{
	const struct model *model = symbols->model;
	const struct frames *frames;

	*n = 0;
	if (!node)
		return NULL;
	if (node >= model->n_nodes || !model->nodes[node].known)
		frames = symbols->unknown;
	else if (model->nodes[node].kind == FRAME_TRUNCATED)
		frames = symbols->truncated;
	else if (!model->nodes[node].module || model->nodes[node].module > model->n_modules)
		frames = frames_nowhere(symbols, &model->nodes[node]);
	else
		frames = frames_in_module(symbols, model->nodes[node].module - 1,
					  &model->nodes[node]);
	*n = frames->n;
	return frames->v;
}

const struct frame *symbols_at(struct symbols *symbols, uint32_t module_index, uint64_t offset,
			       size_t *n)
{
	const struct model_node node = {
		.module = module_index + 1, .offset = offset, .kind = FRAME_EXACT, .known = true
	};
	const struct frames *frames = frames_in_module(symbols, module_index, &node);

	*n = frames->n;
	return frames->v;
}

bool symbols_problem(struct symbols *symbols, uint32_t module_index, const char **why)
{
	struct symbols_file *file;

	*why = NULL;
	if (module_index >= symbols->model->n_modules)
		return false;
	if (symbols->model->modules[module_index].have)
		return false;
	file = file_of(symbols, module_index);
	file_open(symbols, file, module_index);
	*why = file->image.problem;
	return *why;
}

enum symbols_have symbols_have(struct symbols *symbols, uint32_t module_index)
{
	const char *have;
	struct symbols_file *file;

	if (module_index >= symbols->model->n_modules)
		return SYMBOLS_NONE;
	have = symbols->model->modules[module_index].have;
	if (have)
		return !strcmp(have, "lines")	    ? SYMBOLS_LINES
		       : !strcmp(have, "functions") ? SYMBOLS_FUNCTIONS
						    : SYMBOLS_NONE;
	file = file_of(symbols, module_index);
	file_read(symbols, file, module_index);
	return file->dwarf && dwarf_index_has_units(file->dwarf) ? SYMBOLS_LINES
	       : file->functions.n				 ? SYMBOLS_FUNCTIONS
								 : SYMBOLS_NONE;
}
