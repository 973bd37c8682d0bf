/* SPDX-License-Identifier: MIT */
/*
 * plain.c - the functions of memprof.h as symbols, for languages that cannot include it.
 * Not part of the recorder: this is libmemprof-api.a, linked into programs.
 *
 * They are hidden: were they exported from the program, the look-up of the recorder's functions
 * would find these.
 */
#include <memprof/memprof.h>

#define PLAIN __attribute__((visibility("hidden"), used))
/* A function of another name here that is `name` to the linker. */
#define AS(name) __asm__(#name) PLAIN

int plain_active(void) AS(memprof_active);
void plain_mark(const char *name) AS(memprof_mark);
void plain_begin(const char *name) AS(memprof_begin);
void plain_end(const char *name) AS(memprof_end);
void plain_snapshot(const char *name) AS(memprof_snapshot);
void plain_start(void) AS(memprof_start);
void plain_stop(void) AS(memprof_stop);
int plain_dump(const char *path) AS(memprof_dump);
void plain_counter(const char *name, double value) AS(memprof_counter);
void plain_thread_name(const char *name) AS(memprof_thread_name);
uint64_t plain_live_bytes(void) AS(memprof_live_bytes);
uint64_t plain_peak_bytes(void) AS(memprof_peak_bytes);
void plain_reset_peak(void) AS(memprof_reset_peak);
int plain_leak_check(void) AS(memprof_leak_check);
int plain_limit_memory(const char *size) AS(memprof_limit_memory);
int plain_limit_leaks(const char *size) AS(memprof_limit_leaks);
uint64_t plain_no_alloc_begin(void) AS(memprof_no_alloc_begin);
int plain_no_alloc_end(uint64_t since) AS(memprof_no_alloc_end);
void plain_case_begin(const char *suite, const char *name) AS(memprof_case_begin);
void plain_case_end(const char *suite, const char *name) AS(memprof_case_end);

int plain_active(void)
{
	return memprof_active();
}

void plain_mark(const char *name)
{
	memprof_mark(name);
}

void plain_begin(const char *name)
{
	memprof_begin(name);
}

void plain_end(const char *name)
{
	memprof_end(name);
}

void plain_snapshot(const char *name)
{
	memprof_snapshot(name);
}

void plain_start(void)
{
	memprof_start();
}

void plain_stop(void)
{
	memprof_stop();
}

int plain_dump(const char *path)
{
	return memprof_dump(path);
}

void plain_counter(const char *name, double value)
{
	memprof_counter(name, value);
}

void plain_thread_name(const char *name)
{
	memprof_thread_name(name);
}

uint64_t plain_live_bytes(void)
{
	return memprof_live_bytes();
}

uint64_t plain_peak_bytes(void)
{
	return memprof_peak_bytes();
}

void plain_reset_peak(void)
{
	memprof_reset_peak();
}

int plain_leak_check(void)
{
	return memprof_leak_check();
}

int plain_limit_memory(const char *size)
{
	return memprof_limit_memory(size);
}

int plain_limit_leaks(const char *size)
{
	return memprof_limit_leaks(size);
}

uint64_t plain_no_alloc_begin(void)
{
	return memprof_no_alloc_begin();
}

int plain_no_alloc_end(uint64_t since)
{
	return memprof_no_alloc_end(since);
}

void plain_case_begin(const char *suite, const char *name)
{
	memprof_case_begin(suite, name);
}

void plain_case_end(const char *suite, const char *name)
{
	memprof_case_end(suite, name);
}
