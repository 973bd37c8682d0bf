/* SPDX-License-Identifier: MIT */
#include "stack.h"

int main(void)
{
	struct stack s = { NULL };

	stack_push(&s, 1);
	stack_push(&s, 2);
	return !(stack_pop(&s) == 2 && stack_pop(&s) == 1);
}
