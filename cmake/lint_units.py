#!/usr/bin/env python3
"""lint_units.py BUILD: what BUILD compiles of the programs, without tests and what the build makes:
files of the sources, and files of the build that include them.
"""

import json
import pathlib
import re
import sys

INCLUDED = re.compile(r'^#include "(.*\.cpp)"$', re.MULTILINE)
NOT_WHAT_RUNS = ("tests", "bench", "build")


def folder(root, file):
    """The top folder of a source; that of what it includes, for a file of the build."""
    if file.suffix == ".cxx":
        included = INCLUDED.search(file.read_text())
        if included:
            file = pathlib.Path(included[1])
    return file.relative_to(root).parts[0] if file.is_relative_to(root) else "build"


def main(build):
    root = pathlib.Path.cwd()
    units = set()
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["directory"], entry["file"])
        if folder(root, file) not in NOT_WHAT_RUNS:
            units.add(str(file.relative_to(root)))
    print(*sorted(units), sep="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
