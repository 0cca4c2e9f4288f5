#!/bin/sh
# Verifies a checkpoint, its witnesses' cosignatures, and a receipt with nothing of Suanpan's:
# openssl (1.1.1 or newer), sha256sum, base64, awk, od and a POSIX shell.
#
#   verify-with-openssl.sh CHECKPOINT LOG-KEY [WITNESS-KEY]...
#   verify-with-openssl.sh RECEIPT.tlog-proof ENTRY LOG-KEY [WITNESS-KEY]...
#
# CHECKPOINT is what the log serves as .../checkpoint; ENTRY a file of the entry's exact bytes; the
# keys are verifier keys, <name>+<8 hex digits>+<base64>. The log and every witness named must have
# signed. Exit status 0 only when all of it holds.
# Formats: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof; RFC 6962.
set -eu
LC_ALL=C
export LC_ALL

die() {
    printf 'BAD: %s\n' "$*" >&2
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

hex() { od -An -v -tx1 | tr -d ' \n'; }
# Hexadecimal digits to bytes; printf knows octal everywhere.
bytes() {
    printf '%s' "$1" | awk '
        function digit(at) { return index("0123456789abcdef", substr($0, at, 1)) - 1 }
        { for (i = 1; i < length($0); i += 2) printf "\\%03o", digit(i) * 16 + digit(i + 1) }
    ' >"$work/octal"
    # shellcheck disable=SC2059 # the escapes are the point
    printf "$(cat "$work/octal")"
}
# Base64 to hexadecimal digits; only the one canonical form counts.
unbase64() {
    printf '%s' "$1" | base64 -d >"$work/raw" 2>/dev/null || die "not base64: $1"
    [ "$(base64 <"$work/raw" | tr -d '\n')" = "$1" ] || die "not canonical base64: $1"
    hex <"$work/raw"
}
sha256() { sha256sum | cut -c 1-64; }
is_count() {
    case $1 in
        0) return 0 ;;
        '' | 0* | *[!0-9]*) return 1 ;;
        *) [ ${#1} -le 18 ] ;;
    esac
}

# --- A receipt is split into its proof and its checkpoint -------------------------------------------

split_receipt() {
    split=$(grep -n '^$' "$1" | head -n 1 | cut -d : -f 1)
    [ -n "$split" ] || die "the receipt has no empty line"
    head -n $((split - 1)) "$1" >"$work/proof"
    tail -n +$((split + 1)) "$1" >"$work/checkpoint"
    sed -n 2p "$work/proof" | grep -q '^extra ' && sed -i.all 2d "$work/proof"
    index=$(sed -n '2s/^index //p' "$work/proof")
    is_count "$index" || die "the receipt has no index"
}

node() { bytes "01$1$2" | sha256; }

# RFC 9162 2.1.3.2 (the tree of RFC 6962): folds the proof into the leaf, up to the root.
verify_inclusion() {
    node=$({ printf '\000' && cat "$1"; } | sha256)
    at=$index last=$((size - 1))
    [ "$index" -lt "$size" ] || die "index $index is not in a log of $size entries"
    tail -n +3 "$work/proof" >"$work/hashes"
    while IFS= read -r line; do
        hash=$(unbase64 "$line") || exit 1
        [ ${#hash} -eq 64 ] || die "a line of the proof is not a hash"
        [ "$last" -gt 0 ] || die "the proof has a hash too many"
        if [ $((at % 2)) -eq 1 ] || [ "$at" -eq "$last" ]; then
            node=$(node "$hash" "$node")
            while [ $((at % 2)) -eq 0 ] && [ "$at" -gt 0 ]; do
                at=$((at / 2)) last=$((last / 2))
            done
        else
            node=$(node "$node" "$hash")
        fi
        at=$((at / 2)) last=$((last / 2))
    done <"$work/hashes"
    [ "$last" -eq 0 ] || die "the proof has a hash too few"
    [ "$node" = "$root" ] || die "the entry is not at index $index of the log of this checkpoint"
    printf 'entry %s: in the log\n' "$index"
}

# --- The note: text, the last empty line, signature lines -------------------------------------------

split_note() {
    [ "$(tail -c 1 "$1" | hex)" = 0a ] || die "the last line does not end"
    [ "$(tr -cd '\000-\011\013-\037' <"$1" | wc -c)" -eq 0 ] || die "it holds control characters"
    split=$(grep -n '^$' "$1" | tail -n 1 | cut -d : -f 1)
    [ -n "$split" ] || die "no empty line before the signatures"
    head -n $((split - 1)) "$1" >"$work/text"
    tail -n +$((split + 1)) "$1" >"$work/lines"
    [ -s "$work/lines" ] || die "it has no signature line"
    ! grep -Eqv "^$(printf '\342\200\224') [^ +]+ [A-Za-z0-9+/]+={0,2}\$" "$work/lines" ||
        die "a line behind the text is no signature line"
}

read_checkpoint() {
    split_note "$1"
    origin=$(sed -n 1p "$work/text")
    size=$(sed -n 2p "$work/text")
    is_count "$size" || die "the second line is not a size"
    root=$(unbase64 "$(sed -n 3p "$work/text")")
    [ ${#root} -eq 64 ] || die "the third line is not a root hash"
}

# verify_line FIELD: one signature, by the key in $name, $type and $key, over the text.
verify_line() {
    if [ "$type" = 01 ]; then
        cp "$work/text" "$work/message"
        bytes "${1#????????}" >"$work/signature"
    else
        # Key id, then the time in 8 bytes, then the signature of the time and the text.
        digits=$(printf '%s' "$1" | cut -c 9-24)
        case $digits in [89a-f]*) die "the time of $name is out of range" ;; esac
        time=$((0x$digits))
        { printf 'cosignature/v1\ntime %s\n' "$time" && cat "$work/text"; } >"$work/message"
        bytes "$(printf '%s' "$1" | cut -c 25-)" >"$work/signature"
    fi
    [ "$(wc -c <"$work/signature")" -eq 64 ] || die "the signature by $name has not 64 bytes"
    # SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) is this and the 32 bytes.
    bytes "302a300506032b6570032100$key" >"$work/key"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key" -rawin -in "$work/message" \
        -sigfile "$work/signature" >/dev/null 2>&1 || die "the signature by $name is wrong"
}

# verify_key KEY TYPE: every line of the note that names this key must hold, and there must be one.
verify_key() {
    name=${1%%+*} rest=${1#*+} found=''
    id=${rest%%+*}
    key=$(unbase64 "${rest#*+}")
    type=$(printf '%s' "$key" | cut -c 1-2)
    [ "$type" = "$2" ] || die "the key $name is of type $type, expected $2"
    key=${key#??}
    [ ${#key} -eq 64 ] || die "the key $name has not 32 bytes"
    # The id is the beginning of SHA-256(name, newline, type, key).
    [ "$({ printf '%s\n' "$name" && bytes "$type$key"; } | sha256 | cut -c 1-8)" = "$id" ] ||
        die "the key $name does not have the id $id"
    while IFS=' ' read -r dash who field; do
        [ "$dash $who" = "$(printf '\342\200\224 %s' "$name")" ] || continue
        field=$(unbase64 "$field") || exit 1
        [ "${field%"${field#????????}"}" = "$id" ] || continue
        verify_line "$field"
        found=yes
    done <"$work/lines"
    [ -n "$found" ] || die "not signed by $name"
}

[ $# -ge 2 ] || {
    sed -n '5,6s/^# *//p' "$0" >&2
    exit 2
}
note=$1 entry=''
shift
if [ "$(head -n 1 "$note")" = c2sp.org/tlog-proof@v1 ]; then
    [ $# -ge 2 ] || die "a receipt needs the entry's file, then the keys"
    entry=$1
    shift
    split_receipt "$note"
    note=$work/checkpoint
fi

read_checkpoint "$note"
verify_key "$1" 01
[ "$origin" = "$name" ] || die "the checkpoint is of the log $origin, the key of $name"
printf 'log %s: %s entries, root %s\n' "$origin" "$size" "$root"
shift
for witness in "$@"; do
    verify_key "$witness" 04
    printf 'witness %s: cosigned at %s\n' "$name" "$(date -u -d "@$time" '+%Y-%m-%dT%H:%M:%SZ' \
        2>/dev/null || date -u -r "$time" '+%Y-%m-%dT%H:%M:%SZ')"
done
[ -z "$entry" ] || verify_inclusion "$entry"
