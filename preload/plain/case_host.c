/* SPDX-License-Identifier: MIT */
/* case_host.c - the program that runs the cases of a shared object: see case_main.c, which takes
 * the place of this main(). */
int main(void)
{
	return 125;
}
