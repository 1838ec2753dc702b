"""Reads metrics with Prometheus' own parser and prints them as JSON, a sample a line: name, labels, value.

Fails if a name has no HELP or no TYPE, or if two samples have the same labels.
"""

import json
import sys

from prometheus_client.parser import text_string_to_metric_families

seen = set()
for family in text_string_to_metric_families(sys.stdin.read() if len(sys.argv) < 2 else open(sys.argv[1]).read()):
    if not family.documentation or family.type == "unknown":
        sys.exit(f"{family.name} has no HELP or no TYPE")
    for sample in family.samples:
        key = (sample.name, tuple(sorted(sample.labels.items())))
        if key in seen:
            sys.exit(f"{key} is there twice")
        seen.add(key)
        print(json.dumps({"name": sample.name, "labels": sample.labels, "value": sample.value}))
