/* SPDX-License-Identifier: MIT */
/*
 * picture.c - which pictures the terminal shows.  It is asked twice at once:
 * whether it knows kitty's graphics, which others do not answer, and for its
 * device attributes, which all answer and in which 4 means sixel.
 */
#include "cmds/picture.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define PATIENCE 300 /* ms */

static const char question[] = "\033_Gi=77,s=1,v=1,a=q,t=d,f=24;AAAA\033\\\033[c";

static bool is(const char *variable, const char *value)
{
	const char *have = getenv(variable);

	return have && !strcmp(have, value);
}

/* What the terminal answers, up to the end of its device attributes. */
static void ask(int fd, char *answer, size_t room)
{
	struct termios old, raw;
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	answer[0] = 0;
	if (tcgetattr(fd, &old))
		return;
	raw = old;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSAFLUSH, &raw))
		return;
	if (write(fd, question, sizeof(question) - 1) == (ssize_t)sizeof(question) - 1)
		while (n + 1 < room && poll(&wait, 1, PATIENCE) > 0) {
			const char *attributes;
			ssize_t got = read(fd, answer + n, room - 1 - n);

			if (got <= 0)
				break;
			n += (size_t)got;
			answer[n] = 0;
			attributes = strstr(answer, "\033[?");
			if (attributes && strchr(attributes, 'c'))
				break;
		}
	tcsetattr(fd, TCSAFLUSH, &old);
}

/* Is 4 among the numbers of ESC [ ? 62 ; 4 ; 6 c? */
static bool has_sixel(const char *answer)
{
	const char *p = strstr(answer, "\033[?");

	for (p = p ? p + 3 : NULL; p && *p && *p != 'c';
	     p = strchr(p, ';') ? strchr(p, ';') + 1 : NULL)
		if (p[0] == '4' && (p[1] == ';' || p[1] == 'c'))
			return true;
	return false;
}

int picture_of_terminal(void)
{
	char answer[256];
	int fd, format = -1;

	if (!isatty(STDOUT_FILENO) || is("TERM", "dumb") || !getenv("TERM"))
		return -1;
	if (is("TERM_PROGRAM", "iTerm.app"))
		return PLOT_ITERM;
	fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -1;
	ask(fd, answer, sizeof(answer));
	if (strstr(answer, "_Gi=77;OK"))
		format = PLOT_KITTY;
	else if (has_sixel(answer))
		format = PLOT_SIXEL;
	close(fd);
	return format;
}

int picture_pixels(int *columns_wide)
{
	struct winsize size = { 0 };

	*columns_wide = 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return 0;
	*columns_wide = size.ws_col;
	return size.ws_xpixel;
}
