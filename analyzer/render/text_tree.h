/* SPDX-License-Identifier: MIT */
/*
 * text_tree.h - a doc's tree for a terminal, as rows or as blocks.
 */
#ifndef ANALYZER_RENDER_TEXT_TREE_H
#define ANALYZER_RENDER_TEXT_TREE_H

#include "doc/doc.h"
#include "util/term.h"

struct sink;

/* A row for each node (for a chain of nodes without branches), indented by lines. */
void text_tree(const struct doc_tree *tree, const struct term *term, struct sink *out);

/* A row for each level, with blocks as wide as the nodes are large; roots on top. */
void text_flame(const struct doc_tree *tree, const struct term *term, struct sink *out);

#endif
