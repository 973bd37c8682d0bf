# SPDX-License-Identifier: MIT
what='tables, indices, recursive queries, full-text search, JSON, vacuum, a database file'
packages=sqlite3
version='sqlite3 --version | cut -d" " -f1'
run()
{
	sqlite3 db <<'END'
create table t(a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 40000)
insert into t select i, hex(i * 7919 % 10007), i / 3.0 from n;
create index tb on t(b); select b, count(*), round(sum(c), 2) from t group by b order by 2 desc, 1 limit 3;
create virtual table f using fts5(x); insert into f select b || ' ' || a from t where a % 9 = 0; select count(*) from f where f match '39*';
select json_group_array(json_object('a', a, 'b', b)) from (select * from t limit 3); delete from t where a % 2; vacuum; pragma integrity_check;
select group_concat(a, ',') over (order by a rows 2 preceding) from t limit 3 offset 9;
END
	md5sum db; sqlite3 db .dump | md5sum; rm db
}
