# SPDX-License-Identifier: MIT
# gen-man.awk - the rows of events.def, split at ~, as mdoc: a subsection an
# event or row, a list item a field.

function sentence(text)
{
	return toupper(substr(text, 1, 1)) substr(text, 2) "."
}

BEGIN {
	word["u64"] = word["i64"] = word["ns"] = word["real"] = "number"
	word["hex"] = "hex string"
	word["str"] = word["kind"] = word["leak"] = "string"
	word["strs"] = "array of strings"
	note["i64"] = ", may be negative"
	note["ns"] = ", ns since the epoch"
}

$1 == "E" {
	print ".Ss " $2
	print sentence($3)
	print ".Bl -tag -width peak_slack -compact"
}

$1 == "F" || $1 == "O" {
	print ".It Va " $2
	print "(" word[$3] note[$3] ($1 == "O" ? ", optional" : "") ")"
	print $4 "."
}

$1 == "R" {
	print ".It Va " $2
	print "(array of"
	print ".Em " $3
	print "rows)"
	print $4 "."
}

$1 == "X" {
	print ".El"
}
