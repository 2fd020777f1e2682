package main

import "fmt"

type completionCmd struct {
	Shell string `arg:"" help:"The shell." enum:"bash,zsh,fish"`
}

// Run prints the script; a shell evaluates it at its start.
func (c *completionCmd) Run() error {
	fmt.Fprint(stdout, completions[c.Shell])
	return nil
}

// completions asks the program for candidates: the scripts know no command by themselves.
var completions = map[string]string{
	"bash": `# source <(chaski completion bash)
_chaski() {
    local cur="${COMP_WORDS[COMP_CWORD]}" line
    [ "$cur" = "=" ] && cur=""
    COMPREPLY=()
    while IFS= read -r line; do
        case "$line" in
        :files) compopt -o filenames 2>/dev/null; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur") ;;
        :dirs) compopt -o filenames 2>/dev/null; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$cur") ;;
        *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _chaski chaski
`,
	"zsh": `#compdef chaski
# source <(chaski completion zsh)
_chaski() {
    local line
    local -a found paths
    for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        case "$line" in
        '') ;;
        :files) paths=(_files) ;;
        :dirs) paths=(_files -/) ;;
        *$'\t') found+=("${${line%$'\t'}//:/\\:}") ;;
        *) found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        esac
    done
    (( $#found )) && _describe chaski found
    (( $#paths )) && { compset -P '--*='; "${(@)paths}" }
}
if [ "$funcstack[1]" = "_chaski" ]; then
    _chaski "$@"
else
    compdef _chaski chaski
fi
`,
	"fish": `# chaski completion fish | source
function __chaski_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l flag (string match -r -- '^--[^=]*=' $words[-1])
    set -l rest (string replace -r -- '^--[^=]*=' '' $words[-1])
    for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
        switch $line
            case :files
                printf '%s\n' "$flag"(__fish_complete_path $rest)
            case :dirs
                printf '%s\n' "$flag"(__fish_complete_directories $rest)
            case '*'
                echo $line
        end
    end
end
complete -c chaski -f -a '(__chaski_complete)'
`,
}
