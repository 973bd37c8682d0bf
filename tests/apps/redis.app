# SPDX-License-Identifier: MIT
what='redis-server under redis-benchmark, a script, SAVE and a restart from its file'
packages='redis-server redis-tools'
version='redis-server --version | cut -d" " -f1-3'
run()
{
	local port=$((20000 + $$ % 20000))
	cli() { redis-cli -p "$port" "$@"; }
	up() { for _ in $(seq 200); do [[ $(cli ping 2>/dev/null) != PONG ]] || return 0; sleep 0.05; done; return 1; }
	redis-server --port $port --bind 127.0.0.1 --save '' --dir "$PWD" > /dev/null & up
	redis-benchmark -p $port -q -n 20000 -c 20 -P 8 -r 5000 -t set,lpush,hset,zadd > /dev/null
	cli set a 1; cli eval 'local n = 0 for i = 1, 5000 do redis.call("rpush", "l", i) n = n + i end return n' 0
	cli llen l; cli incrby a 41; cli type l; cli save; cli shutdown nosave 2>/dev/null; wait
	redis-server --port $port --bind 127.0.0.1 --save '' --dir "$PWD" > /dev/null & up
	cli llen l; cli get a; cli shutdown nosave 2>/dev/null; wait
	rm -f dump.rdb
}
