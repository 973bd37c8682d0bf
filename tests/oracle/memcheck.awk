# SPDX-License-Identifier: MIT
# memcheck.awk - loss records of valgrind's text as lines "function kind blocks bytes".
/are (definitely lost|indirectly lost|possibly lost|still reachable)/ {
	text = $0
	sub(/^==[0-9]+== /, "", text)
	gsub(/,/, "", text)
	bytes = text + 0
	if (match(text, /\([0-9]+ direct/))
		bytes = substr(text, RSTART + 1) + 0
	match(text, /in [0-9]+ blocks/)
	blocks = substr(text, RSTART + 3) + 0
	kind = text ~ /definitely/ ? "definite" : text ~ /indirectly/ ? "indirect" : ""
	if (!kind)
		kind = text ~ /possibly/ ? "possible" : "reachable"
	next
}
kind && /(at|by) 0x/ && $4 !~ /^(malloc|calloc|realloc|operator)$/ {
	print $4, kind, blocks, bytes
	kind = ""
}
