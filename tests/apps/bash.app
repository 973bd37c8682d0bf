# SPDX-License-Identifier: MIT
what='a script with functions, arrays, subshells, here-documents and traps'
packages=bash
version='bash --version | head -n 1'
run()
{
	bash -eu <<'SCRIPT'
declare -A seen
fib() { (($1 < 2)) && echo "$1" || echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); }
fib 11
for i in {1..2000}; do seen[k$((i * 7919 % 1009))]+=x; done
printf '%s\n' "${#seen[@]}" "${seen[k5]}"
trap 'echo leaving' EXIT
text=$(cat <<END
$(for i in {1..50}; do echo "line $i ${seen[k$i]-}"; done)
END
)
echo "${text^^}" | tail -n 3
mapfile -t lines <<< "$text"
echo "${#lines[@]} ${lines[7]//line/LINE}"
( exit 3 ) || echo "status $?"
sleep 5 & sleep 0.5; kill $!; wait $! 2>/dev/null || echo "killed $?"
SCRIPT
}
