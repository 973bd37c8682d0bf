# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# memprof.bash - completion for bash.  What can come next is asked of memprof
# itself, which knows it from its tables; where it has nothing to offer, files are
# meant, or a program after `memprof run`.

_memprof()
{
	local line=${COMP_LINE:0:COMP_POINT} current word words=() prefix

	# Words as the user sees them: = : and @ are parts of them.
	read -ra words <<< "$line"
	current=${words[-1]}
	[[ $line != *[[:space:]] ]] || current='' words+=('')
	COMPREPLY=()
	while IFS= read -r word; do
		COMPREPLY+=("$word")
	done < <("${words[0]}" --complete "${words[@]:1}" 2> /dev/null)
	if ((${#COMPREPLY[@]} == 0)) && [[ ${words[1]-} = run && $current != -* ]]; then
		while IFS= read -r word; do
			COMPREPLY+=("$word")
		done < <(compgen -c -- "$current")
	fi
	# More may follow what ends so.
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *[=:@] ]] || compopt -o nospace 2> /dev/null
	# Bash replaces only what stands behind the last of its own breaks.
	prefix=${current%"${current##*["${COMP_WORDBREAKS//[^=:@]/}"]}"}
	[[ -z $prefix ]] || COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
}

complete -o bashdefault -o default -F _memprof memprof
