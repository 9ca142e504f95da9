import Glibc

exit(PolicyBenchmark.run())
