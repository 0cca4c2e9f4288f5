#!/usr/bin/env python3
"""unity_groups.py ROOT FILE...: which of a target's files may be compiled as one.

Prints a line `<group> <file>` for each file that goes with others. What files compile together is
their headers and templates, once; what must not meet is their private names (anonymous namespaces):
the same name in two of them, or one that means something else in the other. Names are looked for as
this project is formatted: what is declared at namespace scope begins its line. A name that is missed
is an error of the compiler's as a rule; daily work and ./run lint compile each file alone.
"""
import os
import re
import sys

MOST_FILES = 8
MOST_BYTES = 72_000

COMMENT = re.compile(r"//(?! namespace)[^\n]*|/\*.*?\*/", re.DOTALL)
LITERAL = re.compile(r'R"([a-z]*)\(.*?\)\1"|"(?:[^"\\\n]|\\.)*"', re.DOTALL)
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
WORD = re.compile(r"[A-Za-z_]\w*")
DECLARED = [
    re.compile(r"^(?:struct|class|enum class|enum|union|concept)\s+(\w+)", re.MULTILINE),
    re.compile(r"^using\s+(\w+)\s*=", re.MULTILINE),
    re.compile(r"^using\s+[\w:]+::(\w+);", re.MULTILINE),
    # A function or an object: the last word before what begins its arguments or its value.
    re.compile(r"^(?:template <[^\n]*> |alignas\([^)\n]*\) )?"
               r"(?!#|namespace\b|using\b|template\b|static_assert\b|TEST|INSTANTIATE|RC_)"
               r"[A-Za-z_:][^\n(={;]*?\b(\w+)(?:\[[^\]\n]*\])*\s*[({=;]", re.MULTILINE),
]


class Source:
    def __init__(self, root, path):
        with open(path, encoding="utf-8") as file:
            text = COMMENT.sub("", file.read())
        self.path = path
        self.size = len(text)
        self.includes = INCLUDE.findall(text)
        self.text = LITERAL.sub('""', text)
        self.words = set(WORD.findall(self.text))

    def declared(self):
        return {name for pattern in DECLARED for name in pattern.findall(self.text)}

    # What stands in anonymous namespaces, and what is not of the file's own header.
    def private(self):
        names = set()
        for part in re.findall(r"^namespace \{$(.*?)^\}  // namespace$|\Z", self.text + "\n",
                               re.DOTALL | re.MULTILINE):
            inner = object.__new__(Source)
            inner.text = part
            names |= inner.declared()
        return names


class Headers:
    """Names that the project's headers declare, with those that they include."""

    def __init__(self, root):
        self.root = root
        self.known = {}

    def names(self, include):
        if include in self.known:
            return self.known[include]
        self.known[include] = set()
        path = os.path.join(self.root, include)
        if os.path.exists(path):
            header = Source(self.root, path)
            names = header.declared()
            for other in header.includes:
                names |= self.names(other)
            self.known[include] = names
        return self.known[include]


def clash(one, other):
    return one.names & (other.source.words | other.headers)


class Member:
    def __init__(self, source, headers):
        self.source = source
        self.names = source.private()
        self.headers = set().union(*(headers.names(each) for each in source.includes))


def main():
    root, files = sys.argv[1], sorted(sys.argv[2:])
    headers = Headers(root)
    groups = []
    for path in files:
        member = Member(Source(root, path), headers)
        folder = os.path.dirname(path)
        for group in groups:
            size = sum(each.source.size for each in group) + member.source.size
            if len(group) >= MOST_FILES or size > MOST_BYTES:
                continue
            if os.path.dirname(group[0].source.path) != folder:
                continue
            if not any(clash(member, each) or clash(each, member) for each in group):
                group.append(member)
                break
        else:
            groups.append([member])
    for number, group in enumerate(groups):
        for member in group if len(group) > 1 else []:
            print(number, member.source.path)


main()
