# SPDX-License-Identifier: MIT
# lsan.awk - LeakSanitizer's report as lines "function kind blocks bytes".
/^(Direct|Indirect) leak of/ {
	kind = $1 == "Direct" ? "definite" : "indirect"
	bytes = $4
	blocks = $7
	next
}
kind && /^ +#[0-9]/ && $4 !~ /interceptor|^(malloc|calloc|realloc|operator)/ {
	print $4, kind, blocks, bytes
	kind = ""
}
