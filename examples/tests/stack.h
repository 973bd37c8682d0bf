/* SPDX-License-Identifier: MIT */
/* stack.h - what the tests of these examples test: a stack of numbers.  stack_clear()
 * forgets to free when STACK_LEAKS is defined. */
#ifndef STACK_H
#define STACK_H

#include <stdlib.h>

struct item {
	struct item *below;
	int value;
};

struct stack {
	struct item *top;
};

static inline void stack_push(struct stack *s, int value)
{
	struct item *item = (struct item *)malloc(sizeof(*item));

	if (!item)
		abort();
	item->below = s->top;
	item->value = value;
	s->top = item;
}

static inline int stack_pop(struct stack *s)
{
	struct item *item = s->top;
	int value = item->value;

	s->top = item->below;
	free(item);
	return value;
}

static inline void stack_clear(struct stack *s)
{
#ifdef STACK_LEAKS
	s->top = NULL;
#endif
	while (s->top)
		(void)stack_pop(s);
}

#endif
