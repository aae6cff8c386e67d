# Prints the completions that zsh offers for LINE: types the line and a tab into a zsh in a pseudo-terminal.
zmodload zsh/zpty
zpty offers "zsh -f -i"
setup='
PS1= fpath=($PWD $fpath)
unsetopt zle_bracketed_paste prompt_cr prompt_sp 2>/dev/null
autoload -U compinit && compinit -u -D
compadd() {
    local -a hits
    builtin compadd -O hits "$@"
    (( $#hits )) && print -rl -- "OFFER:"$IPREFIX$^hits":END"
    return 1
}
_end() { print -r -- ALL""LISTED; exit }
zle -C offers complete-word _list
_list() { _main_complete; _end }
bindkey "^I" offers
print -r -- IS""READY
'
zpty -w offers "$setup"
while zpty -r offers line && [[ $line != *ISREADY* ]]; do :; done
zpty -w -n offers "$LINE"$'\t'
while zpty -r offers line && [[ $line != *ALLLISTED* ]]; do
    [[ $line == *OFFER:*:END* ]] && print -r -- ${${line##*OFFER:}%%:END*}
done
zpty -d offers
