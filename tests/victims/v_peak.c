/* SPDX-License-Identifier: MIT */
/*
 * v_peak.c - a saw-tooth whose highest point is known to the byte and to the
 * site.  The peak lies in the middle of the run, at a moment no timer meets.
 */
#include "truth.h"

#define TEETH 60
#define BLOCKS 400

static size_t size_of(unsigned int tooth, unsigned int i)
{
	return 16 + (i * 37 + tooth * 11) % 900;
}

static NOINLINE void *in_tooth(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *at_peak_only(size_t size)
{
	return counted(malloc(size), size);
}

static NOINLINE void *from_start(size_t size)
{
	return counted(malloc(size), size);
}

/* Blocks of one tooth that live at its highest point: the middle tooth is highest. */
static unsigned int height(unsigned int tooth)
{
	return tooth == TEETH / 2 ? BLOCKS : BLOCKS - 1 - (tooth * 13 % 200);
}

int main(void)
{
	static void *block[BLOCKS];
	void *base = from_start(12345), *extra;
	unsigned long peak_bytes = 0, live_bytes = 0;

	for (unsigned int tooth = 0; tooth < TEETH; tooth++) {
		unsigned int n = height(tooth);

		for (unsigned int i = 0; i < n; i++)
			block[i] = in_tooth(size_of(tooth, i));
		if (tooth == TEETH / 2) {
			/* The summit: then down below it, and up again but not as high. */
			extra = at_peak_only(1000003);
			for (unsigned int i = 0; i < n; i++)
				peak_bytes += size_of(tooth, i);
			drop(extra, 1000003);
			extra = at_peak_only(1000002);
			drop(extra, 1000002);
		}
		for (unsigned int i = 0; i < n; i++)
			drop(block[i], size_of(tooth, i));
	}
	/* Later blocks that were not there at the peak. */
	for (unsigned int i = 0; i < 100; i++)
		live_bytes += size_of(1, i), in_tooth(size_of(1, i));
	expect(truth.peak == peak_bytes + 12345 + 1000003);
	say(1, "peak %lu\n", truth.peak);
	truth_write();
	truth_say("fn in_tooth peak_count", height(TEETH / 2));
	truth_say("fn in_tooth peak_bytes", peak_bytes);
	truth_say("fn in_tooth live_count", 100);
	truth_say("fn in_tooth live_bytes", live_bytes);
	truth_say("fn at_peak_only peak_count", 1);
	truth_say("fn at_peak_only peak_bytes", 1000003);
	truth_say("fn at_peak_only live_count", 0);
	truth_say("fn from_start peak_count", 1);
	truth_say("fn from_start peak_bytes", 12345);
	keep(base);
	return 0;
}
