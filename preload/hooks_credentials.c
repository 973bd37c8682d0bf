/* SPDX-License-Identifier: MIT */
/*
 * hooks_credentials.c - calls that change whose process it is; see hook.h.
 * Floor: hooks.
 *
 * To the kernel users and groups are a thread's; the C library makes every thread
 * call, if it knows of more than one.  The recorder's helper must not keep what the
 * program gave up.
 */
#define _GNU_SOURCE
#include "hook.h"

#include <grp.h>
#include <unistd.h>

#include "real.h"
#include "single.h"

#define CREDENTIALS(symbol, params, args)         \
	HOOK int symbol params                    \
	{                                         \
		bool told = single_tell();        \
		int ret = HOOK_REAL(symbol) args; \
                                                  \
		if (told)                         \
			single_tell_no_more();    \
		return ret;                       \
	}

CREDENTIALS(setuid, (uid_t uid), (uid))
CREDENTIALS(setgid, (gid_t gid), (gid))
CREDENTIALS(seteuid, (uid_t effective), (effective))
CREDENTIALS(setegid, (gid_t effective), (effective))
CREDENTIALS(setreuid, (uid_t real_id, uid_t effective), (real_id, effective))
CREDENTIALS(setregid, (gid_t real_id, gid_t effective), (real_id, effective))
CREDENTIALS(setresuid, (uid_t real_id, uid_t effective, uid_t saved), (real_id, effective, saved))
CREDENTIALS(setresgid, (gid_t real_id, gid_t effective, gid_t saved), (real_id, effective, saved))
CREDENTIALS(setgroups, (size_t n, const gid_t *groups), (n, groups))
CREDENTIALS(initgroups, (const char *user, gid_t group), (user, group))
