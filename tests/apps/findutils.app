# SPDX-License-Identifier: MIT
what='find with tests and -exec, xargs in parallel'
packages=findutils
version='find --version | head -n 1'
prepare()
{
	for i in $(seq 1 300); do
		mkdir -p "d$((i % 17))/e$((i % 5))" && echo "$i" > "d$((i % 17))/e$((i % 5))/f$i.txt"
	done
}
run()
{
	find . -name '*7*.txt' -size -2 | sort | md5sum
	find . -type f -print0 | sort -z | xargs -0 -n 20 cat | sort -n | md5sum
	find . -type d -empty -o -type f -newer d1 -printf '' | wc -l
	find d3 -type f -exec wc -c {} + | tail -n 1
	find . -regex '.*f1[0-9]*\.txt' | sort | tail -n 1
	seq 40 | xargs -P 2 -I{} sh -c 'echo {}' | sort -n | tail -n 1
}
