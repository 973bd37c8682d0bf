# SPDX-License-Identifier: MIT
what='downloads from a server on the loopback, several at once, errors'
packages='curl python3'
version='curl --version | head -n 1 | cut -d" " -f1-2'
normal='s/127\.0\.0\.1:[0-9]+/127.0.0.1/g; s/port [0-9]+ after [0-9]+ ms/port/'
prepare()
{
	mkdir www && for i in 1 2 3 4; do seq $((i * 10000)) > "www/$i"; done
}
run()
{
	/usr/bin/python3 -u -m http.server --bind 127.0.0.1 --directory www 0 > server.log 2>&1 & local server=$!
	local port
	for _ in $(seq 200); do port=$(sed -n 's/.*port \([0-9]*\) .*/\1/p' server.log); [[ -z $port ]] || break; sleep 0.05; done
	for i in 1 2 3; do curl -sS "http://127.0.0.1:$port/[1-4]" | md5sum; done
	curl -sS --no-progress-meter -Z -o 'o#1' "http://127.0.0.1:$port/[1-4]" 2>&1 && md5sum o?
	curl -sS -f "http://127.0.0.1:$port/none" 2>&1 || echo "status $?"
	curl -sS http://127.0.0.1:1/ 2>&1 || echo "status $?"
	kill $server; wait $server 2>/dev/null; rm -f o? server.log
}
