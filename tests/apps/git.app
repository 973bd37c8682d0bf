# SPDX-License-Identifier: MIT
what='init, commits, branch, merge, rebase, log, blame, clone, fsck, gc'
packages=git
version='git --version'
prepare()
{
	mkdir home
	printf '[user]\nname=a\nemail=a@b\n[init]\ndefaultBranch=main\n[gc]\nautoDetach=false\n[pack]\nthreads=2\n' > home/.gitconfig
}
run()
{
	export HOME=$PWD/home GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_DATE='1600000000 +0000' \
		GIT_COMMITTER_DATE='1600000000 +0000'
	git init -q r && cd r
	for i in $(seq 1 25); do
		seq "$i" $((i * 40)) > "f$((i % 6))"
		git add . && git commit -q -m "change $i"
	done
	git checkout -q -b side HEAD~8 && echo side > g && git add g && git commit -q -m side
	git checkout -q main && git merge -q -m merged side && git log --oneline --graph | head -n 12
	git checkout -q -b flat HEAD~3 && echo h > h && git add h && git commit -q -m h && git rebase -q main 2>&1
	git log -p --stat | md5sum; git blame f3 | md5sum; git status --short
	git diff main~4 main --stat | tail -n 1; git grep -c 77 | head
	cd .. && git clone -q r c 2>&1 && git -C c fsck --full 2>&1 && git -C c gc -q --aggressive 2>&1
	git -C c count-objects -v | grep -v size; git -C c rev-parse HEAD
	git -C r archive HEAD | sha1sum
	# has times and inode numbers of files
	find . -path '*/.git/*' -name index -delete
}
