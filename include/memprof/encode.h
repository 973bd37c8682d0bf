/* SPDX-License-Identifier: MIT */
/*
 * encode.h - trace lines from structs, generated from events.def.
 *
 * Used by the recorder's drain and by the analyzer's tests.  No libc calls, no
 * allocation, no recursion: safe in any context the caller's sink is safe in.
 * A line goes through a buffer of the caller's; when it is full the sink's
 * flush empties it.  The first error sticks, later output is dropped.
 */
#ifndef MEMPROF_ENCODE_H
#define MEMPROF_ENCODE_H

#include <stdbool.h>
#include <memprof/trace.h>

/* Where encoded bytes go.  `flush` writes out buf[0..len), sets len to 0 and
 * returns 0, or returns -errno; after an error `error` keeps it. */
struct mp_out {
	char *buf;
	size_t len, cap;
	int (*flush)(struct mp_out *out);
	int error;
};

/* Longest piece written in one go: a row of numbers, a few keys with theirs. */
#define MP_PIECE 256

static __attribute__((noinline, cold, unused)) void mp_make_room(struct mp_out *out)
{
	int err = out->error ? out->error : out->flush(out);

	if (err)
		out->error = err;
	if (out->error || out->cap - out->len < MP_PIECE)
		out->len = 0;
}

static inline char *mp_room(struct mp_out *out)
{
	if (__builtin_expect(out->cap - out->len < MP_PIECE, 0))
		mp_make_room(out);
	return out->buf + out->len;
}

static inline void mp_put_raw(struct mp_out *out, const char *text, size_t len)
{
	while (len) {
		char *p = mp_room(out);
		size_t n = len < MP_PIECE ? len : MP_PIECE;

		for (size_t i = 0; i < n; i++)
			p[i] = text[i];
		out->len += n;
		text += n;
		len -= n;
	}
}

/* A literal shorter than MP_PIECE: a few moves. */
#define MP_PUT_LITERAL(out, text)                                                     \
	do {                                                                          \
		_Static_assert(sizeof(text) <= MP_PIECE, "room is made for a piece"); \
		__builtin_memcpy(mp_room(out), "" text, sizeof(text) - 1);            \
		(out)->len += sizeof(text) - 1;                                       \
	} while (0)

static inline void mp_put_char(struct mp_out *out, char c)
{
	*mp_room(out) = c;
	out->len++;
}

/* "00" to "99". */
#define MP_TEN(n) n "0", n "1", n "2", n "3", n "4", n "5", n "6", n "7", n "8", n "9"
static const char mp_two_digits[100][3] __attribute__((unused)) = {
	MP_TEN("0"), MP_TEN("1"), MP_TEN("2"), MP_TEN("3"), MP_TEN("4"),
	MP_TEN("5"), MP_TEN("6"), MP_TEN("7"), MP_TEN("8"), MP_TEN("9"),
};

/* Decimal digits of a number up to MP_NUMBER_MAX. */
static inline int mp_digits(uint64_t v)
{
	uint64_t power = 10;
	int n = 1;

	for (; n < 16 && v >= power; power *= 10)
		n++;
	return n;
}

/* A number that ends at p + at: a shorter type is divided faster. */
#define MP_WRITE_DIGITS(p, at, v)                                                  \
	do {                                                                       \
		for (; (at) > 1; (v) /= 100) {                                     \
			(at) -= 2;                                                 \
			__builtin_memcpy((p) + (at), mp_two_digits[(v) % 100], 2); \
		}                                                                  \
		if (at)                                                            \
			(p)[0] = (char)('0' + (v));                                \
	} while (0)

/*
 * Up to eight digits at once, without a loop: a number is cut into two of four digits in
 * the halves of a word, these into two of two in quarters, and these into digits in bytes,
 * each time by a multiplication that divides all parts by 100 or 10.  The lowest byte is
 * the first digit.  (The method is old; D. Lemire and P. Khuong describe it on their blogs.)
 */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lowest byte comes first");

static inline uint64_t mp_eight_digits(uint32_t v)
{
	uint64_t parts = v / 10000 | (uint64_t)(v % 10000) << 32, upper;

	upper = (parts * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
	parts = upper | (parts - upper * 100) << 16;
	upper = (parts * 103 >> 10) & UINT64_C(0x000f000f000f000f);
	return upper | (parts - upper * 10) << 8;
}

/* mp_write_<type>(p, v): the bytes, and where they end; room is made before, for eight
 * bytes at least. */
static inline char *mp_write_u64(char *p, uint64_t v)
{
	int n, at;

	if (v < 10) {
		*p = (char)('0' + v);
		return p + 1;
	}
	if (__builtin_expect(v < 100000000, 1)) {
		uint64_t digits = mp_eight_digits((uint32_t)v);
		int zeros = __builtin_ctzll(digits) & ~7;

		digits = (digits | UINT64_C(0x3030303030303030)) >> zeros;
		__builtin_memcpy(p, &digits, 8);
		return p + 8 - zeros / 8;
	}
	if (v > MP_NUMBER_MAX)
		v = MP_NUMBER_MAX;
	n = at = mp_digits(v);
	MP_WRITE_DIGITS(p, at, v);
	return p + n;
}

static inline char *mp_write_ns(char *p, uint64_t v)
{
	return mp_write_u64(p, v);
}

static inline char *mp_write_hex(char *p, uint64_t v)
{
	int n = v ? (67 - __builtin_clzll(v)) / 4 : 1, at = n;

	__builtin_memcpy(p, "\"0x", 3);
	p += 3;
	for (; at > 1; v >>= 8) {
		at -= 2;
		p[at] = "0123456789abcdef"[v >> 4 & 15];
		p[at + 1] = "0123456789abcdef"[v & 15];
	}
	if (at)
		p[0] = "0123456789abcdef"[v];
	p[n] = '"';
	return p + n + 1;
}

static inline char *mp_write_i64(char *p, int64_t v)
{
	*p = '-';
	return mp_write_u64(p + (v < 0), v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

/* Without anything to escape. */
static inline char *mp_write_word(char *p, const char *word)
{
	*p++ = '"';
	while (*word)
		*p++ = *word++;
	*p = '"';
	return p + 1;
}

static inline char *mp_write_kind(char *p, uint64_t kind)
{
	static const char *const words[] = MP_KIND_WORDS;

	return mp_write_word(p, words[kind < MP_KINDS ? kind : 0]);
}

static inline char *mp_write_leak(char *p, uint64_t class)
{
	static const char *const words[] = MP_LEAK_WORDS;

	return mp_write_word(p, words[class < MP_LEAKS ? class : 0]);
}

static inline void mp_put_u64(struct mp_out *out, uint64_t v)
{
	char *p = mp_room(out);

	out->len += (size_t)(mp_write_u64(p, v) - p);
}

static inline void mp_put_i64(struct mp_out *out, int64_t v)
{
	char *p = mp_room(out);

	out->len += (size_t)(mp_write_i64(p, v) - p);
}

/* The decimal number d.ddd times ten to the power `exponent`, from n digits. */
static inline void mp_put_digits(struct mp_out *out, const char *digits, int n, int exponent)
{
	bool far = exponent < -5 || exponent > 14;
	int point = far ? 1 : exponent + 1; /* digits before it */

	if (point <= 0) {
		MP_PUT_LITERAL(out, "0.");
		for (; point < 0; point++)
			mp_put_char(out, '0');
		point = n;
	}
	for (int i = 0; i < n || i < point; i++) {
		if (i == point)
			mp_put_char(out, '.');
		mp_put_char(out, i < n ? digits[i] : '0');
	}
	if (far) {
		mp_put_char(out, 'e');
		mp_put_i64(out, exponent);
	}
}

/* Nine significant digits, without the zeros at their end. */
static inline void mp_put_real(struct mp_out *out, double v)
{
	static const double tens[] = { 1e1, 1e2, 1e4, 1e8, 1e16, 1e32, 1e64, 1e128, 1e256 };
	const int powers = (int)(sizeof(tens) / sizeof(*tens));
	int exponent = 8, n = 9;
	uint64_t rounded;
	char digits[9];

	if (v < 0) {
		mp_put_char(out, '-');
		v = -v;
	}
	if (!(v > 0)) {
		mp_put_char(out, '0');
		return;
	}
	if (v > 1.79769313e308)
		v = 1.79769313e308;
	/* To nine digits before the point. */
	for (int i = powers - 1; i >= 0; i--)
		if (v >= 1e8 * tens[i]) {
			v /= tens[i];
			exponent += 1 << i;
		} else if (v < 1e9 / tens[i]) {
			v *= tens[i];
			exponent -= 1 << i;
		}
	rounded = (uint64_t)(v + 0.5);
	if (rounded == 1000000000) {
		rounded /= 10;
		exponent++;
	}
	for (int i = 9; i--; rounded /= 10)
		digits[i] = (char)('0' + rounded % 10);
	while (n > 1 && digits[n - 1] == '0')
		n--;
	mp_put_digits(out, digits, n, exponent);
}

/* Length of the valid UTF-8 sequence at s (RFC 3629: no surrogates, no
 * overlong forms, nothing past U+10FFFF), or 0. */
static inline int mp_utf8_len(const unsigned char *s)
{
	unsigned char lo = 0x80, hi = 0xbf;
	int n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		lo = 0xa0;
	else if (s[0] == 0xed)
		hi = 0x9f;
	else if (s[0] == 0xf0)
		lo = 0x90;
	else if (s[0] == 0xf4)
		hi = 0x8f;
	if (s[1] < lo || s[1] > hi)
		return 0;
	for (int i = 2; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* A JSON string.  Control characters are escaped; a byte that is not part of
 * valid UTF-8 becomes U+FFFD, so the line is valid whatever the program did. */
static inline void mp_put_str(struct mp_out *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)(text ? text : "");

	mp_put_char(out, '"');
	while (*s) {
		char *p = mp_room(out);
		int n = mp_utf8_len(s);

		if (n == 0) {
			MP_PUT_LITERAL(out, "\\ufffd");
			s++;
		} else if (*s < 0x20 || *s == 0x7f) {
			MP_PUT_LITERAL(out, "\\u00");
			mp_put_char(out, "0123456789abcdef"[*s >> 4]);
			mp_put_char(out, "0123456789abcdef"[*s & 15]);
			s++;
		} else if (*s == '"' || *s == '\\') {
			p[0] = '\\';
			p[1] = (char)*s++;
			out->len += 2;
		} else {
			for (int i = 0; i < n; i++)
				p[i] = (char)s[i];
			out->len += (size_t)n;
			s += n;
		}
	}
	mp_put_char(out, '"');
}

static inline void mp_put_strs(struct mp_out *out, struct mp_strs list)
{
	mp_put_char(out, '[');
	for (size_t i = 0; i < list.n; i++) {
		if (i)
			mp_put_char(out, ',');
		mp_put_str(out, list.v[i]);
	}
	mp_put_char(out, ']');
}

/*
 * What is short is written at `p_`, where there is room for a piece of which `used_` bytes
 * are spoken for: so a compiler, which knows that number, asks for room once a piece.
 */
#define MP_SHORT 25 /* bytes of a value, at most */
#define MP_BEGIN(out)            \
	char *p_ = mp_room(out); \
	size_t used_ = 0
#define MP_END(out) ((out)->len = (size_t)(p_ - (out)->buf), (void)used_)
#define MP_TAKE(out, bytes)                                                      \
	do {                                                                     \
		_Static_assert((bytes) <= MP_PIECE, "room is made for a piece"); \
		used_ += (bytes);                                                \
		if (used_ > MP_PIECE) {                                          \
			MP_END(out);                                             \
			p_ = mp_room(out);                                       \
			used_ = (bytes);                                         \
		}                                                                \
	} while (0)
#define MP_ADD_LITERAL(out, text)                                \
	do {                                                     \
		MP_TAKE(out, sizeof(text));                      \
		__builtin_memcpy(p_, "" text, sizeof(text) - 1); \
		p_ += sizeof(text) - 1;                          \
	} while (0)

/* A key and its value: both short, or a value of any length. */
#define MP_ADD_SHORT(out, key, type, value)                        \
	do {                                                       \
		MP_TAKE(out, sizeof(key) + MP_SHORT);              \
		__builtin_memcpy(p_, key, sizeof(key) - 1);        \
		p_ = mp_write_##type(p_ + sizeof(key) - 1, value); \
	} while (0)
#define MP_ADD_LONG(out, key, type, value) \
	do {                               \
		MP_END(out);               \
		MP_PUT_LITERAL(out, key);  \
		mp_put_##type(out, value); \
		p_ = mp_room(out);         \
	} while (0)
#define MP_ADD_u64(out, key, v) MP_ADD_SHORT(out, key, u64, v)
#define MP_ADD_ns(out, key, v) MP_ADD_SHORT(out, key, u64, v)
#define MP_ADD_i64(out, key, v) MP_ADD_SHORT(out, key, i64, v)
#define MP_ADD_hex(out, key, v) MP_ADD_SHORT(out, key, hex, v)
#define MP_ADD_kind(out, key, v) MP_ADD_SHORT(out, key, kind, v)
#define MP_ADD_leak(out, key, v) MP_ADD_SHORT(out, key, leak, v)
#define MP_ADD_real(out, key, v) MP_ADD_LONG(out, key, real, v)
#define MP_ADD_str(out, key, v) MP_ADD_LONG(out, key, str, v)
#define MP_ADD_strs(out, key, v) MP_ADD_LONG(out, key, strs, v)

#define MP_EMPTY_u64(v) ((v) == 0)
#define MP_EMPTY_i64(v) ((v) == 0)
#define MP_EMPTY_ns(v) ((v) == 0)
#define MP_EMPTY_real(v) ((v) == 0)
#define MP_EMPTY_hex(v) ((v) == 0)
#define MP_EMPTY_str(v) (!(v) || !*(v))

/* mp_put_row_<row>(out, row): `[a,b,c]`, of short values. */
#define ROW(row, doc)                                                                         \
	static inline void mp_put_row_##row(struct mp_out *out, const struct mp_row_##row *r) \
	{                                                                                     \
		char sep = '[';                                                               \
		MP_BEGIN(out);
#define COL(row, name, type, doc)              \
	MP_TAKE(out, 1 + MP_SHORT);            \
	*p_ = sep;                             \
	p_ = mp_write_##type(p_ + 1, r->name); \
	sep = ',';
#define END_ROW(row)     \
	(void)sep;       \
	MP_TAKE(out, 1); \
	*p_++ = ']';     \
	MP_END(out);     \
	}
#include <memprof/events.def>

/* mp_open_<event>(out, e): the line up to its end, or up to the inside of its
 * array of rows when it has one; the rows in *e are not written.  Write rows
 * with mp_put_row_*, commas between them, then close with mp_close_rows(). */
#define EVENT(event, doc)                                                                  \
	static inline void mp_open_##event(struct mp_out *out, const struct mp_##event *e) \
	{                                                                                  \
		MP_BEGIN(out);                                                             \
		(void)e;                                                                   \
		MP_ADD_LITERAL(out, "{\"type\":\"" #event "\"");
#define FIELD(event, name, type, doc) MP_ADD_##type(out, ",\"" #name "\":", e->name);
#define OPT(event, name, type, doc)    \
	if (!MP_EMPTY_##type(e->name)) \
		MP_ADD_##type(out, ",\"" #name "\":", e->name);
#define ROWS(event, name, row, doc) MP_ADD_LITERAL(out, ",\"" #name "\":[");
#define END(event)   \
	MP_END(out); \
	}
#include <memprof/events.def>

static inline void mp_close(struct mp_out *out)
{
	MP_PUT_LITERAL(out, "}\n");
}

static inline void mp_close_rows(struct mp_out *out)
{
	MP_PUT_LITERAL(out, "]}\n");
}

/* mp_encode_<event>(out, e): the whole line, rows included. */
#define EVENT(event, doc)                                                                    \
	static inline void mp_encode_##event(struct mp_out *out, const struct mp_##event *e) \
	{                                                                                    \
		mp_open_##event(out, e);
#define ROWS(event, name, row, doc)                 \
	for (size_t i = 0; i < e->n_##name; i++) {  \
		if (i)                              \
			mp_put_char(out, ',');      \
		mp_put_row_##row(out, &e->name[i]); \
	}                                           \
	mp_put_char(out, ']');
#define END(event)     \
	mp_close(out); \
	}
#include <memprof/events.def>

#endif
