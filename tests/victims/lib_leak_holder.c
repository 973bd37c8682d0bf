/* SPDX-License-Identifier: MIT */
/* lib_leak_holder.c - a library whose variables hold blocks of the program. */
void *holder_slot;

void holder_keep(void *p);
void holder_keep(void *p)
{
	holder_slot = p;
}
