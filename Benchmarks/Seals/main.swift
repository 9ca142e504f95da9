import Glibc

exit(SealBenchmark.run())
