#compdef memprof
# SPDX-License-Identifier: MIT
# memprof.zsh - completion for zsh.  What can come next is asked of memprof itself,
# which knows it from its tables; where it has nothing to offer, files are meant,
# or a program after `memprof run`.

local -a found open
found=(${(f)"$(${words[1]} --complete "${(@)words[2,CURRENT]}" 2> /dev/null)"})
if (( ! $#found )); then
	if [[ ${words[2]} = run && $PREFIX != -* ]]; then
		_alternative 'commands:program:_command_names -e' 'files:file:_files'
	else
		_files
	fi
	return
fi
# More may follow what ends so.
open=(${(M)found:#*[=:@]})
found=(${found:|open})
(( $#open )) && compadd -Q -S '' -- $open
(( $#found )) && compadd -Q -- $found
