# SPDX-License-Identifier: MIT
what='initdb, start, pgbench, queries, stop'
packages=postgresql
version='ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1 | sed "s|.*postgresql/\(.*\)/bin|PostgreSQL \1|"'
limit=240
user=nobody
run()
{
	PATH=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1):$PATH
	local port=$((20000 + $$ % 20000))
	export PGHOST=127.0.0.1 PGPORT=$port PGUSER=u PGDATABASE=postgres TZ=UTC
	initdb -D db -U u -A trust -E UTF8 --locale C --no-sync > log 2>&1; echo "initdb $?"
	pg_ctl -D db -w -l server.log -o "-p $port -k '' -c listen_addresses=127.0.0.1 -c fsync=off" start > /dev/null; echo "start $?"
	pgbench -i -q -s 1 > /dev/null 2>&1; echo "init $?"
	pgbench -n -c 3 -t 60 > bench.log 2>&1; echo "pgbench $?"; grep 'actually processed' bench.log
	psql -At -c 'select count(*), sum(tbalance) = sum(tbalance) from pgbench_tellers' \
		-c "select g % 7, count(*), md5(string_agg(g::text, ',' order by g)) from generate_series(1, 20000) g group by 1 order by 1" \
		-c 'create table t as select g, repeat(chr(65 + g % 26), g % 50) s from generate_series(1, 30000) g' \
		-c 'create index on t (s, g)' -c 'select s, max(g) from t group by s order by 1, 2 limit 4'
	pg_ctl -D db -w -m fast stop > /dev/null; echo "stop $?"
	grep -cE 'PANIC|FATAL|signal' server.log; rm -rf db log server.log bench.log
}
