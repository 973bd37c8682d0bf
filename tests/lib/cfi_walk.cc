/* SPDX-License-Identifier: MIT */
/*
 * Compares three walks of the same stack, from as many odd places as a program can be in: libgcc's
 * unwinder, full steps by cfi_step(), and packed rules by cfi_rule(). They must agree on every
 * program counter, stack pointer and preserved register. Each workload runs twice: with checks
 * where it calls check(), and single-stepped by the trap flag, with a check at every instruction.
 *
 *   cfi_walk LIBRARY	(cfi_walk_lib.cc as a shared object)
 */
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <unwind.h>

#include "cfi_walk.h"

extern "C" {
#include "arch/x86_64/cfi.h"
}

static const unsigned int MAX_FRAMES = 128;
static const unsigned int preserved[] = { CFI_RBX, CFI_RBP, 12, 13, 14, 15 };

struct frame {
	uint64_t pc, sp, saved[6];
	uint32_t known;
};

struct walk {
	struct frame frame[MAX_FRAMES];
	uint8_t kind[MAX_FRAMES]; /* of the rule each frame was left by */
	unsigned int n;
};

static struct {
	unsigned long stacks, frames, kinds[RULE_COMPLEX + 1], steps, cut;
} tally;

static const char *workload = "constructors";

/*
 * Compilers' tables are wrong at single instructions of some epilogues, and then name memory that
 * is not there. libgcc's unwinder dies of it; what it saw until then still has to agree.
 */
static thread_local sigjmp_buf fault;

static void on_fault(int)
{
	siglongjmp(fault, 1);
}

static bool read_word(void *, uint64_t addr, uint64_t *value)
{
	if (sigsetjmp(fault, 0))
		return false;
	*value = *(volatile uint64_t *)addr;
	return true;
}

static void keep(struct walk *w, const struct cfi_regs *regs)
{
	struct frame *f = &w->frame[w->n++];

	f->pc = regs->r[CFI_RIP];
	f->sp = regs->r[CFI_RSP];
	f->known = regs->known;
	for (unsigned int i = 0; i < 6; i++)
		f->saved[i] = regs->r[preserved[i]];
}

static void walk_steps(struct walk *w, struct cfi_regs regs)
{
	bool exact = true;

	w->n = 0;
	do
		keep(w, &regs);
	while (w->n < MAX_FRAMES && cfi_step(&regs, &exact, read_word, NULL) == 1);
}

/* What a packed rule makes of a frame; false when its memory cannot be read. */
static bool apply(const struct rule *rule, struct frame *f)
{
	uint64_t base = rule->cfa_rbp ? f->saved[1] : f->sp, cfa = base + (int64_t)rule->cfa_off;
	bool had_rbp = f->known & 1U << CFI_RBP;

	if (rule->kind == RULE_SIGNAL) {
		base = f->sp;
		return read_word(NULL, base + CFI_SIGNAL_RIP, &f->pc) &&
		       read_word(NULL, base + CFI_SIGNAL_RBP, &f->saved[1]) &&
		       read_word(NULL, base + CFI_SIGNAL_RSP, &f->sp);
	}
	if (rule->cfa_rbp && !had_rbp)
		return false;
	if (rule->kind == RULE_DRAP && !read_word(NULL, cfa, &cfa))
		return false;
	if (rule->rbp_saved &&
	    !read_word(NULL, (rule->kind == RULE_DRAP ? base : cfa) + (int64_t)rule->rbp_off,
		       &f->saved[1]))
		f->known = 0;
	f->sp = cfa;
	return read_word(NULL, cfa - 8, &f->pc);
}

/* Complex frames are left with what the full walk found: a rule cannot. */
static void walk_rules(struct walk *w, struct walk *full)
{
	struct frame f = full->frame[0];
	bool exact = true;

	f.known = 1U << CFI_RBP;
	for (w->n = 0; w->n < MAX_FRAMES && f.pc != 0;) {
		struct cfi_module m;
		struct rule rule;

		w->frame[w->n++] = f;
		if (!cfi_find_module(f.pc - !exact, &m))
			break;
		cfi_rule(&m, f.pc - !exact, &rule);
		tally.kinds[rule.kind]++;
		w->kind[w->n - 1] = full->kind[w->n - 1] = rule.kind;
		exact = rule.kind == RULE_SIGNAL;
		if (rule.kind == RULE_COMPLEX && w->n < full->n) {
			f = full->frame[w->n];
			f.known &= 1U << CFI_RBP;
		} else if (rule.kind == RULE_NONE || rule.kind == RULE_END ||
			   rule.kind == RULE_COMPLEX || !apply(&rule, &f)) {
			break;
		}
	}
}

static _Unwind_Reason_Code keep_libgcc(struct _Unwind_Context *context, void *arg)
{
	struct walk *w = (struct walk *)arg;
	struct frame *f = &w->frame[w->n];

	f->pc = _Unwind_GetIP(context);
	if (f->pc == 0 || w->n == MAX_FRAMES)
		return _URC_END_OF_STACK;
	f->sp = _Unwind_GetCFA(context);
	for (unsigned int i = 0; i < 6; i++)
		f->saved[i] = _Unwind_GetGR(context, (int)preserved[i]);
	w->n++;
	return _URC_NO_REASON;
}

static void print(const char *name, const struct walk *w)
{
	for (unsigned int i = 0; i < w->n; i++) {
		Dl_info info = {};

		dladdr((void *)w->frame[i].pc, &info);
		fprintf(stderr, "%s %2u pc %lx sp %lx bp %lx %s %s+%lx\n", name, i, w->frame[i].pc,
			w->frame[i].sp, w->frame[i].saved[1], info.dli_sname ? info.dli_sname : "?",
			info.dli_fname ? info.dli_fname : "?",
			w->frame[i].pc - (uint64_t)info.dli_fbase);
	}
}

/*
 * Frame 0 is check() itself, at a different place in each walk. libgcc tells the CFA it left a frame
 * by, which is the new stack pointer except where a row has a rule for that.
 */
static bool same(const struct walk *a, const struct walk *b, bool cut)
{
	if (cut ? a->n > b->n : a->n != b->n)
		return false;
	for (unsigned int i = 1; i < a->n; i++) {
		const struct frame *x = &a->frame[i], *y = &b->frame[i];

		if (x->pc != y->pc || (x->sp != y->sp && b->kind[i - 1] != RULE_COMPLEX))
			return false;
		for (unsigned int r = 0; r < 6; r++)
			if ((y->known & 1U << preserved[r]) && x->saved[r] != y->saved[r])
				return false;
	}
	return true;
}

static volatile sig_atomic_t stepping, in_handler;

extern "C" NOINLINE void check(void)
{
	struct walk truth, steps, rules;
	struct cfi_regs regs;
	volatile bool cut = false;

	if (stepping && !in_handler)
		return;
	truth.n = 0;
	if (sigsetjmp(fault, 0) == 0)
		_Unwind_Backtrace(keep_libgcc, &truth);
	else
		cut = true;
	cfi_regs_here(&regs);
	walk_steps(&steps, regs);
	walk_rules(&rules, &steps);
	tally.stacks++;
	tally.frames += truth.n;
	tally.cut += cut;
	if (truth.n > 1 && same(&truth, &steps, cut) && same(&truth, &rules, cut))
		return;
	fprintf(stderr, "%s: walks differ\n", workload);
	print("libgcc", &truth);
	print("step  ", &steps);
	print("rule  ", &rules);
	_exit(1);
}

static void on_trap(int)
{
	in_handler++;
	tally.steps++;
	check();
	in_handler--;
}

static void on_signal(int)
{
	check();
}

static void on_nested(int)
{
	check();
	raise(SIGUSR1);
	check();
}

static void set_handler(int sig, void (*handler)(int), int flags)
{
	struct sigaction sa = {};

	sa.sa_handler = handler;
	sa.sa_flags = flags;
	sigaction(sig, &sa, NULL);
}

/* Assembly of its own: what is pushed here must be in the unwind tables as well. */
extern "C" void trap_flag_on(void);
extern "C" void trap_flag_off(void);
__asm__(".pushsection .text\n"
	".macro TRAP_FLAG name, op, mask\n"
	".type \\name, @function\n"
	"\\name:\n"
	"	.cfi_startproc\n"
	"	pushfq\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	\\op $\\mask, (%rsp)\n"
	"	popfq\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size \\name, .-\\name\n"
	".endm\n"
	"TRAP_FLAG trap_flag_on, orq, 0x100\n"
	"TRAP_FLAG trap_flag_off, andq, ~0x100\n"
	".popsection\n");

/* Its destructor runs when the thread is about to be gone. */
struct at_end {
	bool used;
	~at_end()
	{
		check();
	}
};

static NOINLINE void run_all(bool step)
{
	for (const struct workload *w = workloads; w->run; w++) {
		workload = w->name;
		if (w->when == ONLY_STEPPED && !step)
			continue;
		if (step && w->when != NOT_STEPPED) {
			stepping = 1;
			trap_flag_on();
			w->run();
			trap_flag_off();
			stepping = 0;
		} else {
			w->run();
		}
	}
}

static void *thread_body(void *arg)
{
	static thread_local at_end at_thread_end;
	char *stack = (char *)malloc(1 << 18);
	stack_t ss = {};

	at_thread_end.used = true;
	ss.ss_sp = stack;
	ss.ss_size = 1 << 18;
	sigaltstack(&ss, NULL);
	run_all(arg != NULL);
	ss.ss_flags = SS_DISABLE;
	sigaltstack(&ss, NULL);
	free(stack);
	return NULL;
}

static __attribute__((constructor)) void before_main(void)
{
	check();
}

int main(int argc, char **argv)
{
	static char stack[1 << 18];
	stack_t ss = {};
	pthread_t thread;

	if (argc != 2)
		return 2;
	library = argv[1];
	ss.ss_sp = stack;
	ss.ss_size = sizeof(stack);
	sigaltstack(&ss, NULL);
	set_handler(SIGSEGV, on_fault, SA_NODEFER);
	set_handler(SIGUSR1, on_signal, 0);
	set_handler(SIGUSR2, on_signal, SA_ONSTACK);
	set_handler(SIGHUP, on_nested, SA_ONSTACK);
	install_with_own_restorer(SIGWINCH, on_signal);
	atexit(check);
	run_all(false);
	set_handler(SIGTRAP, on_trap, 0);
	run_all(true);
	set_handler(SIGTRAP, on_trap, SA_ONSTACK);
	pthread_create(&thread, NULL, thread_body, stack);
	pthread_join(thread, NULL);
	workload = "exit";
	printf("%lu stacks, %lu frames, %lu steps, %lu cut; rules: %lu plain, %lu drap, %lu "
	       "signal, %lu end, "
	       "%lu complex, %lu none\n",
	       tally.stacks, tally.frames, tally.steps, tally.cut, tally.kinds[RULE_PLAIN],
	       tally.kinds[RULE_DRAP], tally.kinds[RULE_SIGNAL], tally.kinds[RULE_END],
	       tally.kinds[RULE_COMPLEX], tally.kinds[RULE_NONE]);
	return tally.steps < 10000;
}
