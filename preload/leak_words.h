/* SPDX-License-Identifier: MIT */
/*
 * leak_words.h - pointers into the middle of a block that hold it like one to its
 * start: the rules of memcheck's --leak-check-heuristics=all.  Floor: leaks.
 */
#ifndef PRELOAD_LEAK_WORDS_H
#define PRELOAD_LEAK_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "leak_maps.h"

/*
 * Is `pointer`, aligned and inside the block of `size` bytes at `start`, the one
 * an owner would keep?  That is so for
 *   stdstring            the characters of a reference-counted std::string
 *   length64             what follows a word with the length of the rest
 *   newarray             the elements of new[] behind their number
 *   multipleinheritance  a later base of an object: tables of functions are at
 *                        both places
 */
bool leak_word_is_owner(const struct leak_maps *maps, uintptr_t pointer, uintptr_t start,
			size_t size);

#endif
