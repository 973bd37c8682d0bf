# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# lib.sh - what the end-to-end tests share: run a program with and without the
# recorder, compare what it did, and hold the trace against a truth.  Sourced by
# bash.  `make check` sets the paths; run alone, a test looks for a build in
# build-test/, build/ or the tree itself.
#
# A test goes on after a failure and fails at its end, so that one run shows
# all there is.  It leaves nothing behind.
set -u
shopt -s nullglob
LC_ALL=C.UTF-8
export LC_ALL
unset DEBUGINFOD_URLS LD_PRELOAD "${!MEMPROF_@}"

: "${SRCDIR:=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}"
if [[ -z ${BUILDDIR:-} ]]; then
	for BUILDDIR in "$SRCDIR/build-test" "$SRCDIR/build" "$SRCDIR"; do
		[[ ! -x $BUILDDIR/memprof ]] || break
	done
fi
: "${MEMPROF:=$BUILDDIR/memprof}" "${LIBMEMPROF:=$BUILDDIR/libmemprof.so}"
: "${LIBMEMPROF_CHECK:=$BUILDDIR/libmemprof-check.so}" "${VICTIMS:=$BUILDDIR/tests/victims}"
: "${LIBMEMPROF_FAULT:=$BUILDDIR/libmemprof-fault.so}"
: "${CC:=cc}" "${CXX:=c++}"

T=$(mktemp -d "${TMPDIR:-/tmp}/memprof-test.XXXXXX") || exit 99
failures=0
preload=$LIBMEMPROF	# what record() preloads
limit=60		# seconds a program may take

at_exit()
{
	local status=$?

	chmod -R u+rwx "$T" 2>/dev/null
	rm -rf "$T"
	((status || failures == 0)) || status=1
	exit "$status"
}
trap at_exit EXIT

fail()
{
	failures=$((failures + 1))
	printf 'FAIL: %s\n' "$*"
}

skip()
{
	printf 'SKIP: %s\n' "$*"
	exit 77
}

broken()
{
	printf 'BROKEN: %s\n' "$*"
	exit 99
}

# need PROGRAM... - skip the whole test where one is missing.
need()
{
	local program

	for program; do
		command -v "$program" >/dev/null || skip "there is no $program"
	done
}

# has_allocator NAME - memprof run --allocator=NAME finds it.
has_allocator()
{
	"$MEMPROF" run --quiet --allocator="$1" --output "$T/probe.%p" -- /bin/true 2> /dev/null
}

# equal WHAT GOT WANT
equal()
{
	[[ $2 == "$3" ]] || fail "$1: got '$2', want '$3'"
}

# matches WHAT TEXT PATTERN - PATTERN is an extended regular expression.
matches()
{
	[[ $2 =~ $3 ]] || fail "$1: '$2' does not match '$3'"
}

# ran NAME [VARIABLE=VALUE...] COMMAND... - in an empty folder that has the same
# path every time, standard input from $input or nothing; leaves $T/NAME.out,
# .err and .status (128+n for signal n).
ran()
{
	local name=$1

	shift
	rm -rf "$T/cwd"
	mkdir "$T/cwd"
	# The shell's own word on how it ended is not the program's.
	{
		(
			cd "$T/cwd" || exit 99
			exec timeout -k 5 "$limit" env "$@"
		) < "${input:-/dev/null}" > "$T/$name.out" 2> "$T/$name.err"
		echo $? > "$T/$name.status"
	} 2>/dev/null
	[[ $(< "$T/$name.status") != 124 ]] || fail "$name: no end after $limit s: $*"
}

# plain COMMAND... - without the recorder.
plain()
{
	rm -f "$T/plain.truth"*
	ran plain TRUTH="$T/plain.truth" "$@"
}

# record COMMAND... - with it; its traces are $T/traces/NAME.PID.jsonl, the one
# of the program itself is $TRACE.
record()
{
	local command=$1

	[[ $command != *=* ]] || command="env"
	rm -rf "$T/traces" "$T/recorded.truth"*
	mkdir "$T/traces"
	ran recorded LD_PRELOAD="$preload" MEMPROF_OUTPUT="$T/traces/%e.%p.jsonl" \
		TRUTH="$T/recorded.truth" "$@"
	# Not a child's: process ids begin anew at times.
	TRACE=$(printf '%s\n' "$T/traces/$(basename "$command")".*.jsonl "$T/traces/"*.jsonl* |
		xargs -d '\n' awk '!/"parent":[1-9]/ { print FILENAME; exit } { nextfile }' 2> /dev/null)
	[[ -n $TRACE ]] || TRACE=$(printf '%s\n' "$T/traces/"*.jsonl* | head -n 1)
	[[ -n $TRACE ]] || fail "no trace of $*"
}

# same COMMAND... - plain and recorded must print and end alike.
same()
{
	local part

	plain "$@"
	record "$@"
	for part in out err status; do
		cmp -s "$T/plain.$part" "$T/recorded.$part" && continue
		fail "$*: .$part differs (< plain, > recorded)"
		diff -a "$T/plain.$part" "$T/recorded.$part" | head -n 20
	done
}

# value KEY [TRACE] - one value of `memprof info`.
value()
{
	"$MEMPROF" info --format json "${2:-$TRACE}" | jq -r --arg key "$1" '.values[$key]'
}

# notes CODE [TRACE] - the texts of a trace's notes of that code.
notes()
{
	jq -Rr --arg code "$1" 'fromjson? | select(.type == "note" and .code == $code) | .text' \
		"${2:-$TRACE}"
}

# facts TRACE - all that is known of it, as lines in the form of a truth:
# `key value` of info, `fn NAME key value` of top, `mmap key value` of its rows.
facts()
{
	"$MEMPROF" info --format json "$1" | jq -r '.values | to_entries[] | "\(.key) \(.value)"' &&
	"$MEMPROF" top --format json --group-by function -n 0 "$1" | jq -r '
		[.tables.sites[] | .function |= sub("\\(.*"; "")] | group_by(.function)[]
		| .[0].function as $name | (map(to_entries[] | select(.value | type == "number"))
		| group_by(.key)[] | "fn \($name) \(.[0].key) \(map(.value) | add)")' &&
	jq -nr -f "$SRCDIR/tests/oracle/rows.jq" "$1" | awk '
		$1 == "mmap" { sum[$2] = $3 }
		END { printf "mmap live_bytes %.0f\n", sum["bytes"] - sum["freed"] }'
}

lost=0			# events that a trace may have lost
# sound TRACE - it keeps to its format, lost nothing, and says the same in its
# rows, its footer and in what info makes of it.
sound()
{
	local trace=${1:-$TRACE} row footer said lines state

	"$MEMPROF" check "$trace" > "$T/check" 2>&1 || { fail "memprof check $trace"; cat "$T/check"; }
	equal "$trace: lost events" "$(value lost_events "$trace")" "$lost"
	# What was mapped while it lived is gone.
	state=$(jq -r 'select(.type == "header") | .state // empty' "$trace")
	[[ -z $state || ! -e $state ]] || fail "$trace: its state '$state' is still there"
	row=$(jq -nr -f "$SRCDIR/tests/oracle/rows.jq" "$trace" |
		awk '$1 == "heap" && $2 !~ /temp/ { n[$2] = $3 }
			END { printf "%.0f %.0f %.0f %.0f\n", n["allocs"], n["bytes"], n["frees"], n["freed"] }')
	footer=$(jq -r 'select(.type == "footer") | "\(.allocs) \(.bytes) \(.frees) \(.freed)"' "$trace")
	said=$("$MEMPROF" info --format json "$trace" | jq -r '.values |
		"\(.allocations) \(.allocated_bytes) \(.frees) \(.freed_bytes)"')
	equal "$trace: info against rows" "$said" "$row"
	equal "$trace: footer against rows" "$footer" "$row"
	# The peak is the sum of what it is made of; with several threads within
	# what each may hold back, which the header states.
	lines=$(jq -nr '
		reduce inputs as $l ({}; .[$l.type] = $l)
		| (.peak.slack // 0) as $slack
		| .peak // {bytes: 0, blocks: 0, rows: []}
		| [([.rows[][2]] | add // 0), ([.rows[][1]] | add // 0)] as [$bytes, $blocks]
		| select((.bytes - $bytes | fabs) > $slack or ($slack == 0 and .blocks != $blocks))
		| "peak \(.bytes) bytes in \(.blocks) blocks, its rows \($bytes) in \($blocks)"' "$trace")
	[[ -z $lines ]] || fail "$trace: $lines"
}

# truthful TRACE TRUTH [BASE] - every line of the victim's truth holds for the
# trace; BASE holds the facts of a program that does nothing, to be taken off.
truthful()
{
	local lines

	facts "$1" > "$T/facts" || { fail "no facts of $1"; return; }
	lines=$(awk -v base="${3:-/dev/null}" '
		function split_line() { value = $NF; $NF = ""; sub(/^~/, ""); key = $0 }
		BEGIN {
			while ((getline < base) > 0) {
				split_line()
				if (key ~ /^(allocations|allocated_bytes|live_[a-z]*|peak_bytes) $/)
					off[key] = value
			}
		}
		# A function may have rows in several modules.
		FILENAME == ARGV[1] { split_line(); got[key] += value - off[key]; off[key] = 0; next }
		{
			split_line()
			least = sub(/_at_least $/, " ", key)
			if (least ? got[key] + 0 < value : got[key] + 0 != value)
				printf "%s: recorded %s, truth %s\n", key, got[key], value
			n++
		}
		END { if (!n) print "an empty truth" }' "$T/facts" "$2")
	[[ -z $lines ]] || fail "$(basename "$1"):"$'\n'"$lines"
}

# accounted WHAT WANT SAID TRACE - it can be read and has all WANT allocations, or says
# what is missing; a child's has one.  SAID is what the program's run said of itself.
accounted()
{
	local what=$1 want=$2 said=$3 trace=$4 missing

	[[ $(head -n 1 "$trace") != *'"parent":'* ]] || want=1
	"$MEMPROF" info --format json "$trace" > "$T/info" 2> "$T/complaint" || {
		[[ -n $said$(< "$T/complaint") ]] || fail "$what: $trace is unreadable without a word"
		return
	}
	missing=$(jq -r --argjson want "$want" '
		select(.values.allocations != $want and .values.lost_events == 0 and .notes == [])
		| "\(.values.allocations) of \($want) allocations"' "$T/info")
	[[ -z $missing || -n $said ]] || fail "$what: $(basename "$trace") has $missing, without a word"
}

# cxx_base - the file of facts of a C++ program that does nothing itself.
cxx_base()
{
	local keep=$TRACE

	if [[ ! -f $T/cxx-base ]]; then
		mkdir -p "$T/base"
		LD_PRELOAD=$preload MEMPROF_OUTPUT="$T/base/%e.%p.jsonl" \
			"$VICTIMS/v_nothing_cxx" > /dev/null
		facts "$T/base/"*.jsonl > "$T/cxx-base"
	fi
	TRACE=$keep
}

# victim NAME [ARG...] - same output and end, same truth, and the trace says it.
victim()
{
	local program=$VICTIMS/v_$1 base=

	shift
	[[ -x $program ]] || broken "there is no $program"
	same "$program" "$@"
	# Lines that start with ~ hold for one run alone.
	cmp -s <(grep -v '^~' "$T/plain.truth") <(grep -v '^~' "$T/recorded.truth") ||
		fail "$program: the recorder changes what it counts"
	[[ -n $TRACE ]] || return
	sound "$TRACE"
	if readelf -d "$program" | grep -q 'libstdc++'; then
		cxx_base
		base=$T/cxx-base
	fi
	truthful "$TRACE" "$T/recorded.truth" "$base"
}
