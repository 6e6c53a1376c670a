# As peer.hpp, for Python's standard library.
import os
import shutil
import sys
import time

tree = sys.argv[1]
begin = time.perf_counter()
try:
    shutil.rmtree(tree)
except (OSError, RecursionError) as failed:
    print(str(failed)[:200], file=sys.stderr)
print(f"{time.perf_counter() - begin:.9f}")
sys.exit(1 if os.path.exists(tree) else 0)
