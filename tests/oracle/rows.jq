# SPDX-License-Identifier: MIT
# rows.jq - the totals of a trace, added up from its delta rows without any code
# of memprof: `jq -nr -f rows.jq TRACE` prints `KIND COLUMN NUMBER` lines.
# Rows are running totals of one thread at one stack; after thread_end the tid
# may come again as another thread, so its rows are put aside first.
def columns: ["allocs", "bytes", "frees", "freed", "temp0", "temp1"];
def add_to(sums): reduce (.[] | to_entries[]) as $e (sums;
	.[$e.key | split(":")[1]] |= [range(6) as $i | (.[$i] // 0) + $e.value[$i]]);

reduce inputs as $line ({open: {}, ended: []};
	if $line.type == "delta" then
		reduce $line.rows[] as $r (.; .open[$line.tid | tostring]["\($r[0]):\($r[1])"] = $r[2:])
	elif $line.type == "thread_end" then
		.ended += [.open[$line.tid | tostring] // {}]
		| del(.open[$line.tid | tostring])
	else . end)
| [.ended[], .open[]] | add_to({})
| to_entries[] | .key as $kind | .value as $v
| range(6) as $i | "\($kind) \(columns[$i]) \($v[$i])"
