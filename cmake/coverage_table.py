#!/usr/bin/env python3
"""coverage_table.py ROOT < `llvm-cov export -summary-only`: which share of each folder's lines ran."""
import collections
import json
import os
import sys


def main():
    root = sys.argv[1]
    lines = collections.Counter()
    ran = collections.Counter()
    for file in json.load(sys.stdin)["data"][0]["files"]:
        path = os.path.relpath(file["filename"], root)
        folder = path.split("/")[0]
        if folder in ("..", "cmake"):
            continue
        if folder == "apps":
            folder = "/".join(path.split("/")[:2])
        for name in (folder, "all"):
            lines[name] += file["summary"]["lines"]["count"]
            ran[name] += file["summary"]["lines"]["covered"]
    print("Lines that ran in the tests (those of killed servers do not count)")
    for folder in sorted(lines, key=lambda name: (name == "all", name)):
        share = 100 * ran[folder] / max(1, lines[folder])
        print(f"  {folder:<22}{lines[folder]:>8} lines{share:>8.1f} %")


main()
