# Prints what zsh offers for the line in LINE: a zsh of its own, in a pseudo-terminal, is given the line and a tab.
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
_end() { print -r -- ALL""TOLD; exit }
zle -C offers complete-word _tell
_tell() { _main_complete; _end }
bindkey "^I" offers
print -r -- IS""READY
'
zpty -w offers "$setup"
while zpty -r offers line && [[ $line != *ISREADY* ]]; do :; done
zpty -w -n offers "$LINE"$'\t'
while zpty -r offers line && [[ $line != *ALLTOLD* ]]; do
    [[ $line == *OFFER:*:END* ]] && print -r -- ${${line##*OFFER:}%%:END*}
done
zpty -d offers
