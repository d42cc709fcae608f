#!/bin/sh
# How the recordings beside this script were made: espeak-ng and sox, Debian's packages.
# A synthetic voice says a word; its pauses are trimmed, and 0.2 s of silence go before it and
# white noise 45 dB below full scale under it, as a microphone would have it.
set -eu
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { # word voice
  espeak-ng -v "$2" -s 150 -w "$scratch/raw.wav" "$1"
  trim="silence 1 0.01 0.5%"
  # shellcheck disable=SC2086
  sox -R "$scratch/raw.wav" -r 16000 -c 1 -b 16 "$scratch/word.wav" \
    $trim reverse $trim reverse pad 0.2 0.05 gain -n -3
  length=$(soxi -D "$scratch/word.wav")
  sox -R -n -r 16000 -c 1 -b 16 "$scratch/noise.wav" synth "$length" whitenoise vol 0.0056
  sox -R -m -v 1 "$scratch/word.wav" -v 1 "$scratch/noise.wav" -b 16 "$1_$2.wav"
}

for voice in en-gb en-gb-scotland en-us+f3; do
  say yes "$voice"
  say no "$voice"
done
say stop en-gb
say seven en-us+f3
