# SPDX-License-Identifier: MIT
"""load.py - python at its daily work: JSON there and back, objects, sorting,
strings.  Reproducible; ROUNDS is the argument."""
import json
import sys


class Record:
    def __init__(self, name, value, tags):
        self.name = name
        self.value = value
        self.tags = tags

    def key(self):
        return (self.value % 97, self.name)


def numbers(seed):
    while True:
        seed = (seed * 1103515245 + 12345) % 2147483648
        yield seed >> 8


def one_round(source):
    rows = [{"id": i, "name": "name %d" % (next(source) % 5000), "value": next(source) / 7,
             "tags": ["tag%d" % (next(source) % 50) for _ in range(4)],
             "inner": {"a": str(i), "b": [i, i + 1.5]}} for i in range(800)]
    back = json.loads(json.dumps(rows))
    records = [Record(r["name"], int(r["value"]), set(r["tags"])) for r in back]
    records.sort(key=Record.key)
    groups = {}
    for record in records:
        groups.setdefault(record.name.split()[1], []).append(record)
    text = "\n".join("%s: %s" % (k, ", ".join(sorted(t for r in v for t in r.tags)))
                     for k, v in groups.items())
    return len(text) + sum(len(line.split(",")) for line in text.splitlines())


def main():
    source = numbers(1)
    print(sum(one_round(source) for _ in range(int(sys.argv[1]))))


main()
