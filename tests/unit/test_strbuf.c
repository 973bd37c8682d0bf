/* SPDX-License-Identifier: MIT */
/* test_strbuf.c - strings that grow, and text as terminals show it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "util/strbuf.h"
#include "util/utf8.h"

Test(strbuf, empty_is_a_string)
{
	struct strbuf sb = STRBUF_INIT;

	cr_assert_str_eq(sb.buf, "");
	strbuf_clear(&sb);
	strbuf_rtrim(&sb);
	strbuf_release(&sb);
	cr_assert_str_eq(sb.buf, "");
	cr_assert_eq(strbuf_empty[0], '\0');
}

Test(strbuf, grows_and_keeps_all)
{
	struct strbuf sb = STRBUF_INIT;

	for (int i = 0; i < 10000; i++)
		strbuf_addf(&sb, "%d,", i % 10);
	cr_assert_eq(sb.len, 20000u);
	cr_assert_eq(strlen(sb.buf), 20000u);
	cr_assert_eq(strncmp(sb.buf + 19980, "0,1,2,3,4,5,6,7,8,9,", 20), 0);
	strbuf_release(&sb);
}

Test(strbuf, formats_longer_than_the_first_guess)
{
	struct strbuf sb = STRBUF_INIT;
	char word[500];

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	strbuf_addf(&sb, "<%s>", word);
	cr_assert_eq(sb.len, 501u);
	cr_assert_eq(sb.buf[500], '>');
	strbuf_release(&sb);
}

Test(strbuf, holds_nul_bytes_and_detaches)
{
	struct strbuf sb = STRBUF_INIT;
	size_t len;
	char *text;

	strbuf_add(&sb, "a\0b", 3);
	strbuf_addch(&sb, 'c');
	text = strbuf_detach(&sb, &len);
	cr_assert_eq(len, 4u);
	cr_assert_eq(memcmp(text, "a\0bc", 5), 0);
	cr_assert_eq(sb.len, 0u);
	free(text);
	text = strbuf_detach(&sb, NULL);
	cr_assert_str_eq(text, "");
	free(text);
}

Test(strbuf, trims_the_end_only)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(&sb, "  a b \t\n");
	strbuf_rtrim(&sb);
	cr_assert_str_eq(sb.buf, "  a b");
	strbuf_release(&sb);
}

Test(utf8, widths)
{
	cr_assert_eq(utf8_width("plain"), 5);
	cr_assert_eq(utf8_width("\xc3\xbcml"), 3);
	cr_assert_eq(utf8_width("\xe6\xbc\xa2\xe5\xad\x97"), 4);
	cr_assert_eq(utf8_width("e\xcc\x81"), 1);
	cr_assert_eq(utf8_width("\xff\xfe"), 2);
}

Test(utf8, clean_takes_the_sting_out)
{
	struct strbuf sb = STRBUF_INIT;

	utf8_add_clean(&sb, "a\033[31mb\n\xc2\x9b"
			    "c\xe2\x80\xae"
			    "d\xff\xc3\xbc");
	cr_assert_str_eq(sb.buf, "a?[31mb??c?d?\xc3\xbc");
	strbuf_release(&sb);
}

Test(utf8, cuts_at_characters)
{
	const char *text = "\xe6\xbc\xa2\xe5\xad\x97x";

	cr_assert_eq(utf8_prefix(text, 3), 3u);
	cr_assert_eq(utf8_prefix(text, 4), 6u);
	cr_assert_eq(utf8_suffix(text, 2), 1u);
	cr_assert_eq(utf8_suffix(text, 3), 4u);
	cr_assert_eq(utf8_suffix(text, 99), strlen(text));
	/* a combining mark goes with the character that was cut off */
	cr_assert_eq(utf8_suffix("e\xcc\x81z", 1), 1u);
}
