#!/usr/bin/env python3
"""lint_one.py BUILD FILE: clang-tidy over one file of BUILD's compile_commands.json.

What it said last time is said again while nothing that it sees has changed: the preprocessed text
(with its comments, for NOLINT), its settings and its version. Kept in SUANPAN_LINT_CACHE, else in
~/.cache/suanpan-lint; only of files that pass. SUANPAN_LINT_LESS names checks to leave out.
"""

import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

TIDY = "clang-tidy-19"
LEFT_OUT = os.environ.get("SUANPAN_LINT_LESS", "").split()
LESS = ["--checks=" + ",".join("-" + check for check in LEFT_OUT)]


def command_of(build, file):
    """The compiler's command without launcher, output and dependency files."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if pathlib.Path(entry["directory"], entry["file"]).resolve() != file:
            continue
        words = shlex.split(entry["command"])
        while not os.path.basename(words[0]).startswith("clang++"):
            del words[0]
        kept, skip = [], False
        for word in words:
            if skip:
                skip = False
            elif word in ("-o", "-MF", "-MT", "-MQ"):
                skip = True
            elif word not in ("-c", "-MD"):
                kept.append(word)
        return entry["directory"], kept
    return None


def key_of(build, file):
    found = command_of(build, file)
    if found is None:
        return None
    directory, words = found
    text = subprocess.run([*words, "-E", "-C", "-P"], cwd=directory, capture_output=True)
    if text.returncode != 0:
        return None
    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    settings = pathlib.Path(".clang-tidy").read_bytes() + "".join(LESS).encode()
    digest = hashlib.sha256()
    seen = text.stdout.replace(os.fsencode(os.getcwd()), b"")  # __FILE__: another checkout's is as good
    for part in (version, settings, os.fsencode(file.name), seen):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def keep(path, said):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        file.write(said)
    os.replace(file.name, path)


def main(build, name):
    cache = os.environ.get("SUANPAN_LINT_CACHE") or pathlib.Path.home() / ".cache/suanpan-lint"
    key = key_of(build, pathlib.Path(name).resolve())
    kept = pathlib.Path(cache, key) if key else None
    if kept and kept.exists():
        said, status = kept.read_text(), 0
        os.utime(kept)
    else:
        run = subprocess.run(
            [TIDY, "--quiet", "-p", str(build), *LESS, name],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        said, status = run.stdout, run.returncode
        if kept and status == 0:
            keep(kept, said)
    sys.stdout.write(f"{name}\n{said}")
    return status


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
