# SPDX-License-Identifier: MIT
what='sort, uniq, join, cut, tr, comm, split, sums, ls, cp, tac, nl, factor, date and others'
packages=coreutils
version='sort --version | head -n 1'
prepare()
{
	seq 1 40000 | awk '{ print ($1 * 7919) % 40009, "word" ($1 % 977), $1 }' > data
}
run()
{
	sort -n data | head -n 3
	sort -k2,2 -k1,1n data > sorted
	cut -d' ' -f2 data | sort | uniq -c | sort -rn | head -n 3
	awk '{ print $2, $1 }' data | sort -k1,1 > left
	join left <(awk '{ print $2, $3 }' data | sort -k1,1 -u) | tail -n 2
	comm -12 <(sort left | head -n 500) <(sort left | head -n 300) | wc -l
	tr a-z A-Z < data | tac | nl | tail -n 1
	split -l 9000 data part. && ls part.* && md5sum part.* data sorted
	sha256sum data | cut -c 1-20; b2sum data | cut -c 1-20; cksum data
	wc data; od -c data | head -n 2; base64 data | tail -n 1; factor 1234567890123
	mkdir -p tree/a/b tree/c && cp -r part.* tree/a && mv tree/a/part.aa tree/c && ln -s c tree/link
	ls -R tree; du -a --apparent-size tree/c | sort; stat -c '%s %F' tree/link
	shuf --random-source=data -n 3 data; paste data data | fold -w 30 | tail -n 1
	date -u -d @1600000000 +%F; seq 5 | numfmt --to=iec --from-unit=1024 | paste -sd+
	expr 6 \* 7; printf '%s|' {1..4}; echo; tsort <<< 'a b b c'; env -i A=1 env
	timeout 5 true; nice true; yes | head -n 2; rm -rf tree; test ! -e tree
}
