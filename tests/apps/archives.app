# SPDX-License-Identifier: MIT
what='tar, and xz, zstd and gzip with threads, there and back'
packages='tar xz-utils zstd gzip'
version='tar --version | head -n 1; xz --version | head -n 1; zstd --version'
prepare()
{
	mkdir in && for i in $(seq 40); do seq "$i" $((i * 700)) > "in/$i"; done
}
run()
{
	tar --sort=name --mtime=@1600000000 --owner=0 --group=0 --numeric-owner -cf a.tar in && md5sum a.tar
	xz -T2 -k -3 a.tar && md5sum a.tar.xz && zstd -q -T2 -9 -k a.tar && md5sum a.tar.zst && gzip -n -k a.tar && md5sum a.tar.gz
	xz -dc a.tar.xz | md5sum; zstd -dqc a.tar.zst | md5sum; gzip -dc a.tar.gz | md5sum
	tar --use-compress-program='zstd -T2' -cf b.tar.zst in && mkdir out && tar -C out -xf b.tar.zst && diff -r in out/in && echo same
	rm -rf out a.tar* b.tar*
}
