# SPDX-License-Identifier: MIT
# memprof.fish - completion for fish.  What can come next is asked of memprof
# itself, which knows it from its tables; files and programs are offered besides.

function __memprof_complete
	set -l words (commandline -opc)
	$words[1] --complete $words[2..-1] (commandline -ct) 2>/dev/null
end

complete -c memprof -a '(__memprof_complete)'
