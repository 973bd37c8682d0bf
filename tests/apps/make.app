# SPDX-License-Identifier: MIT
what='make -j2 of a tree of 80 files in C with dependencies, and again after changes'
packages='make gcc'
version='make --version | head -n 1'
limit=240
prepare()
{
	local i k
	for i in $(seq 8); do
		mkdir "d$i"
		echo "int use_$i(int);" > "d$i/h$i.h"
		for k in $(seq 10); do
			printf '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include "h%d.h"\nint f_%d_%d(int n) { char *p = malloc(n + 1); memset(p, %d, n); int s = 0; for (int i = 0; i < n; i++) s += p[i]; free(p); return s; }\n' \
				"$i" "$i" "$k" "$k" > "d$i/f$k.c"
		done
	done
	{
		for i in $(seq 8); do for k in $(seq 10); do echo "int f_${i}_$k(int);"; done; done
		echo '#include <stdio.h>'
		echo 'int main(void) { long s = 0;'
		for i in $(seq 8); do for k in $(seq 10); do echo "s += f_${i}_$k($((i * k)));"; done; done
		echo 'printf("%ld\n", s); return 0; }'
	} > main.c
	cat > Makefile <<'END'
objects := $(patsubst %.c,%.o,$(sort $(wildcard d*/*.c)) main.c)
app: $(objects)
	$(CC) -o $@ $^
%.o: %.c
	$(CC) -O1 -MMD -c -o $@ $<
-include $(objects:.o=.d)
clean: ; $(RM) app $(objects) $(objects:.o=.d)
END
}
run()
{
	make -s -j2 && ./app && md5sum app
	make -q; echo "status $?"
	touch -d '2099-01-01' d3/h3.h && make -n -j2 2> /dev/null | sort | md5sum
	make -s -j2 -k CC=false clean app 2>&1 | grep -c Error
	make -s clean
}
