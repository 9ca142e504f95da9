import Glibc

exit(PlacementBenchmark.run())
