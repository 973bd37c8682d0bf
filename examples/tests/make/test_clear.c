/* SPDX-License-Identifier: MIT */
#include "stack.h"

int main(void)
{
	struct stack s = { NULL };

	for (int i = 0; i < 10; i++)
		stack_push(&s, i);
	stack_clear(&s);
	return s.top != NULL;
}
