"""`python -m benchmarks.capture`."""

from benchmarks.capture.scorer import main

main()
