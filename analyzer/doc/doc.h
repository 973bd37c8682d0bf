/* SPDX-License-Identifier: MIT */
/*
 * doc.h - what a report has to say, without a word on how it looks.
 *
 * A report fills a doc; a renderer turns it into text, JSON, CSV and so on.
 * A doc owns all it holds: strings and stacks given to it are copied (equal
 * strings once).  Pure data: nothing here reads a trace or prints.
 */
#ifndef ANALYZER_DOC_DOC_H
#define ANALYZER_DOC_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/strmap.h"

/* What a number means, and so how people want to read it. */
enum doc_unit { UNIT_NONE, UNIT_TEXT, UNIT_COUNT, UNIT_BYTES, UNIT_NS, UNIT_PERCENT, UNIT_ADDRESS };

/* A source-level frame; every string may be NULL, line 0 is unknown. */
struct doc_frame {
	const char *function, *file, *module;
	uint32_t line;
};

enum cell_type { CELL_NONE, CELL_INT, CELL_UINT, CELL_REAL, CELL_TEXT, CELL_STACK };

struct doc_cell {
	enum cell_type type;
	union {
		int64_t i;
		uint64_t u;
		double r;
		const char *text;
		struct {
			const struct doc_frame *v; /* innermost first */
			size_t n;
		} stack;
	};
};

#define CELL_EMPTY ((struct doc_cell){ .type = CELL_NONE })
#define CELL_I(value) ((struct doc_cell){ .type = CELL_INT, .i = (value) })
#define CELL_U(value) ((struct doc_cell){ .type = CELL_UINT, .u = (value) })
#define CELL_R(value) ((struct doc_cell){ .type = CELL_REAL, .r = (value) })

/* A NULL text is an empty cell. */
#define CELL_T(value) ((struct doc_cell){ .type = CELL_TEXT, .text = (value) })
#define CELL_S(frames, count) \
	((struct doc_cell){ .type = CELL_STACK, .stack = { .v = (frames), .n = (count) } })

enum doc_align { ALIGN_AUTO, ALIGN_LEFT, ALIGN_RIGHT }; /* auto: numbers right, the rest left */

enum column_flags {
	COLUMN_KEY = 1, /* together these say which thing a row is about; diff joins by them */
	COLUMN_FOR_PEOPLE = 2,	 /* only where people read: text, HTML */
	COLUMN_FOR_MACHINES = 4, /* only where programs read: JSON, CSV */
	COLUMN_OF_BUILD = 8,	 /* of a key: a number another build has otherwise, as lines */
	COLUMN_OF_RUN = 16,	 /* of a key: what another run has otherwise, as thread ids */
	COLUMN_HEAT = 64,	 /* percent, for people: a mark as warm as the number is high */
	COLUMN_SIGNED = 32,	 /* for people: a plus where it is positive */
};

struct doc_column {
	const char *key;   /* stable name: lower case, underscores */
	const char *title; /* for people */
	enum doc_unit unit;
	enum doc_align align;
	unsigned int flags; /* enum column_flags */
	int priority;	    /* on narrow screens columns go, the highest first; 0 never goes */
	const char *count;  /* key of the column that counts what this one measures; or NULL */
};

struct doc_row {
	struct doc_cell *cells; /* one a column */
	const char *detail;	/* a line below the row, for people; or NULL */
};

struct doc_table {
	const char *name;   /* stable */
	const char *title;  /* for people; or NULL */
	const char *empty;  /* for people: what to say when there is no row; or NULL */
	unsigned int flags; /* COLUMN_FOR_PEOPLE or COLUMN_FOR_MACHINES: it is only there */
	const char *size;   /* key of the column that says how large a row is; or NULL */
	struct doc_column *columns;
	size_t n_columns;
	struct doc_row *rows;
	size_t n_rows, a_rows;
	struct doc_row *footer; /* sums and the like, for people */
	size_t n_footer, a_footer;
};

/* A named single value. */
struct doc_value {
	const char *key;   /* stable; unique in its list */
	const char *title; /* for people; NULL: for programs only */
	const char *group; /* for people: values of one group stand together; or NULL */
	enum doc_unit unit;
	struct doc_cell cell; /* never a stack */
};

/* A node of a tree, in preorder: children follow their parent, the largest first. */
struct doc_node {
	struct doc_frame frame;
	size_t parent; /* index, or DOC_NO_PARENT */
	int64_t self, total;
	size_t hidden; /* no frame: stands for so many nodes that were too small to show */
};

#define DOC_NO_PARENT SIZE_MAX

/* How a tree wants to be drawn; renderers without a choice ignore it. */
enum doc_tree_form {
	TREE_ROWS,   /* a row a node, indented */
	TREE_FLAME,  /* blocks as wide as their total, callees on top of callers */
	TREE_ICICLE, /* the same, roots on top */
};

struct doc_tree {
	const char *name;  /* stable */
	const char *title; /* for people: what is measured */
	const char *empty; /* for people: what to say when there is no node; or NULL */
	enum doc_unit unit;
	enum doc_tree_form form;
	bool upward;   /* children are callers, not callees */
	int64_t least; /* for people: less than this is of no interest */
	int width;     /* of a picture, in pixels; 0: the renderer's choice */
	struct doc_node *nodes;
	size_t n_nodes, a_nodes;
};

/* One quantity over time. */
struct doc_point {
	uint64_t t; /* ns since the start of the run */
	int64_t value;
};

/* How a curve wants to be drawn. */
enum doc_series_form {
	SERIES_LINE, /* from point to point */
	SERIES_AREA, /* stacked on those before it, of the same run */
};

struct doc_series {
	const char *name, *title;
	enum doc_unit unit;
	enum doc_series_form form;
	bool per_second;    /* a rate: values are per second since the point before */
	const char *run;    /* which of several runs it is of, for people; or NULL */
	unsigned int flags; /* COLUMN_FOR_MACHINES: a picture leaves it out */
	struct doc_point *points;
	size_t n_points, a_points;
};

/* A moment with a name, for pictures of series; tables tell programs of them. */
struct doc_moment {
	const char *kind; /* mark, snapshot, peak, fork, exec, ... */
	const char *name; /* or NULL */
	const char *run;  /* as of series */
	uint64_t t;
	bool has_value;
	int64_t value; /* in the unit of `series` */
	const char *series;
};

/* Something that took time, for pictures of series. */
struct doc_span {
	const char *name, *run;
	uint64_t from, to;
	unsigned int depth;  /* 0 is the outermost */
	unsigned int thread; /* spans of one never overlap at one depth */
};

enum doc_level { LEVEL_INFO, LEVEL_WARNING, LEVEL_ERROR };

struct doc_note {
	enum doc_level level;
	const char *code; /* short stable word for scripts */
	const char *text; /* whole sentences without the last full stop */
};

/* Something that is wrong with what was looked at: what continuous integration shows. */
struct doc_finding {
	const char *rule;		/* stable word: definite-leak */
	const char *text;		/* one sentence without the last full stop */
	const struct doc_frame *frames; /* where, innermost first */
	size_t n_frames;
	bool failed; /* the user asked for a failure because of such */
};

struct doc {
	const char *report;	 /* name of the report */
	const char *title;	 /* for people: one line */
	const char *subtitle;	 /* for people: what is shown, and by which order; or NULL */
	const char *main_table;	 /* name of the table (or tree) CSV writes; NULL: the values */
	struct doc_value *trace; /* what was looked at */
	size_t n_trace, a_trace;
	struct doc_value *values;
	size_t n_values, a_values;
	struct doc_table **tables;
	size_t n_tables, a_tables;
	struct doc_tree **trees;
	size_t n_trees, a_trees;
	struct doc_series **series;
	size_t n_series, a_series;
	struct doc_moment *moments;
	size_t n_moments, a_moments;
	struct doc_span *spans;
	size_t n_spans, a_spans;
	uint64_t from, to; /* the window of time that series are about; to 0: as far as they go */
	struct doc_note *notes;
	size_t n_notes, a_notes;
	struct doc_finding *findings;
	size_t n_findings, a_findings;
	bool judged;	       /* findings are what the report is about, even when there is none */
	const char *failure;   /* why the exit status says so; or NULL */
	const char *side_path; /* a file the report was asked to write, too; or NULL */
	const char *side_text; /* what goes there; without a path: instead of all the rest */
	struct strmap strings;
	void **blocks; /* cells and frames */
	size_t n_blocks, a_blocks;
	char *room; /* free part of the last block */
	size_t room_left;
};

void doc_init(struct doc *doc, const char *report);
void doc_release(struct doc *doc);

/* The doc's copy of a string; NULL gives NULL.  The second one formats it. */
const char *doc_text(struct doc *doc, const char *text);
const char *doc_textf(struct doc *doc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Add to the values, or to what is said of the trace; copies. */
void doc_add_value(struct doc *doc, struct doc_value value);
void doc_add_trace(struct doc *doc, struct doc_value value);

/* The value of that key, or NULL. */
const struct doc_value *doc_find_value(const struct doc *doc, const char *key);

/* Tables, trees and series stay at their address; column strings are copied. */
struct doc_table *doc_add_table(struct doc *doc, const char *name, const char *title,
				const struct doc_column *columns, size_t n_columns);
struct doc_table *doc_find_table(const struct doc *doc, const char *name);

/* The index of the column of that key, or -1. */
int doc_find_column(const struct doc_table *table, const char *key);

/* Add a row (a footer row) of n_columns cells; texts and stacks are copied. */
struct doc_row *doc_add_row(struct doc *doc, struct doc_table *table, const struct doc_cell *cells);
struct doc_row *doc_add_footer(struct doc *doc, struct doc_table *table,
			       const struct doc_cell *cells);

struct doc_tree *doc_add_tree(struct doc *doc, const char *name, const char *title,
			      enum doc_unit unit);

/* Returns the index of the node, to be the parent of others. */
size_t doc_add_node(struct doc *doc, struct doc_tree *tree, struct doc_node node);

struct doc_series *doc_add_series(struct doc *doc, const char *name, const char *title,
				  enum doc_unit unit);
void doc_add_point(struct doc_series *series, uint64_t t, int64_t value);

/* Texts are copied. */
void doc_add_moment(struct doc *doc, struct doc_moment moment);
void doc_add_span(struct doc *doc, struct doc_span span);

void doc_add_note(struct doc *doc, enum doc_level level, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Copies. */
void doc_add_finding(struct doc *doc, struct doc_finding finding);

/* "info", "warning", "error". */
const char *doc_level_name(enum doc_level level);

#endif
