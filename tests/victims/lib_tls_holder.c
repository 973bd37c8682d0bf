/* SPDX-License-Identifier: MIT */
/* lib_tls_holder.c - a library whose thread-local memory holds a block of the program. */
__thread void *holder_local[512];

void holder_keep_local(void *p);
void holder_keep_local(void *p)
{
	holder_local[200] = p;
}
