# SPDX-License-Identifier: MIT
what='edits, searches and scripts without a terminal'
packages=vim-nox
version='vim --version | head -n 1 | cut -c 1-30'
prepare()
{
	seq 5000 > text
	printf '%s\n' 'let l = []' 'for i in range(20000)' '  call add(l, printf("%%d-%%s", i, "x"))' 'endfor' \
		'let d = {}' 'for s in l' '  let d[s] = len(s)' 'endfor' 'call writefile([string(len(d)), join(l[3:6], ",")], "out")' > s.vim
}
run()
{
	vim -N -u NONE -i NONE -n -es -c '%s/\(\d\)7/<\1>/g' -c 'g/99/m0' -c 'sort n' -c '1,50d' -c 'undo' -c 'redo' -c 'w! edited' -c 'qa!' text; echo "status $?"
	vim -N -u NONE -i NONE -n -es -S s.vim -c 'qa!'; cat out; md5sum edited
}
