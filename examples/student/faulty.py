#!/usr/bin/env python3
"""The same node with a fault that no quiet day shows: of each key there is one copy.

    ringlight lab grade examples/student/faulty.py --task kv                     passes
    ringlight lab grade examples/student/faulty.py --task kv --faults wipe       what was written is lost
"""
import json
import sys

import node

node.COPIES = 1

if __name__ == "__main__":
    own = node.Node()
    for line in sys.stdin:
        print(json.dumps(own.answer(json.loads(line))), flush=True)
