"""As other_process.hpp wants it: python.py KIND DIRECTORY."""

import sys
import tempfile
import time


def unnamed_file(directory):
    tempfile.TemporaryFile(dir=directory).close()


def named_file(directory):
    tempfile.NamedTemporaryFile(dir=directory).close()


def directory(directory):
    tempfile.TemporaryDirectory(dir=directory).cleanup()


def spooled(size, count):
    block = b"x" * size
    with tempfile.SpooledTemporaryFile(max_size=64 << 20) as file:
        for _ in range(count):
            file.write(block)
        file.seek(0)
        for _ in range(count):
            file.read(size)


def operation(kind, place):
    """KIND is a function above; spooled:SIZE:COUNT writes so many blocks of that size, and reads them again."""
    name, *numbers = kind.split(":")
    if numbers:
        return lambda: spooled(*map(int, numbers))
    return lambda: globals()[name](place)


def main():
    once = operation(sys.argv[1], sys.argv[2])
    for line in sys.stdin:
        operations = int(line)
        begin = time.perf_counter()
        for _ in range(operations):
            once()
        print(time.perf_counter() - begin, flush=True)


main()
